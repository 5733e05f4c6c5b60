//! Units that print, parse and serialize with their name, so that no bare number has to be guessed at.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// A number of events per second: finite and above zero. Written `2000/s`, also readable as `120/min`.
///
/// ```
/// use meshery_core::Rate;
///
/// let rate: Rate = "120/min".parse().unwrap();
/// assert_eq!(rate, Rate::per_second(2.0).unwrap());
/// assert_eq!(rate.to_string(), "2/s");
/// assert!("2000".parse::<Rate>().is_err(), "a rate without its unit is refused");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// So many events per second.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless the value is finite and above zero.
    pub fn per_second(value: f64) -> Result<Self> {
        if value.is_finite() && value > 0.0 { Ok(Self(value)) } else { Err(rate_error(&format!("{value}/s"))) }
    }

    /// Events per second.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The time between two events when they are evenly spaced.
    pub fn interval(self) -> Duration {
        Duration::from_secs_f64((1.0 / self.0).min(1e9))
    }
}

fn rate_error(found: &str) -> Error {
    Error::new(crate::ErrorKind::InvalidInput, "not a rate")
        .expected("a number above zero and its unit, such as \"2000/s\" or \"120/min\"")
        .found(format!("{found:?}"))
}

impl FromStr for Rate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = text.split_once('/').and_then(|(number, unit)| {
            let per = match unit.trim() {
                "s" => 1.0,
                "min" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
            Some(number.trim().parse::<f64>().ok()? / per)
        });
        parsed.and_then(|value| Self::per_second(value).ok()).ok_or_else(|| rate_error(text))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WithUnit::deserialize(deserializer)?.parse("a rate with its unit, such as \"2000/s\"")
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A number above zero with its unit, such as \"2000/s\" or \"120/min\".",
            "pattern": r"^[0-9.eE+]+ */ *(s|min|h)$",
        })
    }
}

/// What a user may have written where a quantity with its unit belongs: text, or a bare number that is refused by name.
#[derive(Deserialize)]
#[serde(untagged)]
enum WithUnit {
    Text(String),
    Other(serde_json::Value),
}

impl WithUnit {
    fn parse<T: FromStr<Err = Error>, E: serde::de::Error>(self, expected: &str) -> Result<T, E> {
        match self {
            Self::Text(text) => text.parse().map_err(|error: Error| E::custom(error.to_string())),
            Self::Other(value) => Err(E::custom(format!("a unit is missing: expected {expected}, found {value}"))),
        }
    }
}

/// `Duration` as text with its unit (`"1.5s"`, `"250ms"`, `"1m30s"`), for `#[serde(with = "units::duration")]`.
pub mod duration {
    use super::{Deserialize, Deserializer, Duration, Error, FromStr, Result, Serializer, WithUnit};

    const UNITS: [(&str, f64); 9] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("µs", 1e3),
        ("μs", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("min", 60e9),
        ("m", 60e9),
        ("h", 3600e9),
    ];

    /// Reads text such as `1.5s`, `250ms` or `1m30s`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) without a unit, with an unknown one, or above a year.
    pub fn parse(text: &str) -> Result<Duration> {
        let refuse = || {
            Error::new(crate::ErrorKind::InvalidInput, "not a duration")
                .expected("a number with its unit, such as \"1.5s\", \"250ms\" or \"1m30s\"")
                .found(format!("{text:?}"))
        };
        let mut rest = text.trim();
        let mut total = 0.0;
        if rest.is_empty() {
            return Err(refuse());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refuse)?;
            let (number, tail) = rest.split_at(digits);
            let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
            let (unit, next) = tail.split_at(end);
            let scale = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(refuse)?.1;
            total += number.parse::<f64>().map_err(|_| refuse())? * scale;
            rest = next;
        }
        if total > 366.0 * 24.0 * 3600e9 {
            return Err(refuse());
        }
        Ok(Duration::from_nanos(total.round() as u64))
    }

    /// Writes the shortest exact text: `2s`, `1.5s`, `250ms`, `80us`, `7ns`.
    pub fn format(value: Duration) -> String {
        let nanos = value.as_nanos();
        let (unit, scale) = match nanos {
            0 => return "0s".into(),
            n if n >= 1_000_000_000 => ("s", 9),
            n if n >= 1_000_000 => ("ms", 6),
            n if n >= 1_000 => ("us", 3),
            _ => return format!("{nanos}ns"),
        };
        let whole = nanos / 10u128.pow(scale);
        let fraction = format!("{:0width$}", nanos % 10u128.pow(scale), width = scale as usize);
        match fraction.trim_end_matches('0') {
            "" => format!("{whole}{unit}"),
            digits => format!("{whole}.{digits}{unit}"),
        }
    }

    pub(super) struct Parsed(pub(super) Duration);

    impl FromStr for Parsed {
        type Err = Error;
        fn from_str(text: &str) -> Result<Self> {
            parse(text).map(Self)
        }
    }

    /// For serde.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format(*value))
    }

    /// For serde.
    ///
    /// # Errors
    /// When the input is not text with a number and a unit.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let parsed: Parsed = WithUnit::deserialize(deserializer)?.parse("a duration with its unit, such as \"2s\"")?;
        Ok(parsed.0)
    }
}

/// `Option<Duration>` as text with its unit or `null`, for `#[serde(with = "units::optional_duration")]`.
pub mod optional_duration {
    use super::{Deserialize, Deserializer, Duration, Result, Serialize, Serializer, duration};

    #[derive(Serialize, Deserialize)]
    struct Written(#[serde(with = "duration")] Duration);

    /// For serde.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(value: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(Written).serialize(serializer)
    }

    /// For serde.
    ///
    /// # Errors
    /// When the input is neither `null` nor text with a number and a unit.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Written>::deserialize(deserializer)?.map(|written| written.0))
    }
}

/// The JSON Schema of a duration that may be missing.
pub(crate) fn optional_duration_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let duration = duration_schema(generator);
    schemars::json_schema!({ "anyOf": [duration, { "type": "null" }] })
}

/// The JSON Schema of a duration: text with its unit.
pub(crate) fn duration_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "description": "A number with its unit, such as \"1.5s\", \"250ms\" or \"1m30s\".",
        "pattern": r"^([0-9.]+ *(ns|us|µs|μs|ms|s|min|m|h) *)+$",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, millis) in [("1.5s", 1500), ("250ms", 250), ("1m30s", 90_000), ("2min", 120_000), ("1h", 3_600_000)]
        {
            assert_eq!(duration::parse(text).unwrap(), Duration::from_millis(millis), "{text}");
        }
        for text in ["", "5", "5 parsecs", "s", "-1s", "1.2.3s", "1e3s", "9999999h"] {
            assert!(duration::parse(text).is_err(), "{text:?} must be refused");
        }
    }

    proptest! {
        #[test]
        fn durations_survive_text(nanos in 0u64..(1 << 50)) {
            let value = Duration::from_nanos(nanos);
            prop_assert_eq!(duration::parse(&duration::format(value)).unwrap(), value);
        }

        #[test]
        fn parsers_never_panic(text in "\\PC*") {
            let _ = (duration::parse(&text), text.parse::<Rate>());
        }
    }

    #[test]
    fn a_bare_number_is_refused_by_name() {
        let error = serde_json::from_str::<Rate>("2000").unwrap_err().to_string();
        assert!(error.contains("a unit is missing") && error.contains("2000/s"), "{error}");
    }
}
