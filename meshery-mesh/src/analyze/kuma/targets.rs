//! The references of a policy, and what each may name.

use meshery_core::resource::Node;

use super::check::{list, present, text, walk};
use super::policies::{Policy, SERVICES, TOP};

/// Where in a policy a reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Place {
    /// It chooses the proxies that the policy is for.
    Top,
    /// It chooses where requests go to.
    To,
    /// It chooses where requests come from.
    From,
    /// It is what requests are sent to.
    Backend,
}

/// A reference of a policy.
pub(in crate::analyze) struct Reference<'a> {
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) node: &'a Node,
    /// The kinds that it may name.
    pub(in crate::analyze) kinds: &'static [&'static str],
    /// Those that it could name before Kuma 3.
    pub(in crate::analyze) old: &'static [&'static str],
}

/// The kind that a policy chooses its proxies by.
pub(in crate::analyze) fn top_kind(spec: &Node) -> &str {
    present(spec, "targetRef").map_or("Mesh", |target| text(target, "kind"))
}

/// All references of a policy.
pub(in crate::analyze) fn references<'a>(policy: &Policy, spec: &'a Node) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    if let Some(node) = present(spec, "targetRef") {
        found.push(Reference { place: Place::Top, node, kinds: &TOP, old: policy.old_top });
    }
    let (kinds, old) = destinations(policy, top_kind(spec));
    let targets = |name: &str| list(spec, name).iter().filter_map(|item| present(item, "targetRef"));
    if !policy.to.is_empty() {
        found.extend(targets("to").map(|node| Reference { place: Place::To, node, kinds, old }));
    }
    if !policy.from.is_empty() {
        found.extend(targets("from").map(|node| Reference { place: Place::From, node, kinds: policy.from, old: &[] }));
    }
    let backends = ["to[].rules[].default.backendRefs[]", "to[].rules[].default.filters[].requestMirror.backendRef"];
    let backends = backends.into_iter().flat_map(|path| walk(spec, path));
    let old: &[&str] = &["MeshServiceSubset"];
    found.extend(backends.map(|node| Reference { place: Place::Backend, node, kinds: SERVICES, old }));
    found
}

/// What the items of `to` may name: less where the policy is for a route or a gateway.
fn destinations(policy: &Policy, top: &str) -> (&'static [&'static str], &'static [&'static str]) {
    let is_narrow = matches!(policy.kind, "MeshRetry" | "MeshTimeout");
    match top {
        "MeshHTTPRoute" if is_narrow => (&["Mesh", "MeshExternalService"], &[]),
        "MeshGateway" if is_narrow => (&["Mesh", "MeshExternalService", "MeshHTTPRoute"], &[]),
        // A gateway has listeners for all that it routes.
        "MeshGateway" if matches!(policy.kind, "MeshHTTPRoute" | "MeshTCPRoute") => (&["Mesh"], &[]),
        "MeshGateway" => (policy.to, &["Mesh"]),
        _ => (policy.to, &[]),
    }
}
