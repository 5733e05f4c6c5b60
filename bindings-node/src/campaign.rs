//! The result of a campaign, and the look-ups and formats of it.

use meshery_core::{Error, json};
use meshery_perf::report;
use napi_derive::napi;

use crate::comparison::Comparison;
use crate::error::{Result, thrown, to_json};

/// The result of a campaign.
#[napi]
pub(crate) struct Campaign(pub(crate) meshery_core::Campaign);

#[napi]
impl Campaign {
    /// Reads a result from JSON.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        json::read_campaign(&text).map(Self).map_err(thrown)
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

    /// The names of every workload and point, as JSON.
    #[napi]
    pub fn cells(&self) -> Result<String> {
        let names: Vec<_> = self.0.cells.iter().map(|cell| (&cell.workload, &cell.point)).collect();
        to_json(&names).map_err(thrown)
    }

    /// What was found of a workload at a point.
    #[napi]
    pub fn cell(&self, workload: String, point: String) -> Result<Comparison> {
        let cell = self.0.cell(&workload, &point).ok_or_else(|| {
            Error::invalid("cells", "no such cell").found(format!("workload {workload:?}, point {point:?}"))
        });
        cell.map(|cell| Comparison(cell.comparison.clone())).map_err(thrown)
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
