//! What came of an analysis.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{Finding, Severity};
use crate::error::{Error, ErrorReport};
use crate::resource::File;

/// A finding that somebody has allowed.
///
/// ```
/// use meshery_core::analyzer::Allowed;
///
/// assert_eq!(schemars::schema_for!(Allowed).get("title").unwrap(), "Allowed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// Why it may be.
    pub reason: String,
}

/// What came of an analysis.
///
/// ```
/// use meshery_core::{Error, Severity, analyzer::Analysis};
///
/// let analysis = Analysis::default();
/// assert!(!analysis.is_at_least(Severity::Info));
/// let unread = Analysis { errors: vec![Error::invalid("a.yaml:1:1", "no YAML")], ..Analysis::default() };
/// assert!(unread.is_at_least(Severity::Error), "what nobody could read is not well");
/// ```
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Analysis {
    /// The mistakes found, by file and place.
    pub findings: Vec<Finding>,
    /// What was found and may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub allowed: Vec<Allowed>,
    /// What could not be read, by file and place. The rules ran over all the rest.
    #[serde(serialize_with = "reports")]
    #[schemars(with = "Vec<ErrorReport>")]
    pub errors: Vec<Error>,
    /// The files.
    #[serde(skip)]
    pub files: Vec<Arc<File>>,
}

impl Analysis {
    /// Whether something is this bad or worse, or could not be read.
    pub fn is_at_least(&self, least: Severity) -> bool {
        !self.errors.is_empty() || self.findings.iter().any(|finding| finding.severity >= least)
    }
}

/// Errors as they are told.
///
/// # Errors
/// Those of the serializer.
pub fn reports<S: Serializer>(errors: &[Error], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(errors.iter().map(Error::report))
}
