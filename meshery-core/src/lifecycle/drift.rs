//! What is no longer as it was applied.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FieldChange;
use crate::object::ObjectId;

/// An object that is no longer as it was applied.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::{Drift, DriftKind};
///
/// let object = ObjectId::new("", "ConfigMap", Some("istio-system"), "istio");
/// let drift = Drift { object, kind: DriftKind::Missing, fields: vec![], managers: vec![] };
/// assert_eq!(serde_json::to_value(&drift).unwrap()["kind"], "missing");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// Which object.
    pub object: ObjectId,
    /// What is wrong with it.
    pub kind: DriftKind,
    /// The fields that are not as they were applied: `before` as it is, `after` as it should be.
    #[serde(default)]
    pub fields: Vec<FieldChange>,
    /// Who has written to it.
    #[serde(default)]
    pub managers: Vec<String>,
}

/// What is wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DriftKind {
    /// Fields of it have changed.
    Changed,
    /// It is not there.
    Missing,
    /// There is another one of its name in its place.
    Replaced,
}
