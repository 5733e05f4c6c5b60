//! A result, and the look-ups and formats of it.

use meshery_core::{Error, json};
use meshery_perf::report;
use napi_derive::napi;

use crate::error::{Result, thrown, to_json};

/// The result of a comparison.
#[napi]
pub(crate) struct Comparison(pub(crate) meshery_core::Comparison);

#[napi]
impl Comparison {
    /// Reads a result from JSON.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        json::read_comparison(&text).map(Self).map_err(thrown)
    }

    /// The result in one of the formats of the core.
    #[napi]
    pub fn render(&self, format: String) -> Result<String> {
        report::render(&format, &self.0).map_err(thrown)
    }

    /// The result as a piece of HTML.
    #[napi]
    pub fn html_fragment(&self) -> Result<String> {
        report::html_fragment(&self.0).map_err(thrown)
    }

    /// The effect of an arm on a metric, as JSON.
    #[napi]
    pub fn effect(&self, arm: String, metric: String) -> Result<String> {
        let effect = self.0.effect(&arm, &metric).ok_or_else(|| {
            Error::invalid("effects", "no such effect").found(format!("arm {arm:?}, metric {metric:?}"))
        });
        effect.and_then(to_json).map_err(thrown)
    }

    /// Pass or fail by a specification, as JSON.
    #[napi]
    pub fn gate(&self, spec: String) -> Result<String> {
        let judged = json::read(&spec).and_then(|gate| meshery_perf::gate::judge(&self.0, &gate));
        judged.and_then(|result| to_json(&result)).map_err(thrown)
    }

    /// Writes the formats that belong into files into a directory.
    #[napi]
    pub fn save(&self, directory: String) -> Result<()> {
        report::save(&self.0, directory).map(drop).map_err(thrown)
    }
}
