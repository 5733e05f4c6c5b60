//! Correction of p-values for their number.

/// Holm (1979): controls the chance of even one false alarm. adj₍ᵢ₎ = max over j ≤ i of min(1, (K − j + 1) p₍ⱼ₎).
///
/// ```
/// assert_eq!(meshery_perf::stats::multiple::holm(&[0.01, 0.04]), [0.02, 0.04]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut highest: f64 = 0.0;
    for (rank, index) in ascending(p).into_iter().enumerate() {
        highest = highest.max(((p.len() - rank) as f64 * p[index]).min(1.0));
        adjusted[index] = highest;
    }
    adjusted
}

/// Benjamini & Hochberg (1995): controls the expected share of false alarms among all alarms.
/// adj₍ᵢ₎ = min over j ≥ i of min(1, p₍ⱼ₎ K / j).
///
/// ```
/// assert_eq!(meshery_perf::stats::multiple::benjamini_hochberg(&[0.01, 0.04]), [0.02, 0.04]);
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, |rank| p.len() as f64 / rank as f64)
}

/// Bonferroni: every p-value times their number. [`holm`] promises the same and finds more.
///
/// ```
/// assert_eq!(meshery_perf::stats::multiple::bonferroni(&[0.01, 0.6]), [0.02, 1.0]);
/// ```
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    p.iter().map(|value| (value * p.len() as f64).min(1.0)).collect()
}

/// Hochberg (1988): as [`holm`] from the other end; for tests that are independent or positively dependent.
/// adj₍ᵢ₎ = min over j ≥ i of min(1, (K − j + 1) p₍ⱼ₎).
///
/// ```
/// assert_eq!(meshery_perf::stats::multiple::hochberg(&[0.03, 0.04]), [0.04, 0.04]);
/// ```
pub fn hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, |rank| (p.len() - rank + 1) as f64)
}

/// Benjamini & Yekutieli (2001): as [`benjamini_hochberg`] under any dependence, at the price of a factor Σ 1 / j.
///
/// ```
/// assert_eq!(meshery_perf::stats::multiple::benjamini_yekutieli(&[0.02, 0.02]), [0.03, 0.03]);
/// ```
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    let harmonic: f64 = (1..=p.len()).map(|j| 1.0 / j as f64).sum();
    step_up(p, |rank| harmonic * p.len() as f64 / rank as f64)
}

/// From the largest p-value down: each times the factor of its rank, never more than the one before.
fn step_up(p: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut lowest: f64 = 1.0;
    for (rank, index) in ascending(p).into_iter().enumerate().rev() {
        lowest = lowest.min(p[index] * factor(rank + 1));
        adjusted[index] = lowest;
    }
    adjusted
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fifteen p-values of Benjamini & Hochberg's own example (1995, section 3.2): their procedure rejects four at
    /// 0.05, Holm's three.
    #[test]
    fn the_authors_example() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let rejected = |adjusted: Vec<f64>| adjusted.iter().filter(|p| **p <= 0.05).count();
        assert_eq!((rejected(benjamini_hochberg(&p)), rejected(holm(&p))), (4, 3));
    }

    proptest::proptest! {
        #[test]
        fn corrections_never_lower_a_p_value_and_keep_the_order(p in proptest::collection::vec(0.0f64..=1.0, 0..30)) {
            for adjusted in [holm(&p), benjamini_hochberg(&p), hochberg(&p), benjamini_yekutieli(&p), bonferroni(&p)] {
                for (index, value) in adjusted.iter().enumerate() {
                    assert!(*value >= p[index] - 1e-15 && *value <= 1.0);
                    assert!(p.iter().zip(&adjusted).all(|(other, b)| (*other <= p[index]) <= (*b <= *value)));
                }
            }
        }
    }
}
