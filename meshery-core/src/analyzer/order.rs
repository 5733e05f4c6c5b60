//! In which order to apply changes, so that nothing breaks in between.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::analysis::reports;
use super::{Finding, Location};
use crate::error::{Error, ErrorReport};

/// What is done with an object.
///
/// ```
/// use meshery_core::analyzer::order::Action;
///
/// assert_eq!(Action::Extend.to_string(), "extend");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// It becomes as it is wanted.
    Change,
    /// It gets what is new in it, and keeps what is to go: a step in between, which no file describes.
    Extend,
    /// After [`Extend`](Self::Extend), it becomes as it is wanted, without what is to go.
    Reduce,
    /// It is taken away.
    Remove,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Extend => "extend",
            Self::Reduce => "reduce",
            Self::Remove => "remove",
        })
    }
}

/// An object that a step changes.
///
/// ```
/// use meshery_core::{Region, analyzer::Location};
/// use meshery_core::analyzer::order::{Action, Change};
///
/// let location = Location { file: "a.yaml".into(), span: Region::default() };
/// let change = Change { action: Action::Create, object: "Service shop/reviews".into(), cluster: None, location };
/// assert_eq!(change.to_string(), "create Service shop/reviews");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What is done with it.
    pub action: Action,
    /// `Kind namespace/name`.
    pub object: String,
    /// In which cluster, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Where it stands: as it is wanted, or, if it goes, as it runs.
    pub location: Location,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.object)
    }
}

/// Changes that may be made at once, or in any order.
///
/// ```
/// let step = meshery_core::analyzer::order::Step::default();
/// assert!(step.changes.is_empty() && step.why.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// The changes, in the order of the files.
    pub changes: Vec<Change>,
    /// Why they come no sooner; empty for what waits for nothing.
    pub why: Vec<String>,
}

/// How to get from what runs to what is wanted.
///
/// ```
/// use meshery_core::analyzer::order::{Action, Change, Order, Step};
/// use meshery_core::{Region, analyzer::Location};
///
/// let location = Location { file: "a.yaml".into(), span: Region::default() };
/// let change = Change { action: Action::Create, object: "Service shop/reviews".into(), cluster: None, location };
/// let order = Order { steps: vec![Step { changes: vec![change], why: vec![] }], ..Order::default() };
/// assert_eq!(order.to_string(), "1. create Service shop/reviews\n");
/// ```
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Order {
    /// The safe order. Where there is none, its last step holds what has to be changed at once.
    pub steps: Vec<Step>,
    /// What breaks when the files are applied in the order in which they are given, and what is removed after them.
    pub findings: Vec<Finding>,
    /// What could not be read, by file and place; the order is that of all the rest.
    #[serde(serialize_with = "reports")]
    #[schemars(with = "Vec<ErrorReport>")]
    pub errors: Vec<Error>,
}

/// The safe order, a step for each line, with its reasons below it.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (step, number) in self.steps.iter().zip(1..) {
            for change in &step.changes {
                writeln!(f, "{number}. {change}")?;
            }
            for reason in &step.why {
                writeln!(f, "   {reason}")?;
            }
        }
        Ok(())
    }
}
