//! Anderson & Darling's test of one sample against a distribution (1952): A² = −n − Σ (2i − 1)(ln uᵢ + ln(1 − uₙ₊₁₋ᵢ)) / n
//! of the sorted uᵢ = F(xᵢ). It weighs both tails, where a load generator's inter-arrival times go wrong first.

use meshery_core::{Error, Result};

use crate::stats::{input, special};

/// The distribution that the sample is said to follow. Times in any unit.
///
/// ```
/// use meshery_perf::stats::fit::anderson_darling::Distribution;
///
/// assert_ne!(Distribution::ExponentialOfAnyMean, Distribution::Exponential { mean: 1.0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Exponential with this mean: open-loop inter-arrivals against their configured rate.
    Exponential {
        /// Above zero.
        mean: f64,
    },
    /// Exponential with the mean of the sample: the shape only, whatever the rate.
    ExponentialOfAnyMean,
    /// Uniform between two bounds.
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
}

/// How well a sample follows a distribution.
///
/// ```
/// use meshery_perf::stats::fit::anderson_darling::{AndersonDarling, Distribution};
///
/// let even: Vec<f64> = (0..200).map(|i| (f64::from(i) + 0.5) / 200.0).collect();
/// let uniform = AndersonDarling::of(&even, Distribution::Uniform { low: 0.0, high: 1.0 })?;
/// let exponential = AndersonDarling::of(&even, Distribution::ExponentialOfAnyMean)?;
/// assert!(uniform.p > 0.99 && exponential.p < 0.001);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AndersonDarling {
    /// A².
    pub statistic: f64,
    /// The statistic to hold against `critical_1_percent`: A² (1 + 0.6 / n) when the mean came from the sample.
    pub modified: f64,
    /// The p-value; for a mean from the sample an upper bound once it is below 6 · 10⁻⁷.
    pub p: f64,
    /// The value that `modified` exceeds in 1 % of samples that do follow the distribution.
    pub critical_1_percent: f64,
}

impl AndersonDarling {
    /// The test of at least five values. Values outside the distribution's support count as its farthest ends.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than five values, values that are not finite, and parameters out of range.
    pub fn of(values: &[f64], distribution: Distribution) -> Result<Self> {
        input::sample("values", values, 5)?;
        let n = values.len() as f64;
        let tails = Tails::of(distribution, values)?;
        let statistic = statistic(&input::sorted(values), &tails);
        Ok(if distribution == Distribution::ExponentialOfAnyMean {
            let modified = statistic * (1.0 + 0.6 / n);
            Self { statistic, modified, p: p_of_exponential(modified), critical_1_percent: 1.959 }
        } else {
            Self { statistic, modified: statistic, p: p_of_known(statistic, n), critical_1_percent: 3.878 }
        })
    }
}

/// ln F and ln (1 − F).
enum Tails {
    Exponential(f64),
    Uniform(f64, f64),
}

impl Tails {
    fn of(distribution: Distribution, values: &[f64]) -> Result<Self> {
        match distribution {
            Distribution::Exponential { mean } => {
                input::positive("mean", mean)?;
                Ok(Self::Exponential(mean))
            }
            Distribution::ExponentialOfAnyMean => {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                input::positive("mean of values", mean)?;
                Ok(Self::Exponential(mean))
            }
            Distribution::Uniform { low, high } => {
                input::sample("bounds", &[low, high], 2)?;
                if low < high {
                    return Ok(Self::Uniform(low, high));
                }
                Err(Error::invalid("high", "not above low")
                    .expected(format!("more than {low}"))
                    .found(high.to_string()))
            }
        }
    }

    fn logarithms(&self, value: f64) -> (f64, f64) {
        let logarithm = |share: f64| share.max(f64::MIN_POSITIVE).ln();
        match self {
            Self::Exponential(mean) => {
                let scaled = (value / mean).max(0.0);
                (logarithm(-(-scaled).exp_m1()), -scaled)
            }
            Self::Uniform(low, high) => {
                (logarithm((value - low) / (high - low)).min(0.0), logarithm((high - value) / (high - low)).min(0.0))
            }
        }
    }
}

fn statistic(sorted: &[f64], tails: &Tails) -> f64 {
    let n = sorted.len();
    let sum: f64 = (0..n)
        .map(|i| (2 * i + 1) as f64 * (tails.logarithms(sorted[i]).0 + tails.logarithms(sorted[n - 1 - i]).1))
        .sum();
    (-(n as f64) - sum / n as f64).max(0.0)
}

/// Exponential with an estimated mean: D'Agostino & Stephens (1986), table 4.11 as formulas. The last one turns upwards
/// at 10, where it is held.
fn p_of_exponential(modified: f64) -> f64 {
    let a = modified.min(10.0);
    if a < 0.26 {
        -(-12.2204 + 67.459 * a - 110.3 * a * a).exp_m1()
    } else if a < 0.51 {
        -(-6.1327 + 20.218 * a - 18.663 * a * a).exp_m1()
    } else if a < 0.95 {
        (0.9209 - 3.353 * a + 0.3 * a * a).exp()
    } else {
        (0.731 - 3.009 * a + 0.15 * a * a).exp()
    }
}

