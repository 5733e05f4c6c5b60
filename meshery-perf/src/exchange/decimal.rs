//! Times that documents write as bare numbers.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// The longest time that is believed: beyond it a document has its unit wrong.
const LONGEST: f64 = 366.0 * 24.0 * 3600e9;

/// A time as a number in a unit of so many nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time<const NANOS: u64>(pub(super) Duration);

pub(super) type Seconds = Time<1_000_000_000>;
pub(super) type Millis = Time<1_000_000>;

impl<'de, const NANOS: u64> Deserialize<'de> for Time<NANOS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        let refuse = || serde::de::Error::custom(format!("not a time: expected a number from 0, found {value}"));
        duration(value, NANOS as f64).map(Self).ok_or_else(refuse)
    }
}

/// A number in a unit of so many nanoseconds; `None` when it is no time.
pub(super) fn duration(value: f64, unit: f64) -> Option<Duration> {
    let nanos = (value * unit).round();
    (0.0..=LONGEST).contains(&nanos).then(|| Duration::from_nanos(nanos as u64))
}

/// A time as a number in a unit of so many nanoseconds.
pub(super) fn number(time: Duration, unit: f64) -> f64 {
    time.as_nanos() as f64 / unit
}
