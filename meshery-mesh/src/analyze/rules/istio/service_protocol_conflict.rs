//! MSH119 `service-protocol-conflict`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Offer, Served, each_served};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH119",
    name: "service-protocol-conflict",
    severity: Severity::Warning,
    summary: "Services offer one port of a workload with different protocols",
    why: "
A sidecar takes what arrives at a port of its workload for one protocol only. If one Service calls the port HTTP and
another one TCP, the older Service decides, and clients of the other get no routing, metrics or policies for HTTP, or
errors.

The protocol is that of `appProtocol` or of the name of the port up to the first `-`. A port that says none is left
alone, and so is UDP, which sidecars do not carry: TCP and UDP may well share a number.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-plain, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: tcp, port: 9080 }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-plain, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }",
    references: &[
        "https://istio.io/latest/docs/ops/deployment/application-requirements/",
        "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
    ],
    meshes: &["istio"],
    aliases: &["IST0116"],
    upstream: "deployment.MultiServiceAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let look = if world.settings().compatible { by_number } else { by_target };
    each_served(world, |served| look(served, rule))
}

/// As istioctl has it: by the Services' own ports, and by what Kubernetes calls a protocol.
fn by_number(served: &Served, rule: &RuleInfo) -> Vec<Finding> {
    let ports = served.by(|offer| Some(offer.port.number));
    let protocol = |offer: &Offer| offer.port.protocol.to_string();
    ports.iter().filter_map(|(port, offers)| check(served, &port.to_string(), offers, (rule, &protocol))).collect()
}

fn by_target(served: &Served, rule: &RuleInfo) -> Vec<Finding> {
    let ports = served.by(|offer| {
        let says = &*offer.port.protocol == "TCP" && offer.protocol().is_some();
        says.then(|| Arc::clone(&offer.port.target))
    });
    let protocol = |offer: &Offer| offer.protocol().unwrap_or_default();
    ports.iter().filter_map(|(port, offers)| check(served, port, offers, (rule, &protocol))).collect()
}

fn check(
    served: &Served,
    port: &str,
    offers: &[&Offer],
    (rule, protocol): (&RuleInfo, &dyn Fn(&Offer) -> String),
) -> Option<Finding> {
    let mut protocols: BTreeMap<String, &Offer> = BTreeMap::new();
    for offer in offers {
        protocols.entry(protocol(offer)).or_insert(offer);
    }
    if protocols.len() < 2 {
        return None;
    }
    let names = protocols.keys().map(String::as_str).collect::<Vec<_>>().join(" and ");
    let message = format!("Services offer its port {port} as {names}");
    let finding = rule.finding(&served.object, served.place(), message);
    let finding = protocols.iter().fold(finding, |finding, (name, offer)| {
        finding.with_related(&offer.service, offer.port.node.span, format!("it is {name} here"))
    });
    Some(finding.with_help("give the port the same protocol in all Services that select these pods"))
}
