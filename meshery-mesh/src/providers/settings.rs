//! Reading [`MeshSpec::settings`](meshery_core::MeshSpec), with every error at the place `settings.NAME`.

use std::ops::RangeInclusive;

use meshery_core::{Error, Result};
use serde_json::{Map, Value};

pub(super) struct Settings<'a>(&'a Map<String, Value>);

impl<'a> Settings<'a> {
    /// Refuses names that the mesh does not know.
    pub(super) fn new(given: &'a Map<String, Value>, known: &[&str]) -> Result<Self> {
        match given.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(Self(given)),
            Some(name) => Err(Error::invalid(place(name), "unknown setting").expected(one_of(known)).found(name)),
        }
    }

    /// A whole number in a range, or the default when it is not given.
    pub(super) fn whole_number(&self, name: &str, range: RangeInclusive<u64>, default: u64) -> Result<u64> {
        let Some(value) = self.0.get(name) else { return Ok(default) };
        value.as_u64().filter(|number| range.contains(number)).ok_or_else(|| {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            Error::invalid(place(name), "out of range").expected(expected).found(value.to_string())
        })
    }
}

fn place(name: &str) -> String {
    format!("settings.{name}")
}

fn one_of(known: &[&str]) -> String {
    if known.is_empty() { "no settings at all".into() } else { format!("one of {}", known.join(", ")) }
}
