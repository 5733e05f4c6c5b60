//! How much a counter grew between two instants, from its raw samples.

use std::time::Duration;

use meshery_core::{Error, ErrorKind, Result};

/// A sample: when it was scraped, since the Unix epoch, and its value.
pub type Sample = (Duration, f64);

/// Two instants of the server's clock, since the Unix epoch.
///
/// ```
/// use std::time::Duration;
/// use meshery_perf::telemetry::prometheus::counter::{Window, grew};
///
/// let at = |seconds, value| (Duration::from_secs(seconds), value);
/// let samples = [at(10, 5.0), at(20, 15.0), at(30, 2.0), at(40, 12.0)];
/// // From 15 s: 5 more until 20 s, a reset, 2 since then, and 5 until 35 s.
/// let window = Window { start: Duration::from_secs(15), end: Duration::from_secs(35) };
/// assert_eq!(grew(&samples, window)?, 12.0);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its begin.
    pub start: Duration,
    /// Its end.
    pub end: Duration,
}

/// A gap is longer than so many usual distances of samples: the series was stale there.
const STALE: u32 = 3;

/// The growth within the window: linear between scrapes, a smaller value than before being a reset to zero.
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) at `samples` when they do not reach from before the window to after it, when
/// they are no counter, and when there is a gap in it.
pub fn grew(samples: &[Sample], window: Window) -> Result<f64> {
    let usual = checked(samples, window)?;
    let mut grown = 0.0;
    for pair in samples.windows(2) {
        let ((from, before), (to, after)) = (pair[0], pair[1]);
        let (start, end) = (from.max(window.start), to.min(window.end));
        if start >= end {
            continue;
        }
        let apart = to.abs_diff(from);
        if apart > usual * STALE {
            return Err(few("a gap in the series", usual * STALE, apart));
        }
        if !(before >= 0.0 && after >= 0.0 && after.is_finite()) {
            return Err(few("not a counter", "finite values from zero", format!("{before} and {after}")));
        }
        let step = if after < before { after } else { after - before };
        grown += step * end.abs_diff(start).as_secs_f64() / apart.as_secs_f64();
    }
    Ok(grown)
}

/// Values of a gauge within a window.
///
/// ```
/// use std::time::Duration;
/// use meshery_perf::telemetry::prometheus::counter::{Window, level};
///
/// let samples = [(Duration::from_secs(1), 5.0), (Duration::from_secs(2), 9.0), (Duration::from_secs(3), 7.0)];
/// let found = level(&samples, Window { start: Duration::from_secs(1), end: Duration::from_secs(3) })?;
/// assert_eq!((found.last, found.most, found.least), (7.0, 9.0, 5.0));
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// At the end.
    pub last: f64,
    /// The largest.
    pub most: f64,
    /// The smallest.
    pub least: f64,
}

/// The values of a gauge within the window.
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) at `samples` when none of them is in the window or shortly before its end.
pub fn level(samples: &[Sample], window: Window) -> Result<Level> {
    let inside = || samples.iter().filter(|(at, _)| (window.start..=window.end).contains(at)).map(|(_, value)| *value);
    let before = samples.iter().rev().find(|(at, _)| *at <= window.end);
    let Some((at, last)) = before.copied() else {
        return Err(few("no sample before the end of the window", "at least one", samples.len()));
    };
    let usual = distance(samples);
    if at + usual * STALE < window.end {
        return Err(few("the series ended before the window", usual * STALE, window.end.abs_diff(at)));
    }
    Ok(Level { last, most: inside().fold(last, f64::max), least: inside().fold(last, f64::min) })
}

/// The usual distance of samples: its median; zero for fewer than two.
fn distance(samples: &[Sample]) -> Duration {
    let mut distances: Vec<Duration> = samples.windows(2).map(|pair| pair[1].0.saturating_sub(pair[0].0)).collect();
    distances.sort_unstable();
    distances.get(distances.len() / 2).copied().unwrap_or_default()
}

fn checked(samples: &[Sample], window: Window) -> Result<Duration> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Err(few("no samples", "some before the window and some after it", "none"));
    };
    if samples.windows(2).any(|pair| pair[1].0 <= pair[0].0) {
        return Err(few("times that do not grow", "samples in order", "others"));
    }
    if first.0 > window.start {
        return Err(few("no sample before the window", format!("{:?}", window.start), format!("{:?}", first.0)));
    }
    if last.0 < window.end {
        return Err(few("no sample after the window", format!("{:?}", window.end), format!("{:?}", last.0)));
    }
    Ok(distance(samples))
}

fn few(message: &str, expected: impl std::fmt::Debug, found: impl std::fmt::Debug) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
        .at("samples")
        .expected(format!("{expected:?}"))
        .found(format!("{found:?}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(values: &[(u64, f64)]) -> Vec<Sample> {
        values.iter().map(|(at, value)| (Duration::from_millis(*at), *value)).collect()
    }

    fn window(start: u64, end: u64) -> Window {
        Window { start: Duration::from_millis(start), end: Duration::from_millis(end) }
    }

    #[test]
    fn edges_are_interpolated() {
        let steady = samples(&[(0, 100.0), (1000, 101.0), (2100, 102.1), (3000, 103.0)]);
        assert!((grew(&steady, window(500, 2500)).unwrap() - 2.0).abs() < 1e-9);
        assert!((grew(&steady, window(0, 3000)).unwrap() - 3.0).abs() < 1e-9);
        assert!(grew(&steady, window(1500, 1500)).unwrap().abs() < 1e-9);
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        let steady = samples(&[(1000, 1.0), (2000, 2.0), (3000, 3.0), (9000, 9.0), (10_000, 10.0)]);
        for (range, message) in [
            (window(500, 2000), "no sample before the window"),
            (window(2000, 10_001), "no sample after the window"),
            (window(2500, 9500), "a gap in the series"),
        ] {
            assert_eq!(grew(&steady, range).unwrap_err().report().message, message);
        }
        assert!(grew(&[], window(0, 1)).is_err());
        assert!(grew(&samples(&[(0, f64::NAN), (1000, 1.0)]), window(0, 1000)).is_err());
        assert!(level(&steady, window(0, 900)).is_err());
        assert!(level(&samples(&[(0, 1.0), (1000, 2.0)]), window(5000, 9000)).is_err());
    }

    proptest! {
        /// Whatever was reset in between, and wherever the window lies, the parts add up to the whole.
        #[test]
        fn parts_add_up(steps in proptest::collection::vec((0.0..100.0_f64, any::<bool>()), 3..40), cut in 0.0..1.0_f64) {
            let (mut value, mut all) = (0.0, 0.0);
            let mut series = vec![(Duration::ZERO, 0.0)];
            for (index, (step, reset)) in steps.iter().enumerate() {
                value = if *reset && *step < value { *step } else { value + step };
                all += step;
                series.push((Duration::from_secs(index as u64 + 1), value));
            }
            let end = Duration::from_secs(steps.len() as u64);
            let middle = end.mul_f64(cut);
            let part = |start, end| grew(&series, Window { start, end }).unwrap();
            let whole = part(Duration::ZERO, end);
            prop_assert!((whole - all).abs() < 1e-6);
            prop_assert!((part(Duration::ZERO, middle) + part(middle, end) - whole).abs() < 1e-6);
        }
    }
}
