//! The listeners of Gateways and ListenerSets, and what they let in.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::labels::Need;
use meshery_core::world::{Labels, Selector, View, World};

use super::kinds::{GROUP, LISTENER_SET, UDP_ROUTE};
use super::reference::Reference;
use super::routes::age;
use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE, K8S_GATEWAY, NAMESPACE, TCP_ROUTE, TLS_ROUTE};

/// The label that every Namespace has, with its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A listener of a Gateway or ListenerSet.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Listener {
    /// The Gateway or ListenerSet.
    pub(in crate::analyze) object: Arc<Resource>,
    /// The whole entry.
    pub(in crate::analyze) node: Node,
    pub(in crate::analyze) name: Arc<str>,
    /// Zero where none can be read.
    pub(in crate::analyze) port: i64,
    pub(in crate::analyze) protocol: Arc<str>,
    /// Empty for every name.
    pub(in crate::analyze) hostname: Arc<str>,
}

impl Listener {
    fn new(object: &Arc<Resource>, node: &Node) -> Self {
        let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().into();
        let port = node.get("port").and_then(Node::as_int).unwrap_or_default();
        let (name, protocol, hostname) = (text("name"), text("protocol"), text("hostname"));
        Self { object: Arc::clone(object), node: node.clone(), name, port, protocol, hostname }
    }

    /// Where a field of it stands, or else all of it.
    pub(in crate::analyze) fn place(&self, key: &str) -> Span {
        self.node.get(key).map_or(self.node.span, |field| field.span)
    }

    /// Whether it takes routes of a kind.
    pub(in crate::analyze) fn takes(&self, kind: Kind<'_>) -> bool {
        let listed = self.node.at(&["allowedRoutes", "kinds"]).map(Node::items).unwrap_or_default();
        let is_served = serves(&self.protocol).is_none_or(|served| served.contains(&kind));
        let is_listed = |entry: &Node| {
            entry.get("group").and_then(Node::as_str).unwrap_or(GROUP) == kind.group
                && entry.get("kind").and_then(Node::as_str) == Some(kind.name)
        };
        is_served && (listed.is_empty() || listed.iter().any(is_listed))
    }

    /// Whether it takes routes of a namespace; `None` where that cannot be told.
    pub(in crate::analyze) fn takes_from(&self, world: &World, namespace: &str) -> Option<bool> {
        let allowed = self.node.at(&["allowedRoutes", "namespaces"]);
        admits(world, allowed, "Same", self.object.namespace_or_default(), namespace)
    }
}

/// The kinds of routes that a protocol can carry; `None` for a protocol of some controller's own.
pub(in crate::analyze) fn serves(protocol: &str) -> Option<&'static [Kind<'static>]> {
    match protocol {
        "HTTP" | "HTTPS" => Some(&[HTTP_ROUTE, GRPC_ROUTE]),
        "TLS" => Some(&[TLS_ROUTE, TCP_ROUTE]),
        "TCP" => Some(&[TCP_ROUTE]),
        "UDP" => Some(&[UDP_ROUTE]),
        _ => None,
    }
}

/// Whether objects of one namespace are let in by an object of another, by its `from` and `selector`; `None` where the
/// labels of the namespace are not known.
pub(in crate::analyze) fn admits(
    world: &World,
    allowed: Option<&Node>,
    usual: &str,
    own: &str,
    other: &str,
) -> Option<bool> {
    match allowed.and_then(|allowed| allowed.get("from")).and_then(Node::as_str).unwrap_or(usual) {
        "All" => Some(true),
        "Same" => Some(own == other),
        "None" => Some(false),
        "Selector" => {
            let selector = Selector::of(allowed?.get("selector")?);
            let given = Labels::from_iter([(NAME_LABEL, other)]);
            match world.get(NAMESPACE, "", other) {
                Some(namespace) => {
                    Some(selector.matches(&Labels::of(namespace.root.at(&["metadata", "labels"])).with(&given)))
                }
                None if asks_only_for_names(&selector) => Some(selector.matches(&given)),
                None => None,
            }
        }
        _ => None,
    }
}

