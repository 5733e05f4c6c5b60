//! What holds for objects of any kind.

use meshery_core::{Health, Object};
use serde_json::Value;

use super::condition;

/// Groups of Kubernetes itself whose kinds, without a rule of their own, have no state to wait for.
const PASSIVE_GROUPS: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Whether a kind has no state to wait for.
pub(super) fn is_passive(group: &str, kind: &str) -> bool {
    PASSIVE_GROUPS.contains(&group) && kind != "Namespace"
}

/// The health of what is on its way out.
pub(super) fn terminating(object: &Object) -> Option<Health> {
    let since = object.get("/metadata/deletionTimestamp")?;
    let finalizers: Vec<_> = object.items("/metadata/finalizers").iter().filter_map(Value::as_str).collect();
    let held = if finalizers.is_empty() { String::new() } else { format!(", held by {}", finalizers.join(", ")) };
    Some(Health::Terminating { reason: format!("deleted at {}{held}", since.as_str().unwrap_or("an unknown time")) })
}

/// A status that speaks of an older specification says nothing about this one.
pub(super) fn stale(object: &Object) -> Option<Health> {
    let generation = number(object, "/metadata/generation")?;
    let observed = number(object, "/status/observedGeneration")?;
    (observed < generation)
        .then(|| Health::progressing(format!("generation {observed} is the last one seen, and {generation} is wanted")))
}

/// A number, also where a controller has written it as text.
fn number(object: &Object, pointer: &str) -> Option<i64> {
    let value = object.get(pointer)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// The health of a kind without a rule of its own.
pub(super) fn judge(object: &Object) -> Health {
    if is_passive(object.group(), object.kind()) {
        return Health::Ready;
    }
    for (kind, word) in [("Stalled", "stalled"), ("Reconciling", "still at work")] {
        if let Some(condition) = condition::find(object, kind).filter(condition::Condition::holds) {
            let words = format!("{word}: {}", condition.words());
            return if kind == "Stalled" { Health::failed(words) } else { Health::progressing(words) };
        }
    }
    match condition::find(object, "Ready") {
        Some(ready) if ready.holds() => Health::Ready,
        Some(ready) => Health::progressing(format!("not ready: {}", ready.words())),
        // Many kinds never get a status: whether one is due is for who knows the kind to say.
        None => Health::Ready,
    }
}
