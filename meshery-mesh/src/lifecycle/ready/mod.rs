//! When an object counts as ready: the rules of kstatus, and what they miss. Pure: from what an object says of itself to
//! a [`Health`].
//!
//! Kinds with rules of their own are one function each in [`RULES`]; all others are judged by their conditions, as the
//! API conventions have them. Where kstatus (cli-utils, `pkg/kstatus/status`) takes an object for ready that meshes
//! cannot use yet, the rule here is stricter, and says so.

mod api;
mod batch;
mod condition;
mod gateway;
mod generic;
mod pod;
mod storage;
mod webhook;
mod workload;

use meshery_core::{Health, Object};

/// How objects of a kind are judged.
struct Rule {
    group: &'static str,
    kind: &'static str,
    judge: fn(&Object) -> Health,
}

/// Every kind with a rule of its own, sorted by group and kind.
const RULES: &[Rule] = &[
    storage::CLAIM,
    pod::RULE,
    storage::SERVICE,
    webhook::MUTATING,
    webhook::VALIDATING,
    api::DEFINITION,
    api::SERVICE,
    workload::DAEMON_SET,
    workload::DEPLOYMENT,
    workload::REPLICA_SET,
    workload::STATEFUL_SET,
    batch::JOB,
    gateway::GRPC_ROUTE,
    gateway::GATEWAY,
    gateway::GATEWAY_CLASS,
    gateway::HTTP_ROUTE,
];

/// How an object is, told from what it says of itself: by its kind's own rule, or by its conditions.
///
/// ```
/// use meshery_core::Object;
/// use meshery_mesh::lifecycle::health;
/// use serde_json::json;
///
/// let webhook = Object::new(json!({
///     "apiVersion": "admissionregistration.k8s.io/v1",
///     "kind": "ValidatingWebhookConfiguration",
///     "metadata": { "name": "istiod-default-validator" },
///     "webhooks": [{ "name": "validation.istio.io", "clientConfig": { "service": { "name": "istiod" } } }],
/// }))?;
/// assert!(health(&webhook).reason().contains("caBundle"), "nobody can call it yet");
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn health(object: &Object) -> Health {
    let rule = RULES.iter().find(|rule| rule.group == object.group() && rule.kind == object.kind());
    // An object on its way out has an old status, often a good one.
    generic::terminating(object)
        .or_else(|| generic::stale(object))
        .unwrap_or_else(|| rule.map_or_else(|| generic::judge(object), |rule| (rule.judge)(object)))
}

/// Whether objects of a kind have a state to wait for.
pub(super) fn is_active(group: &str, kind: &str) -> bool {
    RULES.iter().any(|rule| rule.group == group && rule.kind == kind) || !generic::is_passive(group, kind)
}

#[cfg(test)]
mod tests;
