//! MSH268 `sidecar-egress-host-unknown`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{Breadth, Host, MeshHosts, Registry, Visibility, breadth, host_key};
use crate::analyze::kinds::{SERVICE, SERVICE_ENTRY, SIDECAR, VIRTUAL_SERVICE};
use crate::analyze::kubernetes::Services;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH268",
    name: "sidecar-egress-host-unknown",
    severity: Severity::Warning,
    summary: "A Sidecar lets its workloads see a host that nobody has",
    why: "
`egress.hosts` lists what the workloads may call, as `NAMESPACE/HOST`. Everything else is unknown to their proxies. An
entry for a host that no Service, no ServiceEntry and no VirtualService has, or for a Service in another namespace than
the entry says, adds nothing, and calls to the host that was meant fail or leave the mesh unseen.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: [./review.shop.svc.cluster.local] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: [./reviews.shop.svc.cluster.local, istio-system/*] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1004"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let asked = |sidecar: &Arc<Resource>| egress(sidecar).any(|node| Entry::of(node, sidecar).is_some());
    let sidecars: Vec<&Arc<Resource>> = world.of(SIDECAR).iter().filter(|sidecar| asked(sidecar)).collect();
    if sidecars.is_empty() {
        return Vec::new();
    }
    let services = world.view::<Services>();
    let of_services = services.iter().map(|service| host_key(&service.object.name, service.namespace()));
    let others = other_hosts(world);
    let known: BTreeSet<String> = of_services.chain(others.iter().cloned()).collect();
    let look = Look {
        world,
        others: &others,
        rule,
        meeting: MeshHosts::new(known.iter().map(|host| (host.as_str(), &[] as &[usize]))),
        known: &known,
        registry: &world.view::<Registry>(),
    };
    let check = |sidecar: &Arc<Resource>| -> Vec<Finding> {
        egress(sidecar).filter_map(|node| look.check(sidecar, node)).collect()
    };
    sidecars.into_iter().flat_map(check).collect()
}

/// What the workloads of a Sidecar may call.
fn egress(sidecar: &Resource) -> impl Iterator<Item = &Node> {
    let listeners = sidecar.items(&["spec", "egress"]).iter();
    listeners.filter_map(|listener| listener.get("hosts")).flat_map(Node::items)
}

/// An entry for hosts that somebody has to have.
struct Entry<'a> {
    namespace: &'a str,
    text: &'a str,
}

impl<'a> Entry<'a> {
    fn of(node: &'a Node, sidecar: &'a Resource) -> Option<Self> {
        let own = sidecar.namespace_or_default();
        let (namespace, text) = node.as_str()?.split_once('/')?;
        let is_any = text.is_empty()
            || text == "*"
            || namespace.starts_with('~')
            || breadth(text) == Some(Breadth::Namespace(own));
        (!is_any).then_some(Self { namespace: if namespace == "." { own } else { namespace }, text })
    }
}

/// The hosts of ServiceEntries and VirtualServices, as they are written and in full.
fn other_hosts(world: &World) -> BTreeSet<String> {
    let mut others = BTreeSet::new();
    for object in [SERVICE_ENTRY, VIRTUAL_SERVICE].into_iter().flat_map(|kind| world.of(kind)) {
        for host in object.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            others.extend([host.to_owned(), host_key(host, object.namespace_or_default())]);
        }
    }
    others
}

/// What the hosts are looked up in.
struct Look<'a> {
    world: &'a World,
    rule: &'a RuleInfo,
    meeting: MeshHosts<'a>,
    /// All hosts, in full.
    known: &'a BTreeSet<String>,
    /// Those that are no Services.
    others: &'a BTreeSet<String>,
    registry: &'a Registry,
}

impl Look<'_> {
    fn check(&self, sidecar: &Resource, node: &Node) -> Option<Finding> {
        let own = sidecar.namespace_or_default();
        let Entry { namespace, text } = Entry::of(node, sidecar)?;
        let host = Host::parse(text, own);
        let full = host_key(text, own);
        // Entries are compared with full names; of a name without dots nobody can be mistaken.
        let is_short = matches!(host, Host::Either { .. }) || text.strip_suffix(".svc").is_some();
        let is_known = if is_short {
            self.meeting.meets(text)
        } else {
            self.meeting.meets(&full) || self.registry.look_up(host, &[own.into()]) != Visibility::Unknown
        };
        if is_known {
            // What an entry for a ServiceEntry or VirtualService says of the namespace is theirs.
            let Host::Service { name, namespace: home, .. } = host else { return None };
            let is_service = self.world.get(SERVICE, home, name).is_some() && !self.others.contains(&full);
            if namespace == "*" || namespace == home || !is_service {
                return None;
            }
            let message = format!("{text:?} is a Service of namespace {home:?}, and not of {namespace:?}");
            let help = format!("write \"{home}/{text}\"");
            return Some(self.rule.finding(sidecar, node.span, message).with_help(help));
        }
        if is_short && self.known.contains(&full) {
            let message = format!("{text:?} is compared with full names of Services, and is none");
            let help = format!("write {full:?} after the namespace");
            return Some(self.rule.finding(sidecar, node.span, message).with_help(help));
        }
        let help = match nearest(&full, self.known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near:?}?"),
            None => "correct the host, or take the entry away".to_owned(),
        };
        let message = format!("no Service or ServiceEntry has the host {text:?}");
        let finding = self.rule.finding(sidecar, node.span, message).with_help(help);
        let read = match host.as_service() {
            Some((_, namespace)) => self.registry.covers(namespace),
            None => self.registry.entry_hosts().next().is_some(),
        };
        of_missing(self.world, read, finding, "nobody outside the input has the host")
    }
}