fn asks_only_for_names(selector: &Selector) -> bool {
    selector.equal.iter().all(|(label, _)| label == NAME_LABEL)
        && selector.needs.iter().all(|(label, need)| **label == *NAME_LABEL && *need != Need::Nonsense)
}

/// The listeners of a world.
pub(in crate::analyze) struct Listeners {
    gateways: BTreeMap<Named, Own>,
    sets: BTreeMap<Named, Own>,
    /// The ListenerSets that name a Gateway as their parent, the oldest first.
    attached: BTreeMap<Named, Vec<Named>>,
}

/// Namespace and name.
type Named = (Arc<str>, Arc<str>);

/// An object with its listeners.
pub(in crate::analyze) struct Own {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) listeners: Vec<Listener>,
}

impl View for Listeners {
    fn of(world: &World) -> Self {
        let mut attached: BTreeMap<Named, Vec<Arc<Resource>>> = BTreeMap::new();
        for set in world.of(LISTENER_SET) {
            if let Some(parent) = parent_of(set).filter(|parent| parent.kind == K8S_GATEWAY) {
                attached.entry((parent.namespace.into(), parent.name.into())).or_default().push(Arc::clone(set));
            }
        }
        let named = |mut sets: Vec<Arc<Resource>>| {
            sets.sort_by(|a, b| age(a).cmp(&age(b)));
            sets.iter().map(name_of).collect()
        };
        Self {
            gateways: owned(world, K8S_GATEWAY),
            sets: owned(world, LISTENER_SET),
            attached: attached.into_iter().map(|(gateway, sets)| (gateway, named(sets))).collect(),
        }
    }
}

/// What a ListenerSet wants to be a part of.
fn parent_of(set: &Resource) -> Option<Reference<'_>> {
    Reference::read(set.root.at(&["spec", "parentRef"])?, set.namespace_or_default(), K8S_GATEWAY)
}

fn name_of(object: &Arc<Resource>) -> Named {
    (object.namespace_or_default().into(), Arc::clone(&object.name))
}

fn owned(world: &World, kind: Kind<'_>) -> BTreeMap<Named, Own> {
    let own = |object: &Arc<Resource>| {
        let listeners = object.items(&["spec", "listeners"]).iter().map(|node| Listener::new(object, node));
        (name_of(object), Own { object: Arc::clone(object), listeners: listeners.collect() })
    };
    world.of(kind).iter().map(own).collect()
}

impl Listeners {
    /// The Gateway or ListenerSet that a route names, with its own listeners.
    pub(in crate::analyze) fn named(&self, parent: &Reference<'_>) -> Option<&Own> {
        let name = (parent.namespace.into(), parent.name.into());
        match parent.kind {
            K8S_GATEWAY => self.gateways.get(&name),
            LISTENER_SET => self.sets.get(&name),
            _ => None,
        }
    }

    /// Each Gateway with its listeners, and with those of its ListenerSets after them, the oldest first.
    pub(in crate::analyze) fn gateways(&self) -> impl Iterator<Item = (&Arc<Resource>, Vec<&Listener>)> {
        self.gateways.iter().map(|(name, own)| {
            let sets = self.attached.get(name).map(Vec::as_slice).unwrap_or_default().iter();
            let others = sets.filter_map(|set| self.sets.get(set)).flat_map(|set| &set.listeners);
            (&own.object, own.listeners.iter().chain(others).collect())
        })
    }

    /// Gateways and ListenerSets, each with its own listeners.
    pub(in crate::analyze) fn all(&self) -> impl Iterator<Item = &Own> {
        self.gateways.values().chain(self.sets.values())
    }
}

/// The ListenerSets with what they want to be a part of.
pub(in crate::analyze) fn defining(world: &World) -> impl Iterator<Item = (&Arc<Resource>, Reference<'_>)> {
    world.of(LISTENER_SET).iter().filter_map(|set| Some((set, parent_of(set)?)))
}
