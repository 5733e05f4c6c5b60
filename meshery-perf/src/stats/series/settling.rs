//! Did a run settle, and is it steady after that? Over a series of short-interval values, such as ln p50 of every second.

use meshery_core::Result;

use super::adf::{self, Adf};
use super::kpss::{self, Kpss};
use super::mann_kendall::MannKendall;
use super::mser::{ADVISED, Mser};
use crate::stats::input;

/// Both tests must be below this: either alone rejects steady series that are autocorrelated far too often.
const LEVEL: f64 = 0.01;

/// Values that must be left after the cut for the tests to say anything.
const LEAST: usize = 20;

/// The answer.
///
/// ```
/// use meshery_perf::stats::series::settling::State;
///
/// assert_ne!(State::Settled, State::NotSteady);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Steady after the cut.
    Settled,
    /// The warm-up takes half of the series or more.
    NotSettled,
    /// The level still moves after the cut.
    NotSteady,
    /// Too few values to tell.
    TooShort,
}

/// The cut and the tests of what follows it.
///
/// ```
/// use meshery_perf::stats::series::settling::{Settling, State};
///
/// let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 16) / 65_536.0;
/// let warm_up: Vec<f64> = (0..300).map(|i| noise(i) + 20.0 * (-f64::from(i) / 10.0).exp()).collect();
/// let found = Settling::of(&warm_up)?;
/// assert!(found.state == State::Settled && found.cut >= 20 && found.cut <= 120, "{found:?}");
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settling {
    /// The answer.
    pub state: State,
    /// Values to leave out at the start.
    pub cut: usize,
    /// The p-value of a level that stays (KPSS, within 0.01..=0.1); `None` for too few values or none that vary.
    pub level_p: Option<f64>,
    /// The p-value of no trend (Mann–Kendall).
    pub trend_p: Option<f64>,
    /// The p-value of a unit root (ADF), for information: warm-ups and steps pass it.
    pub unit_root_p: Option<f64>,
    /// The series is shorter than the 120 values that the cut needs to be trusted.
    pub short: bool,
}

impl Settling {
    /// Looks for the cut and tests the rest.
    ///
    /// # Errors
    /// `InvalidInput` for values that are not finite.
    pub fn of(values: &[f64]) -> Result<Self> {
        input::sample("values", values, 0)?;
        let short = values.len() < ADVISED;
        let nothing = Self { state: State::TooShort, cut: 0, level_p: None, trend_p: None, unit_root_p: None, short };
        if values.len() < LEAST {
            return Ok(nothing);
        }
        let mser = Mser::of(values)?;
        let rest = &values[mser.truncation..];
        if mser.at_limit || rest.len() < LEAST {
            let state = if mser.at_limit { State::NotSettled } else { State::TooShort };
            return Ok(Self { state, cut: mser.truncation, ..nothing });
        }
        let level_p = Kpss::of(rest, kpss::Lags::Automatic)?.map(|test| test.p);
        let trend_p = MannKendall::of(rest)?.map(|test| test.p);
        let unit_root_p = Adf::of(rest, adf::Lags::Akaike)?.map(|test| test.p);
        // KPSS' table ends at its 1 % value, so "below" includes it.
        let moves = level_p.is_some_and(|p| p <= LEVEL) && trend_p.is_some_and(|p| p < LEVEL);
        let state = if moves { State::NotSteady } else { State::Settled };
        Ok(Self { state, cut: mser.truncation, level_p, trend_p, unit_root_p, short })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    #[test]
    fn warm_up_drift_and_steady() {
        let mut rng = SplitMix64::new(8);
        let mut noise = || rng.unit();
        let steady: Vec<f64> = (0..300).map(|_| noise()).collect();
        assert_eq!(Settling::of(&steady).unwrap().state, State::Settled);
        let drift: Vec<f64> = (0..300).map(|i| noise() + 0.004 * f64::from(i)).collect();
        assert_ne!(Settling::of(&drift).unwrap().state, State::Settled);
        let late: Vec<f64> =
            (0..300).map(|i| noise() + if i < 250 { 0.05 * f64::from(250 - i) } else { 0.0 }).collect();
        assert_eq!(Settling::of(&late).unwrap().state, State::NotSettled);
        assert_eq!(Settling::of(&[1.0; 300]).unwrap().state, State::Settled);
        assert_eq!(Settling::of(&steady[..10]).unwrap().state, State::TooShort);
    }
}
