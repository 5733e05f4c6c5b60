//! A fixed plan of looks: O'Brien & Fleming's boundary (1979) by alpha spending (Lan & DeMets 1983). Early looks cost
//! almost nothing and claim almost nothing.

use meshery_core::{Error, Result};

use crate::stats::{input, special};

/// Points of the grid that carries the distribution from look to look.
const GRID: usize = 801;

/// The levels of a plan of looks.
///
/// ```
/// use meshery_perf::stats::sequential::spending::ObrienFleming;
///
/// // Looks after 5, 10, .. 30 pairs.
/// let plan = ObrienFleming::new(&[5, 10, 15, 20, 25, 30], 0.05)?;
/// assert!(plan.levels[0] < 0.000_01 && (plan.levels[5] - 0.0378).abs() < 0.0005);
/// assert!(plan.stops(2, 0.004) && !plan.stops(2, 0.02));
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ObrienFleming {
    /// For each look the two-sided p-value below which to stop; hold the t test's p-value against it.
    pub levels: Vec<f64>,
}

impl ObrienFleming {
    /// The plan for looks after these numbers of runs, the last one being the end, at two-sided `alpha` over all.
    ///
    /// # Errors
    /// `InvalidInput` for no look, looks that do not grow, and alpha out of range.
    pub fn new(looks: &[u32], alpha: f64) -> Result<Self> {
        input::share("alpha", alpha)?;
        input::count("looks", looks.len(), 1)?;
        if looks[0] == 0 || looks.windows(2).any(|pair| pair[1] <= pair[0]) {
            return Err(Error::invalid("looks", "not a growing list of numbers of runs")
                .expected("for example 5, 10, 15")
                .found(format!("{looks:?}")));
        }
        let last = f64::from(looks[looks.len() - 1]);
        let mut walk = Walk::new();
        let mut spent = 0.0;
        let levels = looks.iter().map(|look| {
            let time = f64::from(*look) / last;
            let allowed = spending(time, alpha);
            let boundary = walk.boundary(time, allowed - spent);
            spent = allowed;
            2.0 * special::normal_upper(boundary)
        });
        Ok(Self { levels: levels.collect() })
    }

    /// Whether a look, counted from 0, ends the comparison with this two-sided p-value.
    pub fn stops(&self, look: usize, p: f64) -> bool {
        self.levels.get(look).is_some_and(|level| p <= *level)
    }
}

/// The error spent by a share of all information: 2 − 2 Φ(z / √t).
fn spending(time: f64, alpha: f64) -> f64 {
    2.0 * special::normal_upper(special::normal_quantile(1.0 - alpha / 2.0) / time.sqrt())
}

/// A Brownian path that has not crossed yet: density times weight over a grid of places.
struct Walk {
    time: f64,
    places: Vec<(f64, f64)>,
}

impl Walk {
    fn new() -> Self {
        Self { time: 0.0, places: vec![(0.0, 1.0)] }
    }

    /// The boundary in standard deviations that paths cross first at this time with this chance; moves on to there.
    fn boundary(&mut self, time: f64, chance: f64) -> f64 {
        let step = (time - self.time).sqrt();
        let crossing = |limit: f64| -> f64 {
            let beyond = |place: f64| {
                special::normal_upper((limit - place) / step) + special::normal_upper((limit + place) / step)
            };
            self.places.iter().map(|(place, mass)| mass * beyond(*place)).sum()
        };
        let (mut low, mut high) = (0.0, 12.0 * time.sqrt());
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if crossing(middle) > chance {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.places = self.moved(high, step);
        self.time = time;
        high / time.sqrt()
    }

    /// The paths still inside after a step, by Simpson's rule.
    fn moved(&self, limit: f64, step: f64) -> Vec<(f64, f64)> {
        // Paths beyond nine deviations carry nothing; a tighter grid carries the rest better.
        let limit = limit.min(9.0 * (self.time + step * step).sqrt());
        let width = 2.0 * limit / (GRID - 1) as f64;
        let density = |place: f64| -> f64 {
            let bell = |from: f64| (-0.5 * ((place - from) / step).powi(2)).exp();
            self.places.iter().map(|(from, mass)| mass * bell(*from)).sum::<f64>()
                / (step * std::f64::consts::TAU.sqrt())
        };
        let weight = |i: usize| match i {
            0 => 1.0,
            i if i == GRID - 1 => 1.0,
            i => 2.0 + 2.0 * (i % 2) as f64,
        };
        (0..GRID)
            .map(|i| {
                let place = -limit + width * i as f64;
                (place, density(place) * weight(i) * width / 3.0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two equal looks: the second boundary solves P(|Z₁| < 2.7718, |Z₂| < z) = 0.95 under correlation √½, by SciPy 1.17.1's
    /// bivariate normal. Six looks: the nominal levels that hold 5 % in simulation.
    #[test]
    fn levels_of_known_plans() {
        let two = ObrienFleming::new(&[10, 20], 0.05).unwrap();
        for (level, z) in two.levels.iter().zip([2.771_807_65, 1.979_311_34]) {
            let found = special::normal_quantile(1.0 - level / 2.0);
            assert!((found - z).abs() < 1e-6, "{found} {z}");
        }
        let six = ObrienFleming::new(&[5, 10, 15, 20, 25, 30], 0.05).unwrap();
        for (level, expected) in six.levels.iter().zip([0.0, 0.0007, 0.0053, 0.0145, 0.0258, 0.0378]) {
            assert!((level - expected).abs() < 0.000_3, "{level} {expected}");
        }
    }

    #[test]
    fn one_look_is_no_sequence() {
        assert!((ObrienFleming::new(&[10], 0.05).unwrap().levels[0] - 0.05).abs() < 1e-9);
        assert!(ObrienFleming::new(&[], 0.05).is_err() && ObrienFleming::new(&[5, 5], 0.05).is_err());
        assert!(ObrienFleming::new(&[0, 5], 0.05).is_err() && ObrienFleming::new(&[5], 1.5).is_err());
    }
}
