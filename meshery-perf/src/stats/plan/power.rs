//! Power, smallest detectable effect and runs needed, for t tests on logarithms of per-run values: noncentral t, no
//! normal approximation.
//!
//! Effects and margins are relative changes (0.05 is +5 %); `sd` is the standard deviation of ln q between runs (paired:
//! of the differences).

use meshery_core::Result;

use crate::stats::{input, special};

/// More runs than this are "cannot be settled this way".
const MOST_RUNS: f64 = 1e6;

/// How runs become comparable.
///
/// ```
/// use meshery_perf::stats::plan::power::{Design, Plan};
///
/// let plan = Plan { sd: 0.043, alpha: 0.05, design: Design::Unpaired };
/// assert_eq!(plan.runs_needed(0.05, 0.8)?, Some(14));
/// assert!(plan.power(0.05, 10.0)? > 0.6);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Two independent samples of the same number of runs.
    Unpaired,
    /// Pairs.
    Paired,
}

/// The noise and the error rate that a plan reckons with.
///
/// ```
/// use meshery_perf::stats::plan::power::{Design, Plan};
///
/// let plan = Plan { sd: 0.03, alpha: 0.05, design: Design::Unpaired };
/// let detectable = plan.detectable(10, 0.8)?.unwrap();
/// assert!((detectable - 0.040_549).abs() < 1e-6);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The standard deviation of logarithms between runs, or of paired differences of logarithms.
    pub sd: f64,
    /// The two-sided error rate.
    pub alpha: f64,
    /// Pairs or not.
    pub design: Design,
}

impl Plan {
    fn check(&self) -> Result<()> {
        input::positive("sd", self.sd)?;
        input::share("alpha", self.alpha)
    }

    /// The chance that so many runs an arm show this relative change. Runs need not be whole, which helps to compare.
    ///
    /// # Errors
    /// `InvalidInput` for a spread, an error rate, an effect or a number of runs out of range.
    pub fn power(&self, effect: f64, runs: f64) -> Result<f64> {
        self.check()?;
        let shift = relative("effect", effect)?;
        if runs > 1.0 && runs <= MOST_RUNS {
            return Ok(self.power_of_shift(shift, runs));
        }
        Err(meshery_core::Error::invalid("runs", "out of range")
            .expected("above 1, at most 1e6")
            .found(runs.to_string()))
    }

    fn power_of_shift(&self, shift: f64, runs: f64) -> f64 {
        let standardised = shift / self.sd;
        match self.design {
            Design::Unpaired => special::power_of_t(standardised * (runs / 2.0).sqrt(), 2.0 * runs - 2.0, self.alpha),
            Design::Paired => special::power_of_t(standardised * runs.sqrt(), runs - 1.0, self.alpha),
        }
    }

    /// Runs an arm that reach this power for a relative change, not rounded; `None` when a million do not.
    ///
    /// # Errors
    /// As [`Plan::power`].
    pub fn runs(&self, effect: f64, power: f64) -> Result<Option<f64>> {
        self.runs_for_shift(relative("effect", effect)?, power)
    }

    /// Whole runs an arm, at least two.
    ///
    /// # Errors
    /// As [`Plan::power`].
    pub fn runs_needed(&self, effect: f64, power: f64) -> Result<Option<u32>> {
        Ok(self.runs(effect, power)?.map(whole))
    }

    /// As [`Plan::runs`] for a shift in the unit of `sd`.
    ///
    /// # Errors
    /// As [`Plan::power`].
    pub fn runs_for_shift(&self, shift: f64, power: f64) -> Result<Option<f64>> {
        self.check()?;
        input::share("power", power)?;
        input::positive("shift", shift)?;
        Ok(rising_root(|runs| self.power_of_shift(shift, runs) - power, 1.0 + 1e-9, MOST_RUNS))
    }

    /// The smallest relative increase that so many runs an arm show with this power; `None` when only one beyond a
    /// factor of a million is.
    ///
    /// # Errors
    /// As [`Plan::power`], and for fewer than two runs.
    pub fn detectable(&self, runs: u32, power: f64) -> Result<Option<f64>> {
        Ok(self.detectable_shift(f64::from(runs), power)?.filter(|shift| *shift < 14.0).map(f64::exp_m1))
    }

    /// As [`Plan::detectable`] for a shift in the unit of `sd`. Runs of arms that differ count as their harmonic mean,
    /// which need not be whole.
    ///
    /// # Errors
    /// As [`Plan::power`], and for fewer than two runs.
    pub fn detectable_shift(&self, runs: f64, power: f64) -> Result<Option<f64>> {
        self.check()?;
        input::share("power", power)?;
        input::positive("runs - 1", runs - 1.0)?;
        // At one degree of freedom 1,000 standard deviations show with any usual power.
        let most = 1000.0 * self.sd;
        Ok(rising_root(|shift| self.power_of_shift(shift, runs) - power, 0.0, most))
    }

