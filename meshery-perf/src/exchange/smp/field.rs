//! Values of fields, by the JSON mapping of proto3.

use std::collections::BTreeMap;

use meshery_core::Result;
use serde_json::Value;

use super::problems::Problems;
use super::reader::Reader;
use super::warning::Noticed;
use crate::exchange::instant;

/// What a field of a message can be. Its default is that the document does not say it.
pub(super) trait Field: Default {
    /// Reads what is said.
    fn read(value: Value, reader: &mut Reader) -> Result<Self>;
    /// What to write, if anything is said.
    fn write(&self) -> Option<Value>;
    /// Adds what is wrong with it.
    fn check(&self, problems: &mut Problems);
}

/// One value.
pub(super) trait Item: Sized {
    fn read(value: Value, reader: &mut Reader) -> Result<Self>;
    fn write(&self) -> Value;
    fn check(&self, _: &mut Problems) {}

    /// Whether the value is what a writer without an absent value puts for one.
    fn stands_for_none(_: &Value) -> bool {
        false
    }
}

/// A whole number of 32 bits with a sign. It holds larger ones too, since documents do; [`check`](super::Document::check)
/// finds them.
///
/// ```
/// use meshery_perf::exchange::smp::Int32;
///
/// assert_eq!(serde_json::to_value(Int32(7)).unwrap(), 7);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Int32(pub i64);

/// A whole number of 64 bits with a sign, in JSON a text.
///
/// ```
/// use meshery_perf::exchange::smp::Int64;
///
/// assert!(Int64(7) < Int64(8));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int64(pub i64);

/// A point in time, in nanoseconds since the Unix epoch; in JSON a text by RFC 3339.
///
/// ```
/// use meshery_perf::exchange::smp::Timestamp;
///
/// assert!(Timestamp(1) > Timestamp(0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub u64);

/// The problem of a number below zero: all that SMP counts and measures are amounts.
const BELOW_ZERO: &str = "below zero";
/// What Go writes for a time that was never set.
const NEVER: &str = "0001-01-01T00:00:00Z";

impl<T: Item> Field for Option<T> {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        if T::stands_for_none(&value) {
            reader.warn(Noticed::NeverSet, super::reader::short(&value), "nothing");
            return Ok(None);
        }
        T::read(value, reader).map(Some)
    }

    fn write(&self) -> Option<Value> {
        self.as_ref().map(Item::write)
    }

    fn check(&self, problems: &mut Problems) {
        if let Some(item) = self {
            item.check(problems);
        }
    }
}

impl<T: Item> Field for Vec<T> {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        let Value::Array(items) = value else { return Err(reader.refuse("not a list", "a list", &value)) };
        let read = |(index, item)| reader.within(&format!("[{index}]"), |reader| T::read(item, reader));
        items.into_iter().enumerate().map(read).collect()
    }

    fn write(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.iter().map(Item::write).collect())
    }

    fn check(&self, problems: &mut Problems) {
        for (index, item) in self.iter().enumerate() {
            problems.within(&format!("[{index}]"), |problems| item.check(problems));
        }
    }
}

impl Field for BTreeMap<String, String> {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        let mut texts = Self::new();
        for (key, value) in reader.object(value)? {
            let text = reader.within(&key, |reader| String::read(value, reader))?;
            texts.insert(key, text);
        }
        Ok(texts)
    }

    fn write(&self) -> Option<Value> {
        let entries = self.iter().map(|(key, text)| (key.clone(), Value::from(text.as_str())));
        (!self.is_empty()).then(|| Value::Object(entries.collect()))
    }

    fn check(&self, _: &mut Problems) {}
}

impl Item for bool {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        value.as_bool().ok_or_else(|| reader.refuse("not a truth value", "true or false", &value))
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Item for String {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        match value {
            Value::String(text) => Ok(text),
            Value::Number(_) | Value::Bool(_) => {
                let text = value.to_string();
                reader.warn(Noticed::TextAssumed, &text, format!("\"{text}\""));
                Ok(text)
            }
            Value::Null => {
                reader.warn(Noticed::TextAssumed, "null", "\"\"");
                Ok(Self::new())
            }
            other => Err(reader.refuse("not a text", "a text", &other)),
        }
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Item for f64 {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        };
        number
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| reader.refuse("not a number", "a number", &value))
    }

    fn write(&self) -> Value {
        (*self).into()
    }

    fn check(&self, problems: &mut Problems) {
        if !self.is_finite() {
            problems.add(super::rules::NO_NUMBER, "a number", self);
        } else if *self < 0.0 {
            problems.add(BELOW_ZERO, "a number from 0", self);
        }
    }
}

impl Item for Int32 {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        whole(&value, reader).map(Self)
    }

    fn write(&self) -> Value {
        self.0.into()
    }

    fn check(&self, problems: &mut Problems) {
        let expected = format!("0 to {}", i32::MAX);
        if self.0 < 0 {
            problems.add(BELOW_ZERO, &expected, &self.0);
        } else if i32::try_from(self.0).is_err() {
            problems.add("too large for an int32", &expected, &self.0);
        }
    }
}

impl Item for Int64 {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        whole(&value, reader).map(Self)
    }

    fn write(&self) -> Value {
        self.0.to_string().into()
    }

    fn check(&self, problems: &mut Problems) {
        if self.0 < 0 {
            problems.add(BELOW_ZERO, "a number from 0", &self.0);
        }
    }
}

/// A whole number, as a number or as a text.
fn whole(value: &Value, reader: &mut Reader) -> Result<i64> {
    // 2⁶³, from which a number is no i64.
    const END: f64 = 9_223_372_036_854_775_808.0;
    let exact = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    if let Some(exact) = exact {
        return Ok(exact);
    }
    let near: Option<f64> = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    let Some(near) = near.filter(|near| (-END..END).contains(near)) else {
        return Err(reader.refuse("not a whole number", "a whole number of 64 bits", value));
    };
    let rounded = near.round() as i64;
    if near.fract() != 0.0 {
        reader.warn(Noticed::Rounded, super::reader::short(value), rounded.to_string());
    }
    Ok(rounded)
}

impl Item for Timestamp {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        let refuse = || reader.refuse("not a time", "RFC 3339, such as 2026-01-31T12:00:00Z, after 1970", &value);
        let parsed = value.as_str().and_then(|text| instant::parse(text, "").ok());
        parsed.map(Self).ok_or_else(refuse)
    }

    fn write(&self) -> Value {
        instant::format(self.0).into()
    }

    fn stands_for_none(value: &Value) -> bool {
        value == NEVER
    }
}
