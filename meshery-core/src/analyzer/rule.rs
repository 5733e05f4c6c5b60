//! What a rule says of itself.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finding::{Finding, Location};
use crate::resource::{Resource, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// Does not work.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What a rule is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// What is wrong whatever one wants: it is refused, ignored, or contradicts itself.
    #[default]
    Correctness,
    /// What lets in, or through, whom nobody meant to.
    Security,
    /// What works, and what the mesh's own documentation says to do otherwise.
    Practice,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Extent {
    /// One cluster at a time.
    #[default]
    Cluster,
    /// All clusters at once.
    Fleet,
}

/// A rule's identity.
///
/// ```
/// use meshery_core::{RuleInfo, Severity};
///
/// let summary = "A VirtualService routes to a host that nobody has";
/// let info = RuleInfo::new("MSH101", "virtualservice-host-unknown", Severity::Error, summary);
/// assert!(info.aliases.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleInfo {
    /// The stable code; a retired one is never used again.
    pub code: String,
    /// A name that reads well after "allow".
    pub name: String,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it is for.
    #[serde(default)]
    pub category: Category,
    /// What it looks at.
    #[serde(default)]
    pub extent: Extent,
    /// Of which meshes; empty for what is of none in particular.
    #[serde(default)]
    pub meshes: Vec<String>,
    /// One sentence.
    pub summary: String,
    /// Codes of other tools for the same mistake, for example `IST0101`.
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl RuleInfo {
    /// A rule of no mesh in particular, about correctness.
    pub fn new(
        code: impl Into<String>,
        name: impl Into<String>,
        severity: Severity,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            severity,
            category: Category::default(),
            extent: Extent::default(),
            meshes: Vec::new(),
            summary: summary.into(),
            aliases: Vec::new(),
        }
    }

    /// Whether one of these names means it: its code, its name, or another tool's code.
    pub fn answers_to(&self, name: &str) -> bool {
        self.code == name || self.name == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// A finding of this rule at a place in a resource.
    pub fn finding(&self, resource: &Resource, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            resource: resource.to_string(),
            cluster: resource.cluster.as_ref().map(ToString::to_string),
            field: resource.field_at(span),
            ..self.finding_in(Location::new(resource, span), message)
        }
    }

    /// A finding of this rule in a file, about no resource.
    pub fn finding_in(&self, location: Location, message: impl Into<String>) -> Finding {
        Finding {
            code: self.code.clone(),
            rule: self.name.clone(),
            severity: self.severity,
            message: message.into(),
            location,
            resource: String::new(),
            cluster: None,
            field: String::new(),
            help: None,
            assumes: Vec::new(),
            related: Vec::new(),
            fixes: Vec::new(),
        }
    }
}
