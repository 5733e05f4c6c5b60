//! What a method can be told besides its samples.

use meshery_core::{Error, Result};
use serde_json::{Map, Value};

/// What a method is told, by name; each has a default.
///
/// ```
/// use meshery_perf::stats::registry::Settings;
///
/// let given = serde_json::json!({ "confidence": 0.9 });
/// let settings = Settings::new(given.as_object().unwrap());
/// assert_eq!(settings.number("confidence", 0.95)?, 0.9);
/// assert_eq!(settings.count("resamples", 9999)?, 9999);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a>(&'a Map<String, Value>);

impl<'a> Settings<'a> {
    /// What was given.
    pub fn new(given: &'a Map<String, Value>) -> Self {
        Self(given)
    }

    /// Refuses what a method does not know.
    pub(super) fn check(self, known: &[&str]) -> Result<()> {
        self.0.keys().find(|name| !known.contains(&name.as_str())).map_or(Ok(()), |name| {
            let expected = if known.is_empty() { "none".into() } else { format!("one of {}", known.join(", ")) };
            Err(Error::invalid("settings", "unknown setting").expected(expected).found(name))
        })
    }

    /// A number.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) at the setting for anything else.
    pub fn number(self, name: &str, default: f64) -> Result<f64> {
        self.read(name, default, "a number", Value::as_f64)
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn count(self, name: &str, default: u32) -> Result<u32> {
        self.read(name, default, "a whole number", |value| value.as_u64()?.try_into().ok())
    }

    /// A seed.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn seed(self) -> Result<u64> {
        self.read("seed", 1, "a whole number", Value::as_u64)
    }

    /// One of several words; the first is the default.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn word<T: Copy>(self, name: &str, words: &[(&str, T)]) -> Result<T> {
        let given = self.0.get(name).map(|value| value.as_str().unwrap_or_default());
        let found = words.iter().find(|(word, _)| given.is_none_or(|given| given == *word));
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(name, &format!("one of {}", known.join(", ")))
        })
    }

    /// Several numbers.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn numbers(self, name: &str, default: &[f64]) -> Result<Vec<f64>> {
        self.read(name, default.to_vec(), "numbers", |value| value.as_array()?.iter().map(Value::as_f64).collect())
    }

    /// Text.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn text(self, name: &str, default: &str) -> Result<String> {
        self.read(name, default.to_owned(), "text", |value| value.as_str().map(str::to_owned))
    }

    fn read<T>(self, name: &str, default: T, expected: &str, read: fn(&Value) -> Option<T>) -> Result<T> {
        let Some(value) = self.0.get(name) else { return Ok(default) };
        read(value).ok_or_else(|| self.wrong(name, expected))
    }

    fn wrong(self, name: &str, expected: &str) -> Error {
        let found = self.0.get(name).map(Value::to_string).unwrap_or_default();
        Error::invalid(name, "not a setting of this kind").expected(expected).found(found)
    }
}