    /// Runs an arm after which two one-sided tests show equivalence within ± `margin`, a relative change, with this power
    /// when there is no difference: k (z₁₋α + z₍₁₊power₎⸝₂)² s² / ln(1 + m)², k = 2 unpaired, 1 paired.
    ///
    /// # Errors
    /// As [`Plan::power`].
    pub fn runs_for_equivalence(&self, margin: f64, power: f64) -> Result<Option<u32>> {
        self.runs_within(relative("margin", margin)?, power)
    }

    /// As [`Plan::runs_for_equivalence`] for a half-width in the unit of `sd`.
    ///
    /// # Errors
    /// As [`Plan::power`].
    pub fn runs_within(&self, width: f64, power: f64) -> Result<Option<u32>> {
        self.check()?;
        input::share("power", power)?;
        input::positive("width", width)?;
        let quantiles = special::normal_quantile(1.0 - self.alpha) + special::normal_quantile(0.5 + power / 2.0);
        let arms = if self.design == Design::Unpaired { 2.0 } else { 1.0 };
        let runs = arms * (quantiles * self.sd / width).powi(2);
        Ok((runs <= MOST_RUNS).then(|| whole(runs)))
    }
}

fn whole(runs: f64) -> u32 {
    (runs.ceil() as u32).max(2)
}

/// |ln(1 + change)| of a relative change above −100 % that is not zero.
fn relative(place: &str, change: f64) -> Result<f64> {
    input::positive(&format!("1 + {place}"), 1.0 + change)?;
    let shift = change.ln_1p().abs();
    input::positive(&format!("size of {place}"), shift)?;
    Ok(shift)
}

/// Where a rising function crosses zero, to the last digits (Ridders 1979); `None` when it does not reach zero.
fn rising_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Option<f64> {
    let (mut low, mut high) = bracket(&f, low, high)?;
    let (mut at_low, mut at_high) = (f(low), f(high));
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if at_low >= 0.0 || at_high <= 0.0 || high - low <= 1e-14 * high || middle <= low || middle >= high {
            break;
        }
        let at_middle = f(middle);
        let slope = (at_middle * at_middle - at_low * at_high).sqrt();
        let next = middle - (middle - low) * at_middle / slope;
        // Both points narrow the bracket; rounding may put the second on its edge.
        for (x, at_x) in [(middle, at_middle), (next, f(next))] {
            if x > low && at_x < 0.0 && x < high {
                (low, at_low) = (x, at_x);
            } else if x < high && at_x >= 0.0 && x > low {
                (high, at_high) = (x, at_x);
            }
        }
    }
    Some(if at_low >= 0.0 { low } else { high })
}

/// Narrows the upper end by powers of two: roots lie near the lower end, where the function still bends.
fn bracket(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> Option<(f64, f64)> {
    let (mut start, mut step) = (low, (high - low) * 2.0_f64.powi(-20));
    while start + step < high {
        if f(start + step) >= 0.0 {
            return Some((start, start + step));
        }
        start += step;
        step *= 2.0;
    }
    (f(high) >= 0.0).then_some((start, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cohen (1988), table 2.4.1: d = 0.5 at α = 0.05 and power 0.8 needs 64 a group; d = 0.8 needs 26.
    #[test]
    fn cohen_s_table() {
        let plan = Plan { sd: 1.0, alpha: 0.05, design: Design::Unpaired };
        for (d, n) in [(0.5_f64, 64), (0.8, 26)] {
            assert_eq!(plan.runs_needed(d.exp_m1(), 0.8).unwrap(), Some(n));
        }
        let paired = Plan { design: Design::Paired, ..plan };
        assert_eq!(paired.runs_needed(0.5_f64.exp_m1(), 0.8).unwrap(), Some(34));
    }

    #[test]
    fn out_of_reach_is_not_a_number_made_up() {
        let plan = Plan { sd: 1.0, alpha: 0.05, design: Design::Unpaired };
        assert_eq!(plan.runs_needed(1e-5, 0.8).unwrap(), None);
        assert!(plan.power(0.0, 10.0).is_err() && plan.power(-1.0, 10.0).is_err() && plan.power(0.1, 1.0).is_err());
        assert!(Plan { sd: 0.0, ..plan }.detectable(5, 0.8).is_err());
        assert!(plan.detectable(1, 0.8).is_err());
    }

    proptest::proptest! {
        #[test]
        fn detectable_and_power_agree(sd in 0.01f64..0.2, runs in 2u32..60) {
            let plan = Plan { sd, alpha: 0.05, design: Design::Unpaired };
            let effect = plan.detectable(runs, 0.8).unwrap().unwrap();
            assert!((plan.power(effect, f64::from(runs)).unwrap() - 0.8).abs() < 1e-6);
        }
    }
}
