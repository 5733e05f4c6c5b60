//! Webhooks, which kstatus takes for ready as soon as they are there.

use meshery_core::{Health, Object};
use serde_json::Value;

use super::Rule;

pub(super) const MUTATING: Rule =
    Rule { group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration", judge };
pub(super) const VALIDATING: Rule =
    Rule { group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration", judge };

/// A webhook at a service can only be called once it is said whom to trust. Most meshes say so at run time.
fn judge(object: &Object) -> Health {
    let trusts_nobody = |webhook: &&Value| {
        let client = &webhook["clientConfig"];
        client.get("service").is_some() && client["caBundle"].as_str().is_none_or(str::is_empty)
    };
    match object.items("/webhooks").iter().find(trusts_nobody) {
        Some(webhook) => Health::progressing(format!(
            "nobody has filled in the caBundle of {}",
            webhook["name"].as_str().unwrap_or("a webhook")
        )),
        None => Health::Ready,
    }
}
