//! How much two neighbouring segments differ: sums of distances over all pairs, from one table.

/// Σ |xᵢ − xⱼ|, or its power 1.5, over the pairs within every segment `a..b` of a stretch of values.
pub(super) struct Distances {
    n: usize,
    /// Row a, column b: the segment `a..b`.
    within: Vec<f64>,
}

/// The best split of a stretch: the segments `start..at` and `at..end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) divergence: f64,
}

impl Distances {
    pub(super) fn of(values: &[f64]) -> Self {
        Self::by(values, |distance| distance)
    }

    /// With the distances to the power 1.5, closer to a comparison of means: more power for shifts of near-normal values,
    /// still bounded influence of single ones.
    pub(super) fn of_means(values: &[f64]) -> Self {
        Self::by(values, |distance| distance * distance.sqrt())
    }

    fn by(values: &[f64], power: impl Fn(f64) -> f64) -> Self {
        let n = values.len();
        let mut within = vec![0.0; n * (n + 1)];
        for last in 0..n {
            let mut to_last = 0.0;
            for a in (0..last).rev() {
                to_last += power((values[a] - values[last]).abs());
                within[a * (n + 1) + last + 1] = within[a * (n + 1) + last] + to_last;
            }
        }
        Self { n, within }
    }

    fn row(&self, a: usize) -> &[f64] {
        &self.within[a * (self.n + 1)..(a + 1) * (self.n + 1)]
    }

    /// The best split into a segment from the start and any one following it, each of at least `least` values; the first of
    /// equals. Within-segment means count distinct pairs only, so that short segments are not favoured.
    pub(super) fn best_of_all(&self, least: usize) -> Option<Candidate> {
        self.best(least, |at| at + least)
    }

    /// As [`Self::best_of_all`] with the segment up to the end only: fewer competitors, so more power for changes that
    /// last.
    pub(super) fn best_lasting(&self, least: usize) -> Option<Candidate> {
        self.best(least, |_| self.n)
    }

    fn best(&self, least: usize, first_end: impl Fn(usize) -> usize) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        let whole = self.row(0);
        for at in least..(self.n + 1).saturating_sub(least) {
            let (n, row) = (at as f64, self.row(at));
            let left = mean_of_pairs(whole[at], n);
            for end in first_end(at)..=self.n {
                let m = (end - at) as f64;
                let between = whole[end] - whole[at] - row[end];
                let divergence = (2.0 * between - n * m * (left + mean_of_pairs(row[end], m))) / (n + m);
                if best.is_none_or(|best| divergence > best.divergence) {
                    best = Some(Candidate { at, end, divergence });
                }
            }
        }
        best
    }

    /// The best split of the whole stretch in two, in the form that counts every value's distance to itself; a start
    /// before the first value stands for "no split".
    pub(super) fn best_of_whole(&self) -> Candidate {
        let whole = self.row(0);
        let mut best = Candidate { at: 0, end: self.n, divergence: 0.0 };
        for at in 1..self.n {
            let (n, m) = (at as f64, (self.n - at) as f64);
            let (left, right) = (whole[at], self.row(at)[self.n]);
            let between = whole[self.n] - left - right;
            let divergence = n * m / (n + m) * (2.0 * between / (n * m) - 2.0 * left / (n * n) - 2.0 * right / (m * m));
            if divergence > best.divergence {
                best = Candidate { at, end: self.n, divergence };
            }
        }
        best
    }
}

/// The mean distance of distinct values; 0 for a single one.
fn mean_of_pairs(sum: f64, n: f64) -> f64 {
    if n > 1.0 { 2.0 * sum / (n * (n - 1.0)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_the_best_split() {
        let values = [1.0, 1.1, 0.9, 1.0, 5.0, 5.1, 4.9, 1.0, 1.1];
        let distances = Distances::of(&values);
        assert_eq!(distances.best_of_all(1).map(|best| (best.at, best.end)), Some((4, 7)));
        assert_eq!(distances.best_of_all(4).map(|best| best.at), Some(4));
        assert_eq!(distances.best_of_all(5), None);
        assert_eq!(distances.best_of_whole().at, 4);
    }

    #[test]
    fn segments_hold_the_sums_of_their_pairs() {
        let distances = Distances::of(&[1.0, 4.0, 2.0]);
        assert_eq!((distances.row(0)[3], distances.row(1)[3], distances.row(0)[2]), (6.0, 2.0, 3.0));
    }
}
