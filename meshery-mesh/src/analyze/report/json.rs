//! JSON: findings and errors as they are, for programs.

use meshery_core::Result;

use super::Format;
use crate::analyze::Analysis;

pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        Ok(serde_json::to_string_pretty(analysis)? + "\n")
    }
}
