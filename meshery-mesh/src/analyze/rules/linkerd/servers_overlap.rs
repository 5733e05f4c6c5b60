//! MSH421 `linkerd-servers-overlap`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::{Workload, Workloads};
use crate::analyze::linkerd::kinds::SERVER;
use crate::analyze::linkerd::spec_place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH421",
    name: "linkerd-servers-overlap",
    severity: Severity::Warning,
    summary: "Two Servers select the same port of the same pods",
    why: "
A port of a pod belongs to one Server: the oldest one that selects it. The policies and routes of the other one do not hold
for it, and which of them is older is not seen in the files. Linkerd before 2.18 refuses the second one.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: 8080 }
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: shop-http, namespace: shop }
spec: { podSelector: {}, port: 8080 }",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: 8080 }
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: ratings-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: ratings } }, port: 8080 }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#server"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// What Servers of one namespace say of one port.
struct Said<'a> {
    server: &'a Arc<Resource>,
    selector: Selector,
    /// Whether it selects workloads outside the cluster, and not pods.
    outside: bool,
}

/// A Server, and one before it.
type Pair<'a> = (&'a Arc<Resource>, &'a Arc<Resource>);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let workloads = world.view::<Workloads>();
    let mut by_port: BTreeMap<(&str, bool, String), Vec<Said<'_>>> = BTreeMap::new();
    for server in world.of(SERVER) {
        let Some((said, ports)) = said(&workloads, server) else { continue };
        for port in ports {
            let key = (server.namespace_or_default(), said.outside, port);
            let said = Said { selector: said.selector.clone(), ..said };
            by_port.entry(key).or_default().push(said);
        }
    }
    let mut found: BTreeMap<(&str, &str, &str), Pair<'_>> = BTreeMap::new();
    for ((namespace, _, _), servers) in &by_port {
        for (second, first) in overlapping(&workloads, namespace, servers) {
            found.entry((namespace, &second.name, &first.name)).or_insert((second, first));
        }
    }
    let findings = found.into_values().map(|(second, first)| {
        let message = format!("the Server {:?} selects this port of the same pods", first.name);
        let finding = rule.finding(second, spec_place(second, "port"), message);
        let finding = finding.with_help("select other pods or another port, or put both into one Server");
        finding.with_related(first, spec_place(first, "port"), "the other Server")
    });
    findings.collect()
}

/// The pods and the ports that a Server selects: a port by its number, and by its name where no pod tells the number.
fn said<'a>(workloads: &Workloads, server: &'a Arc<Resource>) -> Option<(Said<'a>, Vec<String>)> {
    let spec = server.root.get("spec")?;
    let (node, outside) = match (spec.get("podSelector"), spec.get("externalWorkloadSelector")) {
        (Some(node), _) => (node, false),
        (None, Some(node)) => (node, true),
        (None, None) => return None,
    };
    let selector = Selector::of(node);
    let ports = match &spec.get("port")?.value {
        Value::Int(port) => vec![port.to_string()],
        Value::Text(name) => {
            let selected = workloads.selected(server.namespace_or_default(), &selector);
            let mut numbers: Vec<String> = selected.flat_map(|workload| numbers(workload, name)).collect();
            numbers.sort();
            numbers.dedup();
            numbers.push(name.to_string());
            numbers
        }
        _ => return None,
    };
    Some((Said { server, selector, outside }, ports))
}

fn numbers(workload: &Workload, name: &str) -> Vec<String> {
    let containers = workload.containers().iter().chain(workload.init_containers());
    let ports = containers.flat_map(|container| container.get("ports").map(Node::items).unwrap_or_default());
    let named = ports.filter(|port| port.get("name").and_then(Node::as_str) == Some(name));
    named.filter_map(|port| port.get("containerPort").and_then(Node::as_int)).map(|port| port.to_string()).collect()
}

/// Each Server that shares pods with one before it, and the first of those. Two selectors share pods for certain when one
/// asks for nothing or both ask for the same, or when a pod of the input has what both ask for.
fn overlapping<'a>(workloads: &Workloads, namespace: &str, servers: &[Said<'a>]) -> Vec<Pair<'a>> {
    let mut found = Vec::new();
    let mut same: BTreeMap<&Selector, usize> = BTreeMap::new();
    let mut of_pod: BTreeMap<*const Workload, usize> = BTreeMap::new();
    let everything = servers.iter().position(|said| said.selector.is_empty());
    for (at, said) in servers.iter().enumerate() {
        let mut first = everything.filter(|first| *first != at);
        first = first.or_else(|| same.get(&said.selector).copied());
        same.entry(&said.selector).or_insert(at);
        if !said.outside {
            for pod in workloads.selected(namespace, &said.selector) {
                let holder = *of_pod.entry(std::ptr::from_ref(pod)).or_insert(at);
                first = first.or((holder != at).then_some(holder));
            }
        }
        let other = first.and_then(|first| servers.get(first)).filter(|other| other.server.name != said.server.name);
        found.extend(other.map(|other| (said.server, other.server)));
    }
    // With itself in the place of what asks for nothing, a Server would be named twice.
    found.retain(|(second, first)| (&second.namespace, &second.name) != (&first.namespace, &first.name));
    found
}
