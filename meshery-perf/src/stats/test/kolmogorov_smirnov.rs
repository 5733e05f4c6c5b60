//! Kolmogorov & Smirnov's distance of two samples: the largest difference of their cumulative shares. A description
//! of whole distributions; requests of one run are no replicates for its p-value.

use meshery_core::Result;

use crate::stats::{input, merge};

/// Pairs of values up to which every path is counted.
const EXACT_PAIRS: usize = 25_000_000;

/// The distance and where it is.
///
/// ```
/// use meshery_perf::stats::test::kolmogorov_smirnov::KolmogorovSmirnov;
///
/// let test = KolmogorovSmirnov::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0])?;
/// assert_eq!((test.distance, test.location, test.candidate_is_larger), (1.0, 5.0, true));
/// assert!((test.p() - 2.0 / 252.0).abs() < 1e-15);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    /// 0..=1.
    pub distance: f64,
    /// The value at which the shares differ most.
    pub location: f64,
    /// At that value the baseline has the larger share at or below: the candidate lies higher.
    pub candidate_is_larger: bool,
    steps: u64,
    n: usize,
    m: usize,
}

impl KolmogorovSmirnov {
    /// The distance of two samples.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample and values that are not finite.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self> {
        input::two(x, y, 1)?;
        let (n, m) = (x.len(), y.len());
        let (mut below_x, mut below_y) = (0, 0);
        let (mut above, mut below) = (Extreme::default(), Extreme::default());
        for group in merge::groups(&input::sorted(x), &input::sorted(y)) {
            below_x += group.x;
            below_y += group.y;
            let difference = below_x as f64 / n as f64 - below_y as f64 / m as f64;
            above.see(difference, &group);
            below.see(-difference, &group);
        }
        let candidate_is_larger = above.get().0 >= below.get().0;
        let (distance, location) = if candidate_is_larger { above.get() } else { below.get() };
        let steps = (distance * n as f64 * m as f64).round() as u64;
        Ok(Self { distance, location, candidate_is_larger, steps, n, m })
    }

    /// The two-sided p-value: exact to 25 million pairs of values, else the limit.
    pub fn p(&self) -> f64 {
        self.p_exact().unwrap_or_else(|| self.p_limit())
    }

    /// The share of all orders of distinct values with at least this distance; `None` for more than 25 million pairs.
    pub fn p_exact(&self) -> Option<f64> {
        if self.n.saturating_mul(self.m) > EXACT_PAIRS {
            return None;
        }
        if self.steps == 0 {
            return Some(1.0);
        }
        let outside = |i: usize, j: usize| (i * self.m).abs_diff(j * self.n) as u64 >= self.steps;
        // The chance that a path to (i, j) was outside on its way; only sums of positive terms.
        let mut row: Vec<f64> = vec![0.0; self.m + 1];
        for i in 0..=self.n {
            for j in 0..=self.m {
                row[j] = if outside(i, j) {
                    1.0
                } else if j == 0 {
                    row[0]
                } else {
                    (i as f64 * row[j] + j as f64 * row[j - 1]) / (i + j) as f64
                };
            }
        }
        Some(row[self.m].min(1.0))
    }

    /// Kolmogorov's limiting distribution at √(nm / (n + m)) times the distance.
    pub fn p_limit(&self) -> f64 {
        let (n, m) = (self.n as f64, self.m as f64);
        kolmogorov_upper((n * m / (n + m)).sqrt() * self.distance)
    }
}

/// The largest difference so far and its value: among values of the baseline, and among the candidate's own. Where both
/// reach it the baseline's first counts, as in SciPy.
struct Extreme {
    baseline: (f64, f64),
    candidate: (f64, f64),
}

impl Default for Extreme {
    fn default() -> Self {
        Self { baseline: (f64::NEG_INFINITY, 0.0), candidate: (f64::NEG_INFINITY, 0.0) }
    }
}

impl Extreme {
    fn see(&mut self, difference: f64, group: &merge::Group) {
        let best = if group.x > 0 { &mut self.baseline } else { &mut self.candidate };
        if difference > best.0 {
            *best = (difference, group.value);
        }
    }

    fn get(&self) -> (f64, f64) {
        if self.candidate.0 > self.baseline.0 { self.candidate } else { self.baseline }
    }
}

fn kolmogorov_upper(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let term = |k: i32| (-f64::from(2 * k - 1).powi(2) * PI * PI / (8.0 * x * x)).exp();
        return 1.0 - (2.0 * PI).sqrt() / x * (1..=10).map(term).sum::<f64>();
    }
    let term = |k: i32| f64::from(1 - 2 * ((k + 1) % 2)) * (-2.0 * f64::from(k * k) * x * x).exp();
    2.0 * (1..=10).map(term).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit's percentage points (Smirnov 1948).
    #[test]
    fn published_percentage_points() {
        for (x, p) in [(1.2239, 0.1), (1.3581, 0.05), (1.6276, 0.01), (0.8276, 0.5)] {
            assert!((kolmogorov_upper(x) / p - 1.0).abs() < 1e-3, "{x}");
        }
        assert!((kolmogorov_upper(0.999_999) - kolmogorov_upper(1.0)).abs() < 1e-5);
    }

    #[test]
    fn equal_samples_have_no_distance() {
        let test = KolmogorovSmirnov::of(&[1.0, 2.0], &[1.0, 2.0]).unwrap();
        assert_eq!((test.distance, test.p(), test.p_limit()), (0.0, 1.0, 1.0));
    }
}
