//! Conditions: what an object says of itself, one claim at a time.

use meshery_core::{Health, Object};
use serde_json::Value;

/// A condition of an object.
pub(super) struct Condition<'a> {
    pub(super) status: &'a str,
    reason: &'a str,
    message: &'a str,
}

impl Condition<'_> {
    pub(super) fn holds(&self) -> bool {
        self.status == "True"
    }

    /// Reason and message, as far as there are any.
    pub(super) fn words(&self) -> String {
        match (self.reason, self.message) {
            ("", "") => "no reason is given".into(),
            (reason, "") => reason.into(),
            ("", message) => message.into(),
            (reason, message) => format!("{reason}: {message}"),
        }
    }
}

/// The condition of a type.
pub(super) fn find<'a>(object: &'a Object, kind: &str) -> Option<Condition<'a>> {
    find_in(object.items("/status/conditions"), kind)
}

/// The condition of a type in a list.
pub(super) fn find_in<'a>(conditions: &'a [Value], kind: &str) -> Option<Condition<'a>> {
    let condition = conditions.iter().find(|condition| condition["type"] == kind)?;
    let text = |name: &str| condition[name].as_str().unwrap_or_default();
    Some(Condition { status: text("status"), reason: text("reason"), message: text("message") })
}

/// Ready once a condition holds.
pub(super) fn wants(object: &Object, kind: &str) -> Health {
    match find(object, kind) {
        Some(condition) if condition.holds() => Health::Ready,
        Some(condition) => Health::progressing(format!("not {kind}: {}", condition.words())),
        None => Health::progressing(format!("nobody has said yet whether it is {kind}")),
    }
}
