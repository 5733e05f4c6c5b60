//! Ranks from 1, tied values sharing the mean of theirs.

/// Ranks of a sample and the sizes of its groups of equal values.
pub(super) struct Ranks {
    /// The rank of each value, in the order of the sample.
    pub(super) of: Vec<f64>,
    /// The size of each group of equal values, ascending by value; groups of one included.
    pub(super) ties: Vec<usize>,
}

impl Ranks {
    pub(super) fn new(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut ranks = Self { of: vec![0.0; values.len()], ties: Vec::new() };
        let mut before = 0;
        #[expect(clippy::float_cmp, reason = "a tie is exact equality; −0 and 0 are neighbours in the total order")]
        for group in order.chunk_by(|a, b| values[*a] == values[*b]) {
            let rank = before as f64 + (group.len() + 1) as f64 / 2.0;
            for index in group {
                ranks.of[*index] = rank;
            }
            ranks.ties.push(group.len());
            before += group.len();
        }
        ranks
    }

    /// Σ (t³ − t) over the groups, the correction that ties need.
    pub(super) fn tie_sum(&self) -> f64 {
        self.ties.iter().map(|size| *size as f64).map(|size| size * (size - 1.0) * (size + 1.0)).sum()
    }

    pub(super) fn has_ties(&self) -> bool {
        self.ties.iter().any(|size| *size > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_mean_of_their_ranks() {
        let ranks = Ranks::new(&[10.0, 30.0, 10.0, 20.0, -0.0, 0.0]);
        assert_eq!(ranks.of, [3.5, 6.0, 3.5, 5.0, 1.5, 1.5]);
        assert_eq!((ranks.ties.clone(), ranks.has_ties()), (vec![2, 2, 1, 1], true));
        assert!((ranks.tie_sum() - 12.0).abs() < 1e-12);
    }
}
