//! The k-th smallest of all n · m differences of two samples without forming them.

/// The k-th smallest, from 1, of all `y − x`; both sorted and not empty, k within 1..=nm.
///
/// Bisects the floats themselves, which order like whole numbers: at most 64 counts of n + m steps each, and the answer is
/// one of the differences, exactly as floats round it.
pub(super) fn nth_difference(x: &[f64], y: &[f64], k: u64) -> f64 {
    let (mut low, mut high) = (ordinal(y[0] - x[x.len() - 1]), ordinal(y[y.len() - 1] - x[0]));
    while low < high {
        let middle = low + (high - low) / 2;
        if count_at_most(x, y, float(middle)) >= k {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    float(low)
}

/// How many differences are at most `limit`. The larger y is, the larger x must be: one pass over both.
fn count_at_most(x: &[f64], y: &[f64], limit: f64) -> u64 {
    let mut first = 0;
    let mut count = 0;
    for y in y {
        while first < x.len() && y - x[first] > limit {
            first += 1;
        }
        count += (x.len() - first) as u64;
    }
    count
}

/// The place of a float among all floats.
fn ordinal(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn float(ordinal: u64) -> f64 {
    f64::from_bits(if ordinal >> 63 == 1 { ordinal & !(1 << 63) } else { !ordinal })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn as_if_all_were_sorted(
            x in proptest::collection::vec(-1e3f64..1e3, 1..20), y in proptest::collection::vec(-1e3f64..1e3, 1..20),
            k in 0.0f64..1.0,
        ) {
            let (x, y) = (crate::stats::input::sorted(&x), crate::stats::input::sorted(&y));
            let mut all: Vec<f64> = y.iter().flat_map(|y| x.iter().map(move |x| y - x)).collect();
            all.sort_unstable_by(f64::total_cmp);
            let k = (k * all.len() as f64) as usize;
            assert!((nth_difference(&x, &y, k as u64 + 1) - all[k]).abs() < 1e-300);
        }

        #[test]
        fn floats_keep_their_order(a in proptest::num::f64::NORMAL, b in proptest::num::f64::NORMAL) {
            assert_eq!(a < b, ordinal(a) < ordinal(b));
            assert!((float(ordinal(a)) / a - 1.0).abs() < 1e-300);
        }
    }

    #[test]
    fn zeros_and_ties() {
        assert!(nth_difference(&[1.0, 1.0], &[1.0, 1.0], 3).abs() < 1e-300);
        assert!((nth_difference(&[0.0, 0.0, 5.0], &[0.0, 7.0], 6) - 7.0).abs() < 1e-300);
    }
}
