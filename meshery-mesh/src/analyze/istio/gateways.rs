//! Gateways of Istio: on which workloads they open ports, and what they serve there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{Selector, View, World};

use crate::analyze::kinds::GATEWAY;
use crate::analyze::kubernetes::{WORKLOADS, Workload, Workloads};

/// The modes of TLS in which a server needs a certificate of its own.
const TERMINATING: [&str; 3] = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"];

/// A Gateway.
pub(in crate::analyze) struct Gateway {
    pub(in crate::analyze) object: Arc<Resource>,
    /// The labels of its workloads; every workload is one of them when it asks for none.
    pub(in crate::analyze) selector: Selector,
    pub(in crate::analyze) servers: Vec<Server>,
}

/// One of its servers.
pub(in crate::analyze) struct Server {
    /// The whole entry.
    pub(in crate::analyze) node: Node,
    pub(in crate::analyze) port: Option<Node>,
    /// The number of its port; 0 when it has none.
    pub(in crate::analyze) number: i64,
    /// The address that it listens on; empty for all.
    pub(in crate::analyze) bind: Arc<str>,
    pub(in crate::analyze) tls: Option<Node>,
}

impl Server {
    fn new(node: &Node) -> Self {
        let said = |key: &str| node.get(key).filter(|part| !matches!(part.value, Value::Null)).cloned();
        let port = said("port");
        let number = port.as_ref().and_then(|port| whole_number(port.get("number")?)).unwrap_or_default();
        let bind = node.get("bind").and_then(Node::as_str).unwrap_or_default().into();
        Self { node: node.clone(), port, number, bind, tls: said("tls") }
    }

    /// Its hosts, each with its place.
    pub(in crate::analyze) fn hosts(&self) -> impl Iterator<Item = (&str, &Node)> {
        let hosts = self.node.get("hosts").map(Node::items).unwrap_or_default();
        hosts.iter().filter_map(|host| Some((host.as_str()?, host)))
    }

    /// What its port speaks, in capitals.
    pub(in crate::analyze) fn protocol(&self) -> String {
        let protocol = self.port.as_ref().and_then(|port| port.get("protocol")).and_then(Node::as_str);
        protocol.unwrap_or_default().to_ascii_uppercase()
    }

    /// A setting of its TLS, with its place, unless it is empty.
    pub(in crate::analyze) fn tls_text(&self, key: &str) -> Option<(&str, &Node)> {
        let node = self.tls.as_ref()?.get(key)?;
        node.as_str().filter(|text| !text.is_empty()).map(|text| (text, node))
    }

    /// Whether it ends the clients' TLS, with a certificate of its own.
    pub(in crate::analyze) fn terminates(&self) -> bool {
        self.tls_text("mode").is_some_and(|(mode, _)| TERMINATING.contains(&mode))
    }

    /// Where its port is said.
    pub(in crate::analyze) fn port_span(&self) -> Span {
        let number = self.port.as_ref().map(|port| port.get("number").unwrap_or(port));
        number.unwrap_or(&self.node).span
    }
}

impl Gateway {
    fn new(object: &Arc<Resource>) -> Self {
        let selector = object.root.at(&["spec", "selector"]).map(Selector::of_map).unwrap_or_default();
        let servers = object.items(&["spec", "servers"]).iter().map(Server::new).collect();
        Self { object: Arc::clone(object), selector, servers }
    }

    /// The labels that it asks for, as text.
    pub(in crate::analyze) fn selector_text(&self) -> String {
        selector_text(&self.selector)
    }

    /// Where its selector stands.
    pub(in crate::analyze) fn selector_span(&self) -> Span {
        self.object.root.at(&["spec", "selector"]).map_or_else(|| self.object.head(), |selector| selector.span)
    }
}

