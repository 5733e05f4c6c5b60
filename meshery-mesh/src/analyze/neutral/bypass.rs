//! Ports and addresses that pass the proxy by.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use meshery_core::resource::{Field, Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Labels, Selector, Settings, View, World};

use super::kinds::{LINKERD_AUTHORIZATION, LINKERD_SERVER};
use super::place::{items, text};
use super::{Members, Mesh, Place};
use crate::analyze::kinds::{AUTHORIZATION_POLICY, NAMESPACE, PEER_AUTHENTICATION, and_others};
use crate::analyze::kubernetes::{WORKLOADS, template_of};

/// Which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Direction {
    Inbound,
    Outbound,
}

/// What an annotation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// Ports that pass the proxy by.
    Ports,
    /// Addresses that do.
    Addresses,
    /// Users whose calls do.
    Users,
    /// The ports or addresses that do not.
    Rest,
    /// Whether anything is led through the proxy at all.
    Switch,
}

/// The annotations of each mesh by which something passes the proxy by, sorted.
const ANNOTATIONS: [(Mesh, &str, Direction, Holds); 18] = [
    (Mesh::Consul, "consul.hashicorp.com/transparent-proxy", Direction::Outbound, Holds::Switch),
    (Mesh::Consul, "consul.hashicorp.com/transparent-proxy-exclude-inbound-ports", Direction::Inbound, Holds::Ports),
    (
        Mesh::Consul,
        "consul.hashicorp.com/transparent-proxy-exclude-outbound-cidrs",
        Direction::Outbound,
        Holds::Addresses,
    ),
    (Mesh::Consul, "consul.hashicorp.com/transparent-proxy-exclude-outbound-ports", Direction::Outbound, Holds::Ports),
    (Mesh::Consul, "consul.hashicorp.com/transparent-proxy-exclude-uids", Direction::Outbound, Holds::Users),
    (Mesh::Istio, "traffic.sidecar.istio.io/excludeInboundPorts", Direction::Inbound, Holds::Ports),
    (Mesh::Istio, "traffic.sidecar.istio.io/excludeOutboundIPRanges", Direction::Outbound, Holds::Addresses),
    (Mesh::Istio, "traffic.sidecar.istio.io/excludeOutboundPorts", Direction::Outbound, Holds::Ports),
    (Mesh::Istio, "traffic.sidecar.istio.io/includeInboundPorts", Direction::Inbound, Holds::Rest),
    (Mesh::Istio, "traffic.sidecar.istio.io/includeOutboundIPRanges", Direction::Outbound, Holds::Rest),
    (Mesh::Kuma, "traffic.kuma.io/exclude-inbound-ips", Direction::Inbound, Holds::Addresses),
    (Mesh::Kuma, "traffic.kuma.io/exclude-inbound-ports", Direction::Inbound, Holds::Ports),
    (Mesh::Kuma, "traffic.kuma.io/exclude-outbound-ips", Direction::Outbound, Holds::Addresses),
    (Mesh::Kuma, "traffic.kuma.io/exclude-outbound-ports", Direction::Outbound, Holds::Ports),
    (Mesh::Kuma, "traffic.kuma.io/exclude-outbound-ports-for-uids", Direction::Outbound, Holds::Users),
    (Mesh::Linkerd, "config.linkerd.io/skip-inbound-ports", Direction::Inbound, Holds::Ports),
    (Mesh::Linkerd, "config.linkerd.io/skip-outbound-ports", Direction::Outbound, Holds::Ports),
    (Mesh::Linkerd, "config.linkerd.io/skip-subnets", Direction::Outbound, Holds::Addresses),
];

/// Ports of Istio's own proxy, which an injector writes there.
const OWN_PORTS: RangeInclusive<u16> = 15_000..=15_099;

/// The kinds of what says it.
const PLACES: [Kind<'static>; WORKLOADS.len() + 1] = and_others(NAMESPACE, &WORKLOADS);

/// Something that passes the proxy by.
#[derive(Clone)]
pub(in crate::analyze) struct Bypass {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) direction: Direction,
    pub(in crate::analyze) place: Place,
    /// What passes it by, in words.
    pub(in crate::analyze) what: String,
    /// The ports that do, where ports are named.
    pub(in crate::analyze) ports: Vec<RangeInclusive<u16>>,
    /// The namespace and labels of the pods; without labels, of all pods of the namespace that do not say otherwise.
    pub(in crate::analyze) namespace: Arc<str>,
    pub(in crate::analyze) labels: Option<Labels>,
}

/// All that passes proxies by.
pub(in crate::analyze) struct Bypasses(Vec<Bypass>);

impl View for Bypasses {
    fn of(world: &World) -> Self {
        let said = world.view::<Facets<Said>>();
        if said.iter().next().is_none() {
            return Self(Vec::new());
        }
        let members = world.view::<Members>();
        let counts = |object: &Arc<Resource>, it: &Bypass| match object.kind() {
            // Linkerd's proxies take on what their namespace says.
            NAMESPACE => it.mesh == Mesh::Linkerd,
            _ => members.mesh_of(object) == Some(it.mesh),
        };
        let said = said.iter().flat_map(|(object, said)| said.0.iter().filter(|it| counts(object, it)).cloned());
        Self(said.collect())
    }
}

/// What an object says of its pods, whatever mesh they are in.
struct Said(Vec<Bypass>);

impl Facet for Said {
    const KINDS: &'static [Kind<'static>] = &PLACES;

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let holder = if object.kind() == NAMESPACE { &object.root } else { template_of(object)? };
        let annotations = holder.at(&["metadata", "annotations"])?.fields();
        let labels = (object.kind() != NAMESPACE).then(|| Labels::of(holder.at(&["metadata", "labels"])));
        let said = annotations.iter().filter_map(|field| bypass(object, field, labels.clone()));
        Some(Self(said.collect())).filter(|it| !it.0.is_empty())
    }
}

