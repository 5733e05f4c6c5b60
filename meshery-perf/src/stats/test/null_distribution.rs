//! The exact distributions of rank sums when there is no difference.

use crate::stats::merge::Group;

/// Sides up to this size are counted exactly.
pub(crate) const EXACT: usize = 50;

/// In how many of the orders of n + m distinct values U takes each value 0..=nm; sides up to [`EXACT`]. The coefficients
/// of the Gaussian binomial, built up factor by factor in whole numbers: at most C(100, 50) < 2⁹⁷.
pub(crate) fn u_counts(n: usize, m: usize) -> Vec<f64> {
    let mut counts = vec![0_i128; n * m + 1];
    counts[0] = 1;
    for i in 1..=n {
        for u in (m + i..counts.len()).rev() {
            counts[u] -= counts[u - m - i];
        }
        for u in i..counts.len() {
            counts[u] += counts[u - i];
        }
    }
    counts.into_iter().map(|count| count as f64).collect()
}

/// P(U ≤ u) and P(U ≥ u) of the first sample's U, given the tied groups of both.
pub(crate) fn u_tails(groups: &[Group], n: usize, u: f64) -> (f64, f64) {
    let total: usize = groups.iter().map(Group::size).sum();
    let counts = if groups.iter().all(|group| group.size() == 1) {
        u_counts(n, total - n).into_iter().enumerate().map(|(u, count)| (2 * u, count)).collect()
    } else {
        counts_with_ties(groups, n)
    };
    tails(&counts, 2.0 * u)
}

/// As [`u_counts`], by twice U. A table over how many values of the first sample lie in the groups so far, and twice
/// their U: j of a group of t add j (2 · others below + t − j).
fn counts_with_ties(groups: &[Group], n: usize) -> Vec<(usize, f64)> {
    let total: usize = groups.iter().map(Group::size).sum();
    let width = 2 * n * (total - n) + 1;
    let mut table = vec![vec![0.0; width]; n + 1];
    table[0][0] = 1.0;
    let mut before = 0;
    for group in groups {
        let size = group.size();
        // Downwards in k, so that the smaller k still hold the counts without this group.
        for k in (0..=n.min(before + size)).rev() {
            let mut row = vec![0.0; width];
            for j in k.saturating_sub(before)..=size.min(k) {
                let others = before - (k - j);
                let add = j * (2 * others + size - j);
                let ways = crate::stats::summary::combinations(size, j);
                let from = &table[k - j][..width.saturating_sub(add)];
                row[add.min(width)..].iter_mut().zip(from).for_each(|(to, count)| *to += ways * count);
            }
            table[k] = row;
        }
        before += size;
    }
    table.swap_remove(n).into_iter().enumerate().collect()
}

/// P(W ≤ w) and P(W ≥ w) of a sum of ranks with random signs; the ranks doubled, so that shared ones are whole.
pub(crate) fn signed_rank_tails(doubled: &[usize], w: f64) -> (f64, f64) {
    let mut counts = vec![0.0; doubled.iter().sum::<usize>() + 1];
    counts[0] = 1.0;
    for rank in doubled {
        for sum in (*rank..counts.len()).rev() {
            counts[sum] += counts[sum - rank];
        }
    }
    tails(&counts.into_iter().enumerate().collect::<Vec<_>>(), 2.0 * w)
}

fn tails(counts: &[(usize, f64)], at: f64) -> (f64, f64) {
    let sum = |within: &dyn Fn(f64) -> bool| -> f64 {
        counts.iter().filter(|(value, _)| within(*value as f64)).map(|(_, count)| count).sum()
    };
    let all = sum(&|_| true);
    (sum(&|value| value <= at) / all, sum(&|value| value >= at) / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_binomial_and_symmetric() {
        let counts = u_counts(5, 5);
        assert_eq!(counts[..5], [1.0, 1.0, 2.0, 3.0, 5.0]);
        assert!((counts.iter().sum::<f64>() - 252.0).abs() < 1e-9);
        let most = u_counts(50, 50);
        assert!((most.iter().sum::<f64>() / 1.008_913_445_455_642e29 - 1.0).abs() < 1e-12);
        assert!(most.iter().zip(most.iter().rev()).all(|(a, b)| (a - b).abs() <= 0.0 && *a > 0.0));
    }

    /// Without ties both ways of counting agree.
    #[test]
    fn the_general_table_holds_the_special_one() {
        let single: Vec<Group> =
            (0..9).map(|i| Group { value: f64::from(i), x: usize::from(i < 4), y: usize::from(i >= 4) }).collect();
        let general = counts_with_ties(&single, 4);
        for (u, count) in u_counts(4, 5).into_iter().enumerate() {
            assert!((general[2 * u].1 - count).abs() < 1e-9);
        }
    }
}
