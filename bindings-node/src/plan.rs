//! What would change, and what it looks like.

use meshery_core::{ChangePlan, json, lifecycle};
use napi_derive::napi;

use crate::error::{Result, thrown, to_json};

/// A plan.
#[napi]
pub(crate) struct Plan(ChangePlan);

#[napi]
impl Plan {
    /// Reads a plan from JSON.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        json::read(&text).map(Self).map_err(thrown)
    }

    /// The plan as JSON.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        to_json(&self.0).map_err(thrown)
    }

    /// Whether nothing would change.
    #[napi]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The plan as text.
    #[napi]
    pub fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// The same for a terminal.
    #[napi]
    pub fn to_ansi(&self) -> String {
        self.0.to_ansi()
    }

    /// The same as a piece of HTML.
    #[napi]
    pub fn to_html(&self) -> String {
        self.0.to_html()
    }

    /// The roles that grant what it takes, as JSON.
    #[napi]
    pub fn roles(&self, name: String) -> Result<String> {
        to_json(&lifecycle::roles(&name, &self.0.permissions)).map_err(thrown)
    }
}
