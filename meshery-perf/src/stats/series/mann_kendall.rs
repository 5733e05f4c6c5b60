//! Is there a trend? Mann (1945) & Kendall: pairs in rising against pairs in falling order.

use meshery_core::Result;

use crate::stats::rank::Ranks;
use crate::stats::{input, special};

/// The test of a monotone trend over time.
///
/// ```
/// use meshery_perf::stats::series::mann_kendall::MannKendall;
///
/// let found = MannKendall::of(&[1.0, 3.0, 2.0, 4.0, 6.0, 5.0, 7.0, 9.0, 8.0])?.unwrap();
/// assert!(found.tau > 0.7 && found.p < 0.01);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannKendall {
    /// Kendall's tau-b of the values with their time, −1..=1.
    pub tau: f64,
    /// The two-sided p-value of "no trend", by the normal distribution with the correction for ties.
    pub p: f64,
}

impl MannKendall {
    /// The test; `None` when the series does not vary.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than four values and values that are not finite.
    pub fn of(values: &[f64]) -> Result<Option<Self>> {
        input::sample("values", values, 4)?;
        let n = values.len() as f64;
        let pairs = n * (n - 1.0) / 2.0;
        let ranks = Ranks::new(values);
        let ties = ranks.ties.iter().map(|size| *size as f64);
        let (tied, tied_weight) = ties.fold((0.0, 0.0), |(pairs, weight), size| {
            (pairs + size * (size - 1.0) / 2.0, weight + size * (size - 1.0) * (2.0 * size + 5.0))
        });
        if tied >= pairs {
            return Ok(None);
        }
        let falling = inversions(&mut ranks.of.clone()) as f64;
        let balance = pairs - tied - 2.0 * falling;
        let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - tied_weight) / 18.0;
        let tau = balance / ((pairs - tied).sqrt() * pairs.sqrt());
        let p = 2.0 * special::normal_upper(balance.abs() / variance.sqrt());
        Ok(Some(Self { tau: tau.clamp(-1.0, 1.0), p: p.min(1.0) }))
    }
}

/// Pairs in falling order, counted by a merge sort.
fn inversions(values: &mut [f64]) -> u64 {
    let middle = values.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (left, right) = values.split_at_mut(middle);
    let mut count = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if right[j] < left[i] {
            count += (left.len() - i) as u64;
            merged.push(right[j]);
            j += 1;
        } else {
            merged.push(left[i]);
            i += 1;
        }
    }
    merged.extend_from_slice(&left[i..]);
    merged.extend_from_slice(&right[j..]);
    values.copy_from_slice(&merged);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_of_known_orders() {
        assert_eq!((inversions(&mut [1.0, 2.0, 3.0]), inversions(&mut [3.0, 2.0, 1.0])), (0, 3));
        assert_eq!(inversions(&mut [2.0, 2.0, 1.0, 3.0, 1.0]), 5);
    }

    #[test]
    fn constants_have_no_answer() {
        assert_eq!(MannKendall::of(&[1.0; 20]).unwrap(), None);
    }

    proptest::proptest! {
        #[test]
        fn time_turned_round_turns_the_sign(values in proptest::collection::vec(0u8..9, 4..60)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let turned: Vec<f64> = values.iter().rev().copied().collect();
            if let (Some(one), Some(other)) = (MannKendall::of(&values).unwrap(), MannKendall::of(&turned).unwrap()) {
                assert!((one.tau + other.tau).abs() < 1e-12 && (one.p - other.p).abs() < 1e-12);
            }
        }
    }
}
