//! What is known of sample applications.

use meshery_core::{SampleSpec, json};
use meshery_mesh::samples as known;
use napi_derive::napi;

use crate::error::{Result, thrown, to_json};

/// What is known of every sample application, as JSON.
#[napi]
pub(crate) fn samples() -> Result<String> {
    to_json(&known::infos()).map_err(thrown)
}

/// The instance that a sample application is on a cluster, as JSON.
#[napi]
pub(crate) fn sample_spec(spec: String) -> Result<String> {
    let instance = json::read::<SampleSpec>(&spec).and_then(|spec| known::spec(&spec));
    instance.and_then(|instance| to_json(&instance)).map_err(thrown)
}
