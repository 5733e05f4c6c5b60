//! MSH842 `port-protocol-implicit`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Node};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::kubernetes::{Port, Service, each_service};
use crate::analyze::neutral::{Injected, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH842",
    name: "port-protocol-implicit",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "Nothing says what a service in Kuma or Consul speaks, so that it counts as TCP",
    why: "
Kuma takes the protocol of a port from `appProtocol`, and Consul from the ServiceDefaults of the service or from the
ProxyDefaults. Neither guesses: what is not said is TCP, and routes, retries, policies and metrics of HTTP do not hold for it.

Ports whose name begins with `tcp` are taken to be meant so. For Istio, which guesses, there is another rule; Linkerd
guesses as well.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kuma.io/sidecar-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec: { template: { metadata: { labels: { app: orders } }, spec: { containers: [{ name: orders, image: orders }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: web, port: 80 }] }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kuma.io/sidecar-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec: { template: { metadata: { labels: { app: orders } }, spec: { containers: [{ name: orders, image: orders }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: web, port: 80, appProtocol: http }] }",
    references: &[
        "https://kuma.io/docs/latest/policies/protocol-support-in-kuma/",
        "https://developer.hashicorp.com/consul/docs/reference/config-entry/service-defaults",
    ],
    meshes: &["consul", "kuma"],
    run,
    ..Rule::NEW
};

const SERVICE_DEFAULTS: Kind<'_> = Kind::new("consul.hashicorp.com", "ServiceDefaults");
const PROXY_DEFAULTS: Kind<'_> = Kind::new("consul.hashicorp.com", "ProxyDefaults");

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let injected = world.view::<Injected>();
    let defaults = world.of(SERVICE_DEFAULTS).iter();
    let told: BTreeSet<&str> =
        defaults.filter(|it| it.text(&["spec", "protocol"]).is_some()).map(|it| &*it.name).collect();
    let all_told = world.of(PROXY_DEFAULTS).iter().any(|it| it.text(&["spec", "config", "protocol"]).is_some());
    each_service(world, |service, workloads| {
        let mut findings = Vec::new();
        if service.selector.is_empty() {
            return findings;
        }
        let selector = Selector { equal: service.selector.clone(), needs: Vec::new() };
        // All pods of a Service are alike.
        let Some(workload) = workloads.selected(service.namespace(), &selector).next() else { return findings };
        if injected.is_in(workload, Mesh::Kuma) {
            let unsaid = service.ports.iter().filter(|port| is_unsaid(service, port));
            findings.extend(unsaid.map(|port| of_kuma(rule, service, port)));
        }
        let is_told = all_told || told.contains(&*service.object.name);
        if injected.is_in(workload, Mesh::Consul) && !is_told && service.ports.iter().any(may_be_http) {
            let place = service.object.root.at(&["spec", "ports"]).map_or(service.object.head(), |ports| ports.span);
            let message = format!("nothing says what {:?} speaks, so that it counts as TCP", &*service.object.name);
            let finding = rule.finding(&service.object, place, message);
            let finding = finding.with_help("set the protocol in the ServiceDefaults of the service");
            let (read, severity) = (!world.of(SERVICE_DEFAULTS).is_empty(), finding.severity);
            let finding = of_missing(world, read, finding, "no ServiceDefaults outside the input are for it");
            findings.extend(finding.map(|finding| finding.as_bad_as(severity)));
        }
        findings
    })
}

fn may_be_http(port: &Port) -> bool {
    &*port.protocol == "TCP" && !port.name.starts_with("tcp")
}

fn is_unsaid(service: &Service, port: &Port) -> bool {
    let annotation = format!("{}.service.kuma.io/protocol", port.number);
    may_be_http(port) && port.app_protocol.is_none() && service.object.annotation(&annotation).is_none()
}

fn of_kuma(rule: &RuleInfo, service: &Service, port: &Port) -> Finding {
    let place = port.node.get("port").map_or(port.node.span, |number: &Node| number.span);
    let message = format!("nothing says what port {} speaks, so that it counts as TCP", port.number);
    rule.finding(&service.object, place, message).with_help("set appProtocol, to http, http2, grpc or tcp")
}
