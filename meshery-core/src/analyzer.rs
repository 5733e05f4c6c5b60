//! [`ConfigAnalyzer`]: one rule over a snapshot of configuration, and the [`Finding`]s it makes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::{Resource, Snapshot, Span};

/// One rule over a snapshot. Pure: the same snapshot gives the same findings in the same order.
///
/// ```
/// use meshery_core::*;
///
/// struct Nameless;
/// impl ConfigAnalyzer for Nameless {
///     fn info(&self) -> RuleInfo {
///         RuleInfo {
///             code: "X0001".into(),
///             name: "resource-without-name".into(),
///             severity: Severity::Error,
///             summary: "A resource has no name".into(),
///             aliases: vec![],
///         }
///     }
///     fn analyze(&self, snapshot: &Snapshot) -> Vec<Finding> {
///         let nameless = snapshot.resources.iter().filter(|resource| resource.name.is_empty());
///         nameless.map(|resource| self.info().finding(resource, resource.root.span, "has no name")).collect()
///     }
/// }
/// assert!(Nameless.analyze(&Snapshot::default()).is_empty());
/// ```
pub trait ConfigAnalyzer: Send + Sync {
    /// The rule's code, name and severity.
    fn info(&self) -> RuleInfo;

    /// Every place that breaks the rule, in the order of the snapshot.
    fn analyze(&self, snapshot: &Snapshot) -> Vec<Finding>;
}

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

/// A rule's identity.
///
/// ```
/// use meshery_core::{RuleInfo, Severity};
///
/// let info = RuleInfo {
///     code: "MSH101".into(),
///     name: "virtualservice-host-unknown".into(),
///     severity: Severity::Error,
///     summary: "A VirtualService routes to a host that nobody has".into(),
///     aliases: vec!["IST0101".into()],
/// };
/// assert_eq!(info.aliases[0], "IST0101");
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
    /// One sentence.
    pub summary: String,
    /// Codes of other tools for the same mistake, for example `IST0101`.
    pub aliases: Vec<String>,
}

impl RuleInfo {
    /// A finding of this rule at a place in a resource.
    pub fn finding(&self, resource: &Resource, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            code: self.code.clone(),
            rule: self.name.clone(),
            severity: self.severity,
            message: message.into(),
            location: Location { file: resource.file.to_string(), span },
            resource: resource.to_string(),
            help: None,
        }
    }
}

/// A file and a stretch in it.
///
/// ```
/// use meshery_core::{Span, analyzer::Location};
///
/// let location = Location { file: "a.yaml".into(), span: Span::default() };
/// assert_eq!(location.to_string(), "a.yaml:0:0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The file's name as the caller gave it.
    pub file: String,
    /// Where in it.
    pub span: Span,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.span.start)
    }
}

/// A mistake, with its exact place.
///
/// ```
/// use meshery_core::{Finding, Severity, Span, analyzer::Location};
///
/// let finding = Finding {
///     code: "MSH101".into(),
///     rule: "virtualservice-host-unknown".into(),
///     severity: Severity::Error,
///     message: "no Service or ServiceEntry has the host \"reviews\"".into(),
///     location: Location { file: "a.yaml".into(), span: Span::default() },
///     resource: "VirtualService shop/reviews".into(),
///     help: Some("did you mean \"review\"?".into()),
/// };
/// assert!(finding.to_string().starts_with("a.yaml:0:0: error[MSH101]"));
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
    /// In which object: `Kind namespace/name`.
    pub resource: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}: {}", self.location, self.severity, self.code, self.resource, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