/// Labels as Kubernetes writes a selector: `app=a,tier=b`.
pub(in crate::analyze) fn selector_text(selector: &Selector) -> String {
    selector.equal.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

/// A whole number, also where it is written as text.
pub(in crate::analyze) fn whole_number(node: &Node) -> Option<i64> {
    node.as_int().or_else(|| node.as_str()?.parse().ok())
}

/// The Gateways of a world, sorted by namespace and name.
pub(in crate::analyze) struct Gateways {
    all: Vec<Gateway>,
    /// Every selector that occurs: many Gateways have one.
    selectors: BTreeSet<Selector>,
}

impl View for Gateways {
    fn of(world: &World) -> Self {
        let mut all: Vec<Gateway> = Vec::new();
        for gateway in world.of(GATEWAY).iter().map(Gateway::new) {
            // Of two objects with one name the last one is what the API server keeps.
            all.pop_if(|last| {
                last.object.namespace == gateway.object.namespace && last.object.name == gateway.object.name
            });
            all.push(gateway);
        }
        Self { selectors: all.iter().map(|gateway| gateway.selector.clone()).collect(), all }
    }
}

impl Gateways {
    /// All of them.
    pub(in crate::analyze) fn all(&self) -> &[Gateway] {
        &self.all
    }

    /// The one at a place of the list.
    pub(in crate::analyze) fn get(&self, at: usize) -> Option<&Gateway> {
        self.all.get(at)
    }
}

/// Which workloads Gateways configure: those that their selectors ask for, in all namespaces; for istioctl only pods are any.
pub(in crate::analyze) struct Configured {
    workloads: Arc<Workloads>,
    /// By selector, the namespaces of its workloads, sorted.
    namespaces: BTreeMap<Selector, Vec<Arc<str>>>,
    compatible: bool,
}

impl View for Configured {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(before))
    }
}

impl Configured {
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let (gateways, workloads) = (world.view::<Gateways>(), world.view::<Workloads>());
        let compatible = world.settings().compatible;
        let has_any = |namespace: &str, selector: &Selector| {
            workloads.selected(namespace, selector).any(|workload| !compatible || workload.is_pod())
        };
        let changed = world.change(&WORKLOADS).namespaces(&WORKLOADS);
        let namespaces_of = |selector: &Selector| {
            let known = before.and_then(|before| before.namespaces.get(selector));
            let namespaces = workloads.namespaces().map(|(namespace, _)| namespace);
            let is_one = |namespace: &&Arc<str>| match known.filter(|_| !changed.contains(&***namespace)) {
                Some(known) => known.binary_search(namespace).is_ok(),
                None => has_any(namespace, selector),
            };
            namespaces.filter(is_one).cloned().collect()
        };
        let of_each = gateways.selectors.iter().map(|selector| (selector.clone(), namespaces_of(selector)));
        Self { namespaces: of_each.collect(), workloads, compatible }
    }

    /// Every selector that occurs, with the workloads that it asks for.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = (&Selector, impl Iterator<Item = &Workload>)> {
        self.namespaces.iter().map(|(selector, namespaces)| {
            let selected = namespaces.iter().flat_map(|namespace| self.workloads.selected(namespace, selector));
            (selector, selected.filter(|workload| !self.compatible || workload.is_pod()))
        })
    }

    /// Whether a Gateway configures any.
    pub(in crate::analyze) fn has_any(&self, gateway: &Gateway) -> bool {
        self.namespaces.get(&gateway.selector).is_some_and(|namespaces| !namespaces.is_empty())
    }

    /// The namespaces of those that a Gateway configures, sorted. istioctl takes one for all: the first one's, if that
    /// names one.
    pub(in crate::analyze) fn namespaces(&self, gateway: &Gateway) -> Vec<Arc<str>> {
        let namespaces = self.namespaces.get(&gateway.selector).map(Vec::as_slice).unwrap_or_default();
        if !self.compatible {
            return namespaces.to_vec();
        }
        let pods = namespaces.iter().flat_map(|namespace| self.workloads.selected(namespace, &gateway.selector));
        let first = pods.filter(|workload| workload.is_pod()).find_map(|pod| pod.object.namespace.clone());
        first.into_iter().collect()
    }
}
