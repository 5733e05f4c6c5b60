//! Permutation tests of a difference of means: all rearrangements when they are few, else random ones with
//! p = (b + 1) / (B + 1), never 0 (Phipson & Smyth 2010).

use meshery_core::Result;

use crate::rng::SplitMix64;
use crate::stats::summary::combinations;
use crate::stats::{input, mean};

/// Sums that differ by rounding only count as equal.
const ROUNDING: f64 = 1e-12;

/// How to rearrange.
///
/// ```
/// use meshery_perf::stats::test::permutation::Permutation;
///
/// let test = Permutation { rearrangements: 9999, seed: 1 };
/// let found = test.independent(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0])?;
/// assert!(found.exact && (found.p - 2.0 / 252.0).abs() < 1e-15);
/// assert!((test.sign_flips(&[1.0, 2.0, 3.0, 2.0])?.p - 2.0 / 16.0).abs() < 1e-15);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutation {
    /// The most rearrangements; 9,999 or more for reports.
    pub rearrangements: u32,
    /// The seed; written into every result.
    pub seed: u64,
}

/// The two-sided answer.
///
/// ```
/// use meshery_perf::stats::test::permutation::Permutation;
///
/// let found = Permutation { rearrangements: 99, seed: 1 }.sign_flips(&[0.5; 12])?;
/// assert!(!found.exact && found.p > 0.0);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Permuted {
    /// The share of rearrangements with at least the difference of means that was seen.
    pub p: f64,
    /// All rearrangements were tried.
    pub exact: bool,
}

impl Permutation {
    /// Values change sides, sizes stay.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample, values that are not finite, and no rearrangement.
    pub fn independent(&self, x: &[f64], y: &[f64]) -> Result<Permuted> {
        input::two(x, y, 1)?;
        input::count("rearrangements", self.rearrangements as usize, 1)?;
        let centre = mean(&[x, y].concat()).unwrap_or_default();
        // Around the common mean: the smaller side's sum tells the difference of means.
        let mut all: Vec<f64> = x.iter().chain(y).map(|value| value - centre).collect();
        if x.len() > y.len() {
            all.reverse();
        }
        let side = x.len().min(y.len());
        let seen = Extreme::than(all[..side].iter().sum(), &all);
        if combinations(all.len(), side) <= f64::from(self.rearrangements) {
            let mut counts = (0, 0);
            choose(&all, side, 0.0, &mut |sum| count(&mut counts, seen.reached(sum)));
            return Ok(Permuted { p: share(counts), exact: true });
        }
        let mut rng = SplitMix64::new(self.seed);
        Ok(self.random(|| {
            // The first places of a shuffle are enough.
            for place in 0..side {
                let other = place + rng.below((all.len() - place) as u64) as usize;
                all.swap(place, other);
            }
            seen.reached(all[..side].iter().sum())
        }))
    }

    /// Differences of pairs change sign.
    ///
    /// # Errors
    /// As [`Permutation::independent`].
    pub fn sign_flips(&self, differences: &[f64]) -> Result<Permuted> {
        input::sample("differences", differences, 1)?;
        input::count("rearrangements", self.rearrangements as usize, 1)?;
        let seen = Extreme::than(differences.iter().sum(), differences);
        let n = differences.len();
        let signed = |signs: u64| -> f64 {
            differences.iter().enumerate().map(|(i, d)| if signs >> (i % 64) & 1 == 1 { -d } else { *d }).sum()
        };
        if n < 32 && 1_u64 << n <= u64::from(self.rearrangements) {
            let mut counts = (0, 0);
            (0..1_u64 << n).for_each(|signs| count(&mut counts, seen.reached(signed(signs))));
            return Ok(Permuted { p: share(counts), exact: true });
        }
        let mut rng = SplitMix64::new(self.seed);
        Ok(self.random(|| {
            let flipped = differences.chunks(64).map(|chunk| {
                let signs = rng.next();
                let flip = |(i, d): (usize, &f64)| if signs >> i & 1 == 1 { -d } else { *d };
                chunk.iter().enumerate().map(flip).sum::<f64>()
            });
            seen.reached(flipped.sum())
        }))
    }

    fn random(&self, mut reached: impl FnMut() -> bool) -> Permuted {
        let as_much = (0..self.rearrangements).filter(|_| reached()).count();
        Permuted { p: (as_much + 1) as f64 / f64::from(self.rearrangements + 1), exact: false }
    }
}

/// A sum at least as far from zero as the one seen.
struct Extreme {
    least: f64,
}

impl Extreme {
    fn than(sum: f64, values: &[f64]) -> Self {
        let scale: f64 = values.iter().map(|value| value.abs()).sum();
        Self { least: sum.abs() - ROUNDING * scale }
    }

    fn reached(&self, sum: f64) -> bool {
        sum.abs() >= self.least
    }
}

fn count(counts: &mut (u64, u64), reached: bool) {
    counts.0 += u64::from(reached);
    counts.1 += 1;
}

fn share((reached, all): (u64, u64)) -> f64 {
    reached as f64 / all as f64
}

/// The sums of all choices of so many values.
fn choose(values: &[f64], many: usize, sum: f64, see: &mut impl FnMut(f64)) {
    if many == 0 {
        return see(sum);
    }
    for first in 0..=values.len() - many {
        choose(&values[first + 1..], many - 1, sum + values[first], see);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fisher's own example of sign flips (1935), Darwin's maize: 863 of 32,768 arrangements in one tail, so 1,726 in both,
    /// those of exactly the sum that was seen included: p = 0.0527.
    #[test]
    fn darwin_s_maize() {
        let differences = [49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0];
        let found = Permutation { rearrangements: 40_000, seed: 1 }.sign_flips(&differences).unwrap();
        assert!(found.exact && (found.p - 1726.0 / 32768.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn random_rearrangements_come_near_all() {
        let (x, y) = ([1.0, 5.0, 2.0, 8.0, 3.0, 4.0], [4.0, 9.0, 7.0, 6.0, 8.0, 5.0, 7.0]);
        let exact = Permutation { rearrangements: 5000, seed: 1 }.independent(&x, &y).unwrap();
        let random = Permutation { rearrangements: 1700, seed: 1 }.independent(&x, &y).unwrap();
        assert!(exact.exact && !random.exact);
        // Four standard deviations.
        assert!((exact.p - random.p).abs() < 4.0 * (exact.p / 1700.0).sqrt(), "{exact:?} {random:?}");
        let turned = Permutation { rearrangements: 5000, seed: 1 }.independent(&y, &x).unwrap();
        assert!((exact.p - turned.p).abs() < 1e-12);
    }

    #[test]
    fn no_difference_at_all() {
        let test = Permutation { rearrangements: 99, seed: 1 };
        assert!((test.independent(&[2.0; 8], &[2.0; 9]).unwrap().p - 1.0).abs() < 1e-12);
        assert!((test.sign_flips(&[0.0; 80]).unwrap().p - 1.0).abs() < 1e-12);
        assert!(test.sign_flips(&[1.0; 80]).unwrap().p > 0.0);
    }
}
