//! Anderson & Darling's distance of two samples (Scholz & Stephens 1987), more sensitive in the tails than
//! Kolmogorov–Smirnov.

use meshery_core::Result;

use crate::stats::input;
use crate::stats::merge::{Group, groups};

/// Critical values for two samples at 25, 10, 5, 2.5, 1, 0.5 and 0.1 % (Scholz & Stephens 1987, table 2): the ends.
const LEAST: f64 = 0.325;
const MOST: f64 = 6.546;

/// ln p as a quadratic in the statistic, the least-squares fit through the seven critical values.
const LN_P: [f64; 3] = [-1.077_770_279_820_484, -1.008_226_564_465_251_5, 0.018_198_094_574_111_47];

/// The standardised statistic.
///
/// ```
/// use meshery_perf::stats::test::anderson_darling_two_sample::{AndersonDarlingTwoSample, Steps};
///
/// let x = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let test = AndersonDarlingTwoSample::of(&x, &x.map(|x| x + 5.0), Steps::Midrank)?.unwrap();
/// assert!(test.statistic > 4.7 && test.p < 0.005);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AndersonDarlingTwoSample {
    /// A², less its mean, over its standard deviation.
    pub statistic: f64,
    /// The p-value, interpolated between published critical values and so held within 0.001..=0.25.
    pub p: f64,
}

/// How the cumulative share steps where values are shared.
///
/// ```
/// use meshery_perf::stats::test::anderson_darling_two_sample::Steps;
///
/// assert_ne!(Steps::Midrank, Steps::Right);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// Half way at each shared value.
    Midrank,
    /// In full, from the value on.
    Right,
}

impl AndersonDarlingTwoSample {
    /// The test; `None` when all values are equal.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than two values a side and values that are not finite.
    pub fn of(x: &[f64], y: &[f64], steps: Steps) -> Result<Option<Self>> {
        input::two(x, y, 2)?;
        let groups: Vec<Group> = groups(&input::sorted(x), &input::sorted(y)).collect();
        if groups.len() < 2 {
            return Ok(None);
        }
        let (n, m) = (x.len() as f64, y.len() as f64);
        let sum = match steps {
            Steps::Midrank => midrank(&groups, n, m),
            Steps::Right => right(&groups, n, m),
        };
        let statistic = (sum - 1.0) / variance(n, m).sqrt();
        Ok(Some(Self { statistic, p: p(statistic) }))
    }
}

fn midrank(groups: &[Group], n: f64, m: f64) -> f64 {
    let all = n + m;
    let (mut below_x, mut below, mut sum) = (0.0, 0.0, 0.0);
    for group in groups {
        let (x, size) = (group.x as f64, group.size() as f64);
        let (of_x, of_all) = (below_x + x / 2.0, below + size / 2.0);
        let of_y = of_all - of_x;
        let weight = size / all / (of_all * (all - of_all) - all * size / 4.0);
        sum += weight * ((all * of_x - of_all * n).powi(2) / n + (all * of_y - of_all * m).powi(2) / m);
        (below_x, below) = (below_x + x, below + size);
    }
    sum * (all - 1.0) / all
}

fn right(groups: &[Group], n: f64, m: f64) -> f64 {
    let all = n + m;
    let (mut of_x, mut of_all, mut sum) = (0.0, 0.0, 0.0);
    for group in &groups[..groups.len() - 1] {
        let size = group.size() as f64;
        (of_x, of_all) = (of_x + group.x as f64, of_all + size);
        let of_y = of_all - of_x;
        let weight = size / all / (of_all * (all - of_all));
        sum += weight * ((all * of_x - of_all * n).powi(2) / n + (all * of_y - of_all * m).powi(2) / m);
    }
    sum
}

/// The variance of A² without ties (Scholz & Stephens, equation 4), for two samples.
fn variance(n: f64, m: f64) -> f64 {
    let all = n + m;
    let sides = 1.0 / n + 1.0 / m;
    let count = all as usize;
    let harmonic: f64 = (1..count).map(|i| 1.0 / i as f64).sum();
    // g = Σ_{i < j} 1 / ((N − i) j), by running sums of 1 / j from the end.
    let (mut tail, mut g) = (0.0, 0.0);
    for i in (1..count.saturating_sub(1)).rev() {
        tail += 1.0 / (i + 1) as f64;
        g += tail / (all - i as f64);
    }
    let a = 4.0 * g - 6.0 + (10.0 - 6.0 * g) * sides;
    let b = 12.0 * g - 22.0 + 8.0 * harmonic + (2.0 * g - 14.0 * harmonic - 4.0) * sides;
    let c = 36.0 * harmonic + 4.0 + (2.0 * harmonic - 6.0) * sides;
    let d = 24.0;
    (((a * all + b) * all + c) * all + d) / ((all - 1.0) * (all - 2.0) * (all - 3.0))
}

fn p(statistic: f64) -> f64 {
    if statistic < LEAST {
        0.25
    } else if statistic > MOST {
        0.001
    } else {
        (LN_P[0] + statistic * (LN_P[1] + statistic * LN_P[2])).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published critical values come back as their levels, within the fit's few percent.
    #[test]
    fn the_fit_passes_the_critical_values() {
        for (statistic, level) in [(1.226, 0.1), (1.961, 0.05), (3.752, 0.01), (4.592, 0.005)] {
            assert!((p(statistic) / level - 1.0).abs() < 0.07, "{statistic} {}", p(statistic));
        }
        assert!((p(-1.0) - 0.25).abs() < 1e-12 && (p(99.0) - 0.001).abs() < 1e-12);
        assert_eq!(AndersonDarlingTwoSample::of(&[1.0; 3], &[1.0; 4], Steps::Right).unwrap(), None);
    }
}
