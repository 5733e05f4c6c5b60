//! MSH158 `service-port-unnamed`.

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Membership, is_external_name, unnamed_ports};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::{WORKLOADS, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH158",
    name: "service-port-unnamed",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A Service's port says nothing of its protocol",
    why: "
Istio takes the protocol from `appProtocol`, or from the port's name: `http`, `grpc-api`, `tcp-db`. Where neither says it,
the proxy guesses by the first bytes. Guessing fails where the server speaks first, and a wrong or a late guess means that
routes, retries and policies for HTTP do not hold.

Nothing is said of Services whose workloads are all known to be outside the mesh, of protocols other than TCP, and of what
Istio makes itself.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: web, port: 80 }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http-web, port: 80 }] }",
    references: &["https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/"],
    meshes: &["istio"],
    aliases: &["IST0118", "KIA0601"],
    upstream: "service.PortNameAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let nearby = world.nearby(&WORKLOADS);
    let (workloads, membership) = (nearby.view::<Workloads>(), world.view::<Membership>());
    nearby.each(&[SERVICE], |service, _| {
        let mut ports = if is_external_name(service) { Vec::new() } else { unnamed_ports(service) };
        if !compatible {
            ports.retain(|(port, _)| port.get("protocol").and_then(Node::as_str).is_none_or(|it| it == "TCP"));
            // Of a protocol that is said, and is none, MSH278 tells.
            ports.retain(|(port, _)| port.get("appProtocol").and_then(Node::as_str).is_none_or(str::is_empty));
        }
        if !ports.is_empty() && !compatible && is_outside(service, &workloads, &membership) {
            ports.clear();
        }
        ports.into_iter().map(|(port, number)| report(service, port, number, rule)).collect::<Vec<_>>()
    })
}

/// Whether all workloads of a Service are known to be no part of the mesh.
fn is_outside(service: &Resource, workloads: &Workloads, membership: &Membership) -> bool {
    let namespace = service.namespace_or_default();
    if namespace.starts_with("kube-") {
        return true;
    }
    let selector = Selector { equal: Labels::of(service.root.at(&["spec", "selector"])), needs: Vec::new() };
    if selector.is_empty() {
        return false;
    }
    let mut any = false;
    for workload in workloads.selected(namespace, &selector) {
        any = true;
        if membership.has_sidecar(workload) != Some(false) || membership.has_node_proxy(workload) {
            return false;
        }
    }
    any
}

fn report(service: &Resource, port: &Node, number: i64, rule: &RuleInfo) -> Finding {
    let (node, what) = match (port.get("appProtocol"), port.get("name")) {
        (Some(protocol), _) if protocol.as_str().is_some() => (protocol, "its appProtocol is none that Istio knows"),
        (_, Some(name)) => (name, "its name begins with no protocol"),
        _ => (port, "it has no name"),
    };
    let message = format!("port {number} does not say its protocol: {what}");
    let help = "begin the name with the protocol, as in \"http-web\" or \"tcp-db\", or set appProtocol";
    rule.finding(service, node.span, message).with_help(help)
}
