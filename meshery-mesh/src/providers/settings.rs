//! Reading the settings of a [`MeshSpec`](meshery_core::MeshSpec), an [`InstanceSpec`](meshery_core::InstanceSpec) or a
//! [`SampleSpec`](meshery_core::SampleSpec), with every error at the place `settings.NAME`.

use std::ops::RangeInclusive;
use std::time::Duration;

use meshery_core::units::duration;
use meshery_core::{Error, Result};
use serde_json::{Map, Value};

pub(crate) struct Settings<'a>(&'a Map<String, Value>);

impl<'a> Settings<'a> {
    /// Refuses names that the mesh does not know.
    pub(crate) fn new(given: &'a Map<String, Value>, known: &[&str]) -> Result<Self> {
        match given.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(Self(given)),
            Some(name) => Err(Error::invalid(place(name), "unknown setting").expected(one_of(known)).found(name)),
        }
    }

    /// A whole number in a range, or the default when it is not given.
    pub(crate) fn whole_number(&self, name: &str, range: RangeInclusive<u64>, default: u64) -> Result<u64> {
        let Some(value) = self.0.get(name) else { return Ok(default) };
        value.as_u64().filter(|number| range.contains(number)).ok_or_else(|| {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            Error::invalid(place(name), "out of range").expected(expected).found(value.to_string())
        })
    }

    /// Text that is not empty, if it is given.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| {
            Error::invalid(place(name), "not a text").expected("text that is not empty").found(value.to_string())
        })
    }

    /// A duration with its unit in a range, if it is given.
    pub(crate) fn duration(&self, name: &str, range: RangeInclusive<Duration>) -> Result<Option<Duration>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let time = duration::parse(text).map_err(|error| error.at(place(name)))?;
        if range.contains(&time) {
            return Ok(Some(time));
        }
        let expected = format!("from {} to {}", duration::format(*range.start()), duration::format(*range.end()));
        Err(Error::invalid(place(name), "out of range").expected(expected).found(text))
    }

    /// A map, if it is given. What is found instead is not repeated: it may be secret.
    pub(crate) fn map(&self, name: &str) -> Result<Option<&'a Map<String, Value>>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        value.as_object().map(Some).ok_or_else(|| Error::invalid(place(name), "not a map").expected("a map"))
    }

    /// One of a few words, if it is given.
    pub(crate) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&'a str>> {
        let text = self.text(name)?;
        match text {
            Some(text) if !words.contains(&text) => {
                Err(Error::invalid(place(name), "unknown word").expected(one_of(words)).found(text))
            }
            _ => Ok(text),
        }
    }
}

pub(crate) fn place(name: &str) -> String {
    format!("settings.{name}")
}

fn one_of(known: &[&str]) -> String {
    if known.is_empty() { "no settings at all".into() } else { format!("one of {}", known.join(", ")) }
}
