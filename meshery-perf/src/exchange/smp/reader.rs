//! Reading with the place at hand.

use meshery_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use super::field::Field;
use super::warning::{Noticed, Warning};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Where a reader is, and what it noticed so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    place: String,
    pub(super) warnings: Vec<Warning>,
}

impl Reader {
    /// A reader of what stands at a place.
    pub(super) fn at(place: String) -> Self {
        Self { place, warnings: Vec::new() }
    }

    /// Reads at a place within this one: a field's name, or `[3]`.
    pub(super) fn within<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.place.len();
        if outer > 0 && !step.is_empty() && !step.starts_with('[') {
            self.place.push('.');
        }
        self.place.push_str(step);
        let done = read(self);
        self.place.truncate(outer);
        done
    }

    /// Notes something at this place.
    pub(super) fn warn(&mut self, code: Noticed, found: impl Into<String>, assumed: impl Into<String>) {
        let (found, assumed) = (found.into(), assumed.into());
        self.warnings.push(Warning { code, place: self.place.clone(), found, assumed });
    }

    /// Notes something at a place within this one.
    pub(super) fn warn_at(&mut self, step: &str, code: Noticed, found: impl Into<String>, assumed: impl Into<String>) {
        self.within(step, |reader| reader.warn(code, found, assumed));
    }

    /// An error at this place.
    pub(super) fn refuse(&self, message: &str, expected: &str, found: &Value) -> Error {
        let error = Error::new(ErrorKind::InvalidInput, message).expected(expected).found(short(found));
        if self.place.is_empty() { error } else { error.at(self.place.clone()) }
    }

    /// Takes a field out of an object, by its name or its name in camel case.
    pub(super) fn field<T: Field>(&mut self, object: &mut Object, name: &str) -> Result<T> {
        let other = camel(name);
        let (value, said) = match (object.shift_remove(name), (other != name).then(|| object.shift_remove(&other))) {
            (Some(value), Some(Some(twice))) => {
                let error = self.within(&other, |reader| reader.refuse("said twice", &format!("{name} alone"), &twice));
                return Err(error.with(name, short(&value)));
            }
            (Some(value), _) => (value, name),
            (None, Some(Some(value))) => (value, other.as_str()),
            (None, _) => return Ok(T::default()),
        };
        if value.is_null() {
            return Ok(T::default());
        }
        self.within(said, |reader| T::read(value, reader))
    }

    /// The object that a value is.
    pub(super) fn object(&self, value: Value) -> Result<Object> {
        match value {
            Value::Object(object) => Ok(object),
            other => Err(self.refuse("not an object", "an object", &other)),
        }
    }
}

/// The JSON name that proto3 gives a field.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut done, word| {
        let mut letters = word.chars();
        done.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        done + letters.as_str()
    })
}

/// A value as text, cut where it is long.
pub(super) fn short(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
