//! Gateways of Istio: on which workloads they open ports, and what they serve there.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{Selector, View, World};

use crate::analyze::kinds::GATEWAY;
use crate::analyze::kubernetes::{Workload, Workloads};

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

/// Where the workloads of a selector are.
#[derive(Default)]
pub(in crate::analyze) struct Reach {
    /// Whether there is any workload.
    pub(in crate::analyze) any: bool,
    /// The namespaces that they are in, sorted; for istioctl, which takes one for all, only the first.
    pub(in crate::analyze) namespaces: Vec<Arc<str>>,
}

/// The Gateways of a world, sorted by namespace and name.
pub(in crate::analyze) struct Gateways {
    all: Vec<Gateway>,
    reach: BTreeMap<Selector, Reach>,
}

impl View for Gateways {
    fn of(world: &World) -> Self {
        let compatible = world.settings().compatible;
        let mut all: Vec<Gateway> = Vec::new();
        for gateway in world.of(GATEWAY).iter().map(Gateway::new) {
            // Of two objects with one name the last one is what the API server keeps.
            all.pop_if(|last| {
                last.object.namespace == gateway.object.namespace && last.object.name == gateway.object.name
            });
            all.push(gateway);
        }
        let workloads = world.view::<Workloads>();
        let mut reach = BTreeMap::new();
        for gateway in &all {
            if !reach.contains_key(&gateway.selector) {
                reach.insert(gateway.selector.clone(), reach_of(&gateway.selector, &workloads, compatible));
            }
        }
        Self { all, reach }
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

    /// Every selector that occurs.
    pub(in crate::analyze) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.reach.keys()
    }

    /// Where the workloads of a Gateway are.
    pub(in crate::analyze) fn reach(&self, gateway: &Gateway) -> Option<&Reach> {
        self.reach.get(&gateway.selector)
    }
}

/// The workloads that a Gateway's selector asks for, in all namespaces; for istioctl only pods are any.
pub(in crate::analyze) fn serving<'a>(
    selector: &'a Selector,
    workloads: &'a Workloads,
    compatible: bool,
) -> impl Iterator<Item = &'a Workload> {
    workloads.selected_anywhere(selector).filter(move |workload| !compatible || workload.is_pod())
}

fn reach_of(selector: &Selector, workloads: &Workloads, compatible: bool) -> Reach {
    let mut reach = Reach::default();
    for workload in serving(selector, workloads, compatible) {
        reach.any = true;
        // For istioctl what names no namespace is in none.
        if compatible && workload.object.namespace.is_none() {
            continue;
        }
        if reach.namespaces.last().is_none_or(|last| **last != *workload.namespace()) {
            reach.namespaces.push(workload.namespace().into());
        }
        if compatible {
            break;
        }
    }
    reach
}
