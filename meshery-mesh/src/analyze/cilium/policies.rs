//! The rules of Cilium's network policies, and their parts.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Span, World};

use super::kinds::{CLUSTERWIDE_POLICY, POLICY};
pub(in crate::analyze) use crate::analyze::place::place;

/// The parts of a rule that allow or deny something in one direction.
pub(in crate::analyze) const SECTIONS: [Section; 4] = [
    Section { key: "ingress", out: false, deny: false },
    Section { key: "ingressDeny", out: false, deny: true },
    Section { key: "egress", out: true, deny: false },
    Section { key: "egressDeny", out: true, deny: true },
];

/// A part of a rule.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Section {
    pub(in crate::analyze) key: &'static str,
    /// Whether it is about what goes out.
    pub(in crate::analyze) out: bool,
    pub(in crate::analyze) deny: bool,
}

/// An item of a part of a rule.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Entry<'a> {
    pub(in crate::analyze) policy: &'a Arc<Resource>,
    /// The rule that it is in.
    pub(in crate::analyze) rule: &'a Node,
    pub(in crate::analyze) section: Section,
    pub(in crate::analyze) node: &'a Node,
}

/// All policies.
pub(in crate::analyze) fn policies(world: &World) -> impl Iterator<Item = &Arc<Resource>> {
    world.of(POLICY).iter().chain(world.of(CLUSTERWIDE_POLICY))
}

/// The rules of a policy: its `spec` and its `specs`.
pub(in crate::analyze) fn rules(policy: &Resource) -> impl Iterator<Item = &Node> {
    let one = policy.root.get("spec").filter(|spec| matches!(spec.value, Value::Map(_)));
    one.into_iter().chain(policy.items(&["specs"]))
}

/// All items of all parts of all rules.
pub(in crate::analyze) fn entries(world: &World) -> impl Iterator<Item = Entry<'_>> {
    policies(world).flat_map(|policy| {
        rules(policy).flat_map(move |rule| {
            SECTIONS.into_iter().flat_map(move |section| {
                list(rule, section.key).iter().map(move |node| Entry { policy, rule, section, node })
            })
        })
    })
}

impl<'a> Entry<'a> {
    /// The items of `toPorts`.
    pub(in crate::analyze) fn ports(&self) -> &'a [Node] {
        list(self.node, "toPorts")
    }

    /// Whether the rule is for nodes, and not for pods.
    pub(in crate::analyze) fn is_of_host(&self) -> bool {
        is_there(self.rule, "nodeSelector")
    }
}

/// The items of a list in a map.
pub(in crate::analyze) fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

/// Whether a map has a field that is not null.
pub(in crate::analyze) fn is_there(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|value| !matches!(value.value, Value::Null))
}

/// A place that can be pointed to: this one, or the head of the object.
pub(in crate::analyze) fn visible(object: &Resource, span: Span) -> Span {
    span.or(object.head())
}
