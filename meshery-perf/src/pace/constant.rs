//! Evenly spaced.

use meshery_core::Rate;

pub(super) fn times(rate: Rate) -> impl Iterator<Item = u64> + Send {
    let interval = 1e9 / rate.get();
    // Computed from the index each time: a running sum would drift by its rounding.
    (0_u64..).map(move |index| (index as f64 * interval) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SECOND, rate};
    use super::*;

    #[test]
    fn it_does_not_drift() {
        assert_eq!(times(rate(2000.0)).take(3).collect::<Vec<_>>(), [0, 500_000, 1_000_000]);
        assert_eq!(times(rate(3.0)).nth(3_000_000), Some(1_000_000 * SECOND));
    }
}
