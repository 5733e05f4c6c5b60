//! What runs to its end.

use meshery_core::{Health, Object};

use super::{Rule, condition};

pub(super) const JOB: Rule = Rule { group: "batch", kind: "Job", judge: job };

/// Stricter than kstatus, which takes a Job that runs for ready: whoever waits for a Job waits for its end.
fn job(object: &Object) -> Health {
    for kind in ["Failed", "FailureTarget"] {
        if let Some(failed) = condition::find(object, kind).filter(condition::Condition::holds) {
            return Health::failed(failed.words());
        }
    }
    if let Some(suspended) = condition::find(object, "Suspended").filter(condition::Condition::holds) {
        return Health::progressing(suspended.words());
    }
    match condition::find(object, "Complete") {
        Some(complete) if complete.holds() => Health::Ready,
        _ => {
            let active = object.get("/status/active").and_then(serde_json::Value::as_i64).unwrap_or(0);
            Health::progressing(format!("not complete, {active} pods are at work"))
        }
    }
}
