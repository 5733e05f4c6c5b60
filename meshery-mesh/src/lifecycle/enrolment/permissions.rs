//! What moving workloads must be allowed to do.

use std::collections::BTreeSet;

use meshery_core::lifecycle::Permission;
use meshery_core::{GroupKind, ObjectId};

use super::Draft;
use crate::cluster::{Api, Discovery};
use crate::lifecycle::planner::permissions::Needs;

/// What is needed beside what is written.
pub(in crate::lifecycle) struct Needed<'a> {
    pub(in crate::lifecycle) discovery: &'a Discovery,
    /// The Secret that remembers the instance, if there is one.
    pub(in crate::lifecycle) inventory: Option<ObjectId>,
    pub(in crate::lifecycle) namespaces: &'a [String],
    /// Kinds that are looked at everywhere.
    pub(in crate::lifecycle) kinds: BTreeSet<GroupKind>,
    /// Whether it is asked what would come of a pod in a namespace that is removed again.
    pub(in crate::lifecycle) probes: bool,
}

pub(in crate::lifecycle) fn permissions(draft: &Draft, needed: &Needed<'_>) -> Vec<Permission> {
    let mut needs = Needs::default();
    if let Some(secret) = &needed.inventory {
        let verbs = ["create", "delete", "get", "patch"];
        needs.add(&Api::core("Secret", "secrets", true), secret.namespace.as_deref(), Some(&secret.name), &verbs);
    }
    for api in needed.kinds.iter().filter_map(|kind| needed.discovery.preferred(kind)) {
        needs.add(api, None, None, &["list"]);
    }
    let (namespaces, pods) = (Api::core("Namespace", "namespaces", false), Api::core("Pod", "pods", true));
    if needed.probes {
        needs.add(&namespaces, None, None, &["create", "delete"]);
        needs.add(&pods, None, None, &["create"]);
    }
    let kinds = super::KINDS.iter().chain(&["ReplicaSet"]).map(|kind| GroupKind::new("apps", *kind));
    let apis: Vec<&Api> = kinds.filter_map(|kind| needed.discovery.preferred(&kind)).collect();
    for name in needed.namespaces {
        needs.add(&namespaces, None, Some(name), &["get"]);
        needs.add(&pods, Some(name), None, &["create", "list", "watch"]);
        for api in &apis {
            needs.add(api, Some(name), None, &["list", "watch"]);
        }
    }
    for marking in &draft.markings {
        needs.add(&namespaces, None, Some(marking.object.name()), &["patch"]);
    }
    for renewal in &draft.renewals {
        let id = renewal.workload.id();
        if let Some(api) = needed.discovery.preferred(&id.kind) {
            needs.add(api, id.namespace.as_deref(), Some(&id.name), &["get", "patch"]);
        }
    }
    needs.permissions()
}
