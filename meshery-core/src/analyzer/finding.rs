//! A mistake with its place, the other party's place, and what would mend it.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::Severity;
use crate::resource::{FileRef, Region, Resource, Span};

/// A file and a stretch in it.
///
/// ```
/// use meshery_core::{Region, analyzer::Location};
///
/// let location = Location { file: "a.yaml".into(), span: Region::default() };
/// assert_eq!(location.to_string(), "a.yaml:0:0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The file, by its name as the caller gave it.
    pub file: FileRef,
    /// Where in it.
    pub span: Region,
}

impl Location {
    /// A place in a resource.
    pub fn new(resource: &Resource, span: Span) -> Self {
        Self { file: Arc::clone(&resource.file).into(), span: resource.file.region(span) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.span.start)
    }
}

/// Another place that a mistake has to do with, such as the other party of a conflict.
///
/// ```
/// use meshery_core::{Region, analyzer::{Location, Related}};
///
/// let location = Location { file: "a.yaml".into(), span: Region::default() };
/// let related = Related { location, resource: "Service shop/reviews".into(), message: "the other one".into() };
/// assert_eq!(related.to_string(), "a.yaml:0:0: Service shop/reviews: the other one");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// In which object: `Kind namespace/name`.
    pub resource: String,
    /// What is there.
    pub message: String,
}

impl fmt::Display for Related {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.location, self.resource, self.message)
    }
}

/// A change of text in place of a stretch of a file; everything else stays as it is, comments too.
///
/// ```
/// use meshery_core::{Region, analyzer::{Edit, Location}};
///
/// let location = Location { file: "a.yaml".into(), span: Region::default() };
/// assert_eq!(Edit { location, text: "reviews".into() }.text, "reviews");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// What is replaced; of no length for what is put in.
    pub location: Location,
    /// What stands there then.
    pub text: String,
}

/// What would mend a mistake.
///
/// ```
/// use meshery_core::analyzer::Fix;
///
/// let fix = Fix { title: "name the host \"reviews\"".into(), safe: false, edits: vec![] };
/// assert!(!fix.safe);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// Whether it only says better what is said already: nothing behaves in another way for it than was meant.
    pub safe: bool,
    /// The changes of text.
    pub edits: Vec<Edit>,
}

/// A mistake, with its exact place.
///
/// ```
/// use meshery_core::resource::{File, Node, Resource, Value};
/// use meshery_core::{RuleInfo, Severity, Span};
///
/// let rule = RuleInfo::new("X0001", "host-unknown", Severity::Error, "A host that nobody has");
/// let resource = Resource {
///     file: std::sync::Arc::new(File::new("a.yaml", "")),
///     cluster: None,
///     api_version: "v1".into(),
///     kind: "Service".into(),
///     namespace: Some("shop".into()),
///     name: "reviews".into(),
///     root: Node { value: Value::Null, span: Span::default() },
/// };
/// let finding = rule.finding(&resource, Span::default(), "nobody is there").with_help("did you mean \"review\"?");
/// assert_eq!(
///     finding.to_string(),
///     "a.yaml:1:1: error[X0001]: Service shop/reviews: nobody is there\n  help: did you mean \"review\"?"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub location: Location,
    /// In which object: `Kind namespace/name`; empty for what is in none.
    pub resource: String,
    /// In which cluster, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The path of the field, such as `spec.http[0].route`; empty for the whole object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What was taken for granted, for the input does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumes: Vec<String>,
    /// What else it has to do with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// What would mend it, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// Of which object what is said: `Kind namespace/name: message`.
    pub fn said(&self) -> String {
        if self.resource.is_empty() { self.message.clone() } else { format!("{}: {}", self.resource, self.message) }
    }

    /// What to do about it.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// As bad as this, whatever the rule says.
    #[must_use]
    pub fn as_bad_as(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Something that was taken for granted.
    #[must_use]
    pub fn assuming(mut self, what: impl Into<String>) -> Self {
        self.assumes.push(what.into());
        self
    }

    /// Another place that it has to do with.
    #[must_use]
    pub fn with_related(mut self, resource: &Resource, span: Span, message: impl Into<String>) -> Self {
        let location = Location::new(resource, span);
        self.related.push(Related { location, resource: resource.to_string(), message: message.into() });
        self
    }

    /// What would mend it.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}", self.location, self.severity, self.code, self.said())?;
        for assumed in &self.assumes {
            write!(f, "; assumed that {assumed}")?;
        }
        for related in &self.related {
            write!(f, "\n  see: {related}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
