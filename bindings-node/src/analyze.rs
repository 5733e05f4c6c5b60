//! Checks of configuration, on the thread pool of Node.js.

use meshery_mesh::analyze::Source;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi::{Env, Task};
use napi_derive::napi;

use crate::error::{described, to_json};

/// Texts to check.
pub(crate) struct Analyze(Vec<Source>);

impl Task for Analyze {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        let analysis = meshery_mesh::analyze::analyze(&self.0);
        to_json(&analysis).map_err(|error| napi::Error::from_reason(described(&error)))
    }

    fn resolve(&mut self, _env: Env, output: String) -> napi::Result<String> {
        Ok(output)
    }
}

/// Applies every rule to texts, given as pairs of name and content.
#[napi]
pub(crate) fn analyze(sources: Vec<(String, Buffer)>) -> AsyncTask<Analyze> {
    AsyncTask::new(Analyze(sources.into_iter().map(|(name, content)| Source::new(name, content.as_ref())).collect()))
}
