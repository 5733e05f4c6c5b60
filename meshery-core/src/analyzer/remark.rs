//! What somebody has found who is no rule of ours: a rule in another language.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, RuleInfo};
use crate::error::{Error, Result};
use crate::resource::Resource;

/// A finding of a rule that sees objects and not their files.
///
/// ```
/// use meshery_core::analyzer::Remark;
/// use meshery_core::json;
///
/// let remark: Remark = json::read(r#"{
///     "rule": { "code": "SHOP1", "name": "shop-owned", "severity": "error", "summary": "Nobody owns an object" },
///     "object": 0, "message": "nobody owns this"
/// }"#)?;
/// assert!(remark.finding(&[]).is_err(), "there is no such object");
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Whose finding it is.
    pub rule: RuleInfo,
    /// Which object it is about, of those that were looked at, from 0.
    pub object: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The path of the field, such as `spec.http[0].route`; empty for the whole object. Of one that is not there, as much
    /// as is.
    #[serde(default)]
    pub field: String,
    /// What to do about it.
    #[serde(default)]
    pub help: Option<String>,
}

impl Remark {
    /// The finding, with its place.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an object that is not there.
    pub fn finding(&self, objects: &[Arc<Resource>]) -> Result<Finding> {
        let Some(object) = objects.get(self.object) else {
            let error = Error::invalid("object", "there is no such object");
            return Err(error.expected(format!("below {}", objects.len())).found(self.object.to_string()));
        };
        let mut path = self.field.as_str();
        let mut place = object.head();
        while !path.is_empty() {
            if let Some(node) = object.at_field(path) {
                place = node.span;
                break;
            }
            path = path.rfind(['.', '[']).and_then(|at| path.get(..at)).unwrap_or_default();
        }
        let finding = self.rule.finding(object, place, &self.message);
        Ok(match &self.help {
            Some(help) => finding.with_help(help),
            None => finding,
        })
    }
}
