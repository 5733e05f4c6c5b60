//! What a server does, and when.

use std::fmt;
use std::time::Duration;

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;

/// A script: when a request is answered, by when it began and which one it was.
///
/// ```
/// use meshery_perf::selftest::Script;
///
/// let names: Vec<_> = Script::ALL.iter().map(ToString::to_string).collect();
/// assert_eq!(names, ["freeze", "bimodal", "slow start"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Script {
    /// Answers take 20 ms, and from 4 s to 5 s nothing is answered at all.
    Freeze,
    /// Nine in ten answers take 20 ms, one takes 200 ms.
    Bimodal,
    /// Answers take 100 ms at first and 20 ms after 0.8 s, in a straight line.
    SlowStart,
    /// Answers at once. Its truth is that of the machine: this one measures the generator.
    Calm,
}

impl Script {
    /// The scripts whose truth is known.
    pub const ALL: [Self; 3] = [Self::Freeze, Self::Bimodal, Self::SlowStart];

    /// How long it is looked at.
    pub fn lasts(self) -> Duration {
        Duration::from_secs(if self == Self::Freeze { 10 } else { 2 })
    }

    /// When the `number`th request (from 0) is answered that began at a time, both in nanoseconds since the first.
    pub fn answered(self, began: u64, number: u64) -> u64 {
        match self {
            Self::Freeze => {
                let done = began + 20 * MILLISECOND;
                if (4 * SECOND..5 * SECOND).contains(&done) { 5 * SECOND } else { done }
            }
            Self::Bimodal => began + if number % 10 == 9 { 200 } else { 20 } * MILLISECOND,
            Self::SlowStart => {
                let left = (800 * MILLISECOND).saturating_sub(began);
                began + 20 * MILLISECOND + left * 80 / 800
            }
            Self::Calm => began,
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Freeze => "freeze",
            Self::Bimodal => "bimodal",
            Self::SlowStart => "slow start",
            Self::Calm => "calm",
        })
    }
}