impl Bypasses {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Bypass> {
        self.0.iter()
    }
}

fn bypass(object: &Arc<Resource>, field: &Field, labels: Option<Labels>) -> Option<Bypass> {
    let (mesh, _, direction, holds) = ANNOTATIONS.iter().find(|(_, name, _, _)| *name == &*field.key)?;
    let value = field.value.as_str()?.trim();
    let list: Vec<&str> = value.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let ports: Vec<RangeInclusive<u16>> = match holds {
        Holds::Ports => list.iter().filter_map(|part| range(part)).filter(|range| !is_own(*mesh, range)).collect(),
        _ => Vec::new(),
    };
    let side = match direction {
        Direction::Inbound => "to",
        Direction::Outbound => "from",
    };
    let what = match holds {
        Holds::Ports if ports.is_empty() => return None,
        Holds::Ports if *direction == Direction::Inbound => format!("calls to port {}", list.join(", ")),
        Holds::Ports => format!("calls to port {} of others", list.join(", ")),
        Holds::Addresses | Holds::Users if list.is_empty() => return None,
        Holds::Addresses if *direction == Direction::Inbound => format!("calls from {}", list.join(", ")),
        Holds::Addresses => format!("calls to {}", list.join(", ")),
        Holds::Users => format!("calls of user {}", list.join(", ")),
        Holds::Rest if value == "*" => return None,
        Holds::Rest if list.is_empty() => format!("every call {side} the pod"),
        Holds::Rest => format!("every call {side} the pod but for {}", list.join(", ")),
        Holds::Switch if *mesh == Mesh::Consul && value == "false" => "every call but to an upstream".into(),
        Holds::Switch => return None,
    };
    let namespace = if labels.is_some() { object.namespace_or_default() } else { &object.name };
    Some(Bypass {
        mesh: *mesh,
        direction: *direction,
        place: Place::of(object, &field.value),
        what,
        ports,
        namespace: namespace.into(),
        labels,
    })
}

fn is_own(mesh: Mesh, range: &RangeInclusive<u16>) -> bool {
    mesh == Mesh::Istio && OWN_PORTS.contains(range.start()) && OWN_PORTS.contains(range.end())
}

/// A port, or two with a hyphen between them.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
    (start > 0 && start <= end).then_some(start..=end)
}

/// A policy for a port of some pods.
pub(in crate::analyze) struct OfPort {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) port: u16,
    namespace: Arc<str>,
    selector: Selector,
}

impl OfPort {
    /// Whether what it is for passes the proxy by.
    pub(in crate::analyze) fn is_passed_by(&self, bypass: &Bypass) -> bool {
        bypass.mesh == self.mesh
            && bypass.direction == Direction::Inbound
            && bypass.namespace == self.namespace
            && bypass.labels.as_ref().is_some_and(|labels| self.selector.matches(labels))
            && bypass.ports.iter().any(|range| range.contains(&self.port))
    }
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<OfPort>; 2] = [istio, linkerd];

/// The policies that are for one port of the pods that they select.
pub(in crate::analyze) fn policies_of_ports(world: &World) -> Vec<OfPort> {
    DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
}

fn istio(world: &World) -> Vec<OfPort> {
    let mut found = Vec::new();
    for policy in world.of(PEER_AUTHENTICATION).iter().chain(world.of(AUTHORIZATION_POLICY)) {
        let Some(selector) = policy.root.at(&["spec", "selector"]).map(Selector::of) else { continue };
        let of_port = |port, place| OfPort {
            mesh: Mesh::Istio,
            place,
            port,
            namespace: policy.namespace_or_default().into(),
            selector: selector.clone(),
        };
        let levels = policy.root.at(&["spec", "portLevelMtls"]).map(Node::fields).unwrap_or_default();
        let levels = levels.iter().filter(|level| text(&level.value, &["mode"]) == Some("STRICT"));
        found.extend(levels.filter_map(|it| Some(of_port(it.key.parse().ok()?, Place::of(policy, &it.value)))));
        let targets = policy.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["to"]));
        let ports = targets.flat_map(|to| items(to, &["operation", "ports"]));
        found.extend(ports.filter_map(|it| Some(of_port(it.as_str()?.parse().ok()?, Place::of(policy, it)))));
    }
    found
}

/// Servers by which something is authorized.
fn linkerd(world: &World) -> Vec<OfPort> {
    let policies = world.of(LINKERD_AUTHORIZATION).iter();
    let policies = policies.filter(|it| it.text(&["spec", "targetRef", "kind"]) == Some("Server"));
    let guarded = policies.filter_map(|it| Some((it.namespace_or_default(), it.text(&["spec", "targetRef", "name"])?)));
    let guarded: BTreeSet<(&str, &str)> = guarded.collect();
    let is_guarded = |server: &Resource| guarded.contains(&(server.namespace_or_default(), &*server.name));
    let servers = world.of(LINKERD_SERVER).iter().filter(|server| is_guarded(server));
    let of_port = |server: &Arc<Resource>| {
        let node = server.root.at(&["spec", "port"])?;
        Some(OfPort {
            mesh: Mesh::Linkerd,
            place: Place::of(server, node),
            port: node.as_int().and_then(|port| port.try_into().ok())?,
            namespace: server.namespace_or_default().into(),
            selector: server.root.at(&["spec", "podSelector"]).map(Selector::of)?,
        })
    };
    servers.filter_map(of_port).collect()
}
