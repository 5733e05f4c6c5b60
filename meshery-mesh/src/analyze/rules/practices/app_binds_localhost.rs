//! MSH845 `app-binds-localhost`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::whole_number;
use crate::analyze::kubernetes::{SERVED, Services, WORKLOADS, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH845",
    name: "app-binds-localhost",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A program listens on the loopback address at a port that a Service sends to",
    why: "
What listens on 127.0.0.1 takes connections from its own pod only. Without a mesh its Service never reaches it. In a mesh it
depends on where the proxy connects to: Istio's sidecar connects to the address of the pod since version 1.10, so that
requests are refused, and where a proxy connects from within it works only until the pod leaves the mesh.

Only what is said in the file is seen: arguments, commands and variables that name the loopback address with the port.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec: { containers: [{ name: orders, image: orders, args: [--listen=127.0.0.1:8080] }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec: { containers: [{ name: orders, image: orders, args: [--listen=0.0.0.0:8080] }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }",
    references: &[
        "https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/",
        "https://istio.io/latest/blog/2021/upcoming-networking-changes/",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

/// Words in a flag or variable that say where a program listens, rather than whom it calls.
const LISTENING: [&str; 4] = ["listen", "bind", "serve-addr", "server.address"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let nearby = world.nearby(&SERVED);
    let (services, workloads) = (nearby.view::<Services>(), nearby.view::<Workloads>());
    nearby.each(&WORKLOADS, |object, _| {
        let mut findings = Vec::new();
        let Some(workload) = workloads.of(object) else { return findings };
        let listening: Vec<(i64, &Node)> = workload.containers().iter().flat_map(listening).collect();
        if listening.is_empty() {
            return findings;
        }
        let selecting = services.selecting(workload.namespace(), &workload.labels);
        for (port, place) in listening {
            let names = names_of(workload, port);
            let sends = |target: &str| target == port.to_string() || names.contains(target);
            let service = selecting.iter().find(|service| service.ports.iter().any(|it| sends(&it.target)));
            let Some(service) = service else { continue };
            let message = format!("listens on the loopback address at port {port}, which a Service sends to");
            let finding = rule.finding(&workload.object, place.span, message);
            let finding = finding.with_help("listen on all addresses");
            findings.push(finding.with_related(&service.object, service.object.head(), "the Service"));
        }
        findings
    })
}

/// The names that a port of a workload's containers has.
fn names_of(workload: &Workload, port: i64) -> BTreeSet<&str> {
    let ports = workload.containers().iter().filter_map(|container| container.get("ports")).flat_map(Node::items);
    let of_number = ports.filter(|it| it.get("containerPort").and_then(whole_number) == Some(port));
    of_number.filter_map(|it| it.get("name").and_then(Node::as_str)).collect()
}

/// The ports at which a container is told to listen on the loopback address, and where.
fn listening(container: &Node) -> Vec<(i64, &Node)> {
    let words = ["command", "args"].into_iter().filter_map(|key| container.get(key)).flat_map(Node::items);
    let mut found = Vec::new();
    let mut flag = "";
    for node in words {
        let Some(word) = node.as_str() else { continue };
        let (name, value) = word.split_once('=').unwrap_or((flag, word));
        if let Some(port) = port_of(name, value) {
            found.push((port, node));
        }
        flag = if word.starts_with('-') { word } else { "" };
    }
    for variable in container.get("env").map(Node::items).unwrap_or_default() {
        let name = variable.get("name").and_then(Node::as_str).unwrap_or_default();
        let value = variable.get("value").and_then(|value| Some((value, value.as_str()?)));
        found.extend(value.and_then(|(place, value)| Some((port_of(name, value)?, place))));
    }
    found
}

fn port_of(name: &str, value: &str) -> Option<i64> {
    let name = name.to_ascii_lowercase();
    if !LISTENING.iter().any(|word| name.contains(word)) {
        return None;
    }
    let address = value.split_once("://").map_or(value, |(_, address)| address);
    let (host, port) = address.rsplit_once(':')?;
    matches!(host, "127.0.0.1" | "localhost" | "[::1]").then(|| port.parse().ok()).flatten()
}