/// A distribution known in full: Marsaglia & Marsaglia (2004), whose fit ends near 8; from there the leading term of the
/// limit, √3 P(χ²₁ > 2z), which meets it within 2 %.
fn p_of_known(z: f64, n: f64) -> f64 {
    if z >= 8.0 {
        return 3.0_f64.sqrt() * 2.0 * special::normal_upper((2.0 * z).sqrt());
    }
    let limit = limit(z);
    (1.0 - limit - correction(n, limit)).clamp(0.0, 1.0)
}

/// The limit of P(A² ≤ z) for n → ∞.
fn limit(z: f64) -> f64 {
    if z <= 0.0 {
        0.0
    } else if z < 2.0 {
        let coefficients = [2.00012, 0.247_105, -0.064_982_1, 0.034_796_2, -0.011_672, 0.001_686_91];
        (-1.233_714_1 / z).exp() / z.sqrt() * polynomial(&coefficients, z)
    } else {
        (-polynomial(&[1.0776, -2.30695, 0.43424, -0.082_433, 0.008_056, -0.000_314_6], z).exp()).exp()
    }
}

/// What a finite n adds to the limit.
fn correction(n: f64, limit: f64) -> f64 {
    let crossing = 0.01265 + 0.1757 / n;
    if limit > 0.8 {
        polynomial(&[-130.2137, 745.2337, -1705.091, 1950.646, -1116.360, 255.7844], limit) / n
    } else if limit < crossing {
        let t = limit / crossing;
        t.sqrt() * (1.0 - t) * (49.0 * t - 102.0) * (0.0037 / (n * n) + 0.00078 / n + 0.00006) / n
    } else {
        let t = (limit - crossing) / (0.8 - crossing);
        let coefficients = [-0.000_226_33, 6.54034, -14.6538, 14.458, -8.259, 1.91864];
        polynomial(&coefficients, t) * (0.04213 + 0.01365 / n) / n
    }
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    /// Percentage points of the limit (Anderson & Darling 1954; Stephens 1974) and of the exponential case
    /// (D'Agostino & Stephens 1986, table 4.14).
    #[test]
    fn published_percentage_points() {
        for (z, p) in [(1.933, 0.1), (2.492, 0.05), (3.070, 0.025), (3.878, 0.01), (5.969, 0.001)] {
            assert!((p_of_known(z, 1e6) / p - 1.0).abs() < 0.02, "{z} {}", p_of_known(z, 1e6));
        }
        for (a, p) in [(0.816, 0.2), (1.062, 0.1), (1.321, 0.05), (1.591, 0.025), (1.959, 0.01), (2.534, 0.0025)] {
            assert!((p_of_exponential(a) / p - 1.0).abs() < 0.12, "{a} {}", p_of_exponential(a));
        }
        assert!((p_of_known(7.999, 1e6) / p_of_known(8.0, 1e6) - 1.0).abs() < 0.03);
    }

    /// SciPy 1.17.1: `anderson(x, "expon").statistic`.
    #[test]
    fn the_statistic() {
        let test = AndersonDarling::of(&[1.0, 2.0, 3.0, 4.0, 5.0], Distribution::ExponentialOfAnyMean).unwrap();
        assert!((test.statistic - 0.614_851_400_4).abs() < 1e-9, "{}", test.statistic);
    }

    #[test]
    fn the_error_rate_is_the_one_asked_for() {
        let mut rng = SplitMix64::new(11);
        let mut rejected = [0; 3];
        for _ in 0..2000 {
            let values: Vec<f64> = (0..60).map(|_| -(1.0 - rng.unit()).ln()).collect();
            let uniform: Vec<f64> = (0..60).map(|_| 3.0 + rng.unit()).collect();
            let p = |values: &[f64], distribution| AndersonDarling::of(values, distribution).unwrap().p;
            rejected[0] += usize::from(p(&values, Distribution::Exponential { mean: 1.0 }) < 0.05);
            rejected[1] += usize::from(p(&values, Distribution::ExponentialOfAnyMean) < 0.05);
            rejected[2] += usize::from(p(&uniform, Distribution::Uniform { low: 3.0, high: 4.0 }) < 0.05);
        }
        // 5 % of 2,000 within four standard deviations.
        assert!(rejected.iter().all(|count| (61..140).contains(count)), "{rejected:?}");
    }

    #[test]
    fn the_edges_are_finite() {
        let zeros = AndersonDarling::of(&[0.0, 0.0, 0.0, 0.0, 1.0], Distribution::ExponentialOfAnyMean).unwrap();
        assert!(zeros.statistic.is_finite() && zeros.p < 1e-6);
        let outside = AndersonDarling::of(&[-9.0; 6], Distribution::Uniform { low: 0.0, high: 1.0 }).unwrap();
        assert!(outside.statistic.is_finite() && outside.p < 1e-12);
        assert!(AndersonDarling::of(&[0.0; 6], Distribution::ExponentialOfAnyMean).is_err());
        assert!(AndersonDarling::of(&[1.0; 6], Distribution::Uniform { low: 1.0, high: 1.0 }).is_err());
        assert!(AndersonDarling::of(&[1.0; 4], Distribution::ExponentialOfAnyMean).is_err());
    }
}
