//! When requests are sent.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::units::{Rate, duration, duration_schema};

/// When requests are sent. All but the closed loop are open: send times do not depend on answers, and latency counts
/// from the *intended* time.
///
/// ```
/// use meshery_core::Pace;
///
/// assert_eq!(serde_json::to_string(&Pace::Closed).unwrap(), r#""closed""#);
/// let open: Pace = serde_json::from_str(r#"{ "constant": "500/s" }"#).unwrap();
/// assert_eq!(open.rate().unwrap().get(), 500.0);
/// let ramp: Pace = serde_json::from_str(r#"{ "ramp": { "from": "100/s", "to": "2000/s", "over": "10s" } }"#).unwrap();
/// assert_eq!(ramp.rate(), None, "it has no one rate");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pace {
    /// Each connection sends its next request as soon as the last one is answered. Measures throughput; its latencies
    /// hide every stall (coordinated omission).
    #[default]
    Closed,
    /// Evenly spaced send times.
    Constant(Rate),
    /// Evenly spaced send times, each moved at random within its own interval.
    Jittered(Jittered),
    /// Independent arrivals, as of many users who do not know of each other: exponential gaps of this mean rate.
    Poisson(Rate),
    /// As [`Poisson`](Self::Poisson), given that exactly rate × time requests arrive in the window: repeated runs then
    /// differ in when requests are sent and not in how many there are.
    PoissonExact(Rate),
    /// A rate that changes evenly from one value to another, and stays there.
    Ramp(Ramp),
    /// Recorded send times.
    Replay(Replay),
    /// One constant rate after another; the load ends with the last.
    Steps(Vec<Level>),
}

/// Evenly spaced send times, each moved at random.
///
/// ```
/// use meshery_core::pace::Jittered;
///
/// let jittered: Jittered = serde_json::from_str(r#"{ "rate": "500/s", "jitter": 0.2 }"#).unwrap();
/// assert_eq!(jittered.jitter, 0.2);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jittered {
    /// The rate.
    pub rate: Rate,
    /// By how much of the interval a send time may be later, 0..=1. At 1 each request is sent anywhere in its interval.
    pub jitter: f64,
}

/// A rate that changes evenly.
///
/// ```
/// use meshery_core::pace::Ramp;
///
/// let ramp: Ramp = serde_json::from_str(r#"{ "from": "100/s", "to": "2000/s", "over": "10s" }"#).unwrap();
/// assert_eq!(ramp.over.as_secs(), 10);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// The rate at the beginning of the window, and of the warm-up.
    pub from: Rate,
    /// The rate at the end of the ramp, and after it.
    pub to: Rate,
    /// How long the ramp takes.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub over: Duration,
}

/// A constant rate for some time.
///
/// ```
/// use meshery_core::pace::Level;
///
/// let level: Level = serde_json::from_str(r#"{ "rate": "500/s", "lasts": "5s" }"#).unwrap();
/// assert_eq!(level.lasts.as_secs(), 5);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The rate.
    pub rate: Rate,
    /// How long it lasts.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub lasts: Duration,
}

/// Recorded send times.
///
/// ```
/// use meshery_core::pace::Replay;
///
/// let replay: Replay = serde_json::from_str(r#"{ "at_ns": [0, 500000, 500000, 2000000] }"#).unwrap();
/// assert_eq!(replay.at_ns.len(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// When each request is sent, in nanoseconds from the beginning of the window; never decreasing.
    pub at_ns: Vec<u64>,
}

impl Pace {
    /// The one mean rate asked for; `None` in a closed loop, and when the rate changes.
    pub fn rate(&self) -> Option<Rate> {
        match self {
            Self::Constant(rate) | Self::Poisson(rate) | Self::PoissonExact(rate) => Some(*rate),
            Self::Jittered(jittered) => Some(jittered.rate),
            Self::Closed | Self::Ramp(_) | Self::Replay(_) | Self::Steps(_) => None,
        }
    }

    /// Refuses what no engine could keep.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field as its place.
    pub fn check(&self) -> Result<()> {
        let refuse = |place: String, expected: &str, found: String| {
            Err(Error::invalid(place, "out of range").expected(expected).found(found))
        };
        match self {
            Self::Jittered(Jittered { jitter, .. }) if !(0.0..=1.0).contains(jitter) => {
                refuse("jittered.jitter".into(), "a share from 0 to 1", jitter.to_string())
            }
            Self::Ramp(ramp) if ramp.over.is_zero() => refuse("ramp.over".into(), "more than 0s", "0s".into()),
            Self::Steps(levels) if levels.is_empty() => refuse("steps".into(), "at least one step", "none".into()),
            Self::Steps(levels) => match levels.iter().position(|level| level.lasts.is_zero()) {
                Some(index) => refuse(format!("steps[{index}].lasts"), "more than 0s", "0s".into()),
                None => Ok(()),
            },
            Self::Replay(Replay { at_ns }) if at_ns.is_empty() => {
                refuse("replay.at_ns".into(), "at least one send time", "none".into())
            }
            Self::Replay(Replay { at_ns }) => match at_ns.windows(2).position(|pair| pair[0] > pair[1]) {
                Some(index) => {
                    let found = format!("{} after {}", at_ns[index + 1], at_ns[index]);
                    refuse(format!("replay.at_ns[{}]", index + 1), "a time that is not before the last one", found)
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_names_its_field() {
        for (text, place) in [
            (r#"{ "jittered": { "rate": "1/s", "jitter": 1.5 } }"#, "jittered.jitter"),
            (r#"{ "ramp": { "from": "1/s", "to": "2/s", "over": "0s" } }"#, "ramp.over"),
            (r#"{ "steps": [] }"#, "steps"),
            (r#"{ "steps": [{ "rate": "1/s", "lasts": "1s" }, { "rate": "1/s", "lasts": "0s" }] }"#, "steps[1].lasts"),
            (r#"{ "replay": { "at_ns": [] } }"#, "replay.at_ns"),
            (r#"{ "replay": { "at_ns": [0, 2, 1] } }"#, "replay.at_ns[2]"),
        ] {
            let error = serde_json::from_str::<Pace>(text).unwrap().check().unwrap_err();
            assert_eq!(error.report().place.as_deref(), Some(place), "{text}");
        }
    }

    #[test]
    fn a_sound_pace_passes() {
        for text in [
            r#""closed""#,
            r#"{ "poisson": "10/s" }"#,
            r#"{ "jittered": { "rate": "1/s", "jitter": 1 } }"#,
            r#"{ "replay": { "at_ns": [0, 0, 7] } }"#,
        ] {
            serde_json::from_str::<Pace>(text).unwrap().check().unwrap();
        }
    }
}
