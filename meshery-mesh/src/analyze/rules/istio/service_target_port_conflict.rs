//! MSH120 `service-target-port-conflict`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Offer, Served, each_served};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH120",
    name: "service-target-port-conflict",
    severity: Severity::Warning,
    summary: "Services offer one port of a workload by different ports of their own",
    why: "
A sidecar has one configuration for each port of its workload, and takes it from one of the Services, the oldest. What
is configured for the others, such as a DestinationRule for their port, does not hold for what arrives; which Service
it is changes when one of them is made anew.

Two ports of one Service that lead to the same port of its pods are left alone, and so are ports that are not TCP.",
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
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-old, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 8080, targetPort: 9080 }] }",
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
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-old, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 9080 }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/analysis/ist0137/",
        "https://istio.io/latest/docs/ops/deployment/application-requirements/",
    ],
    meshes: &["istio"],
    aliases: &["IST0137"],
    upstream: "deployment.MultiServiceAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    each_served(world, |served| check(served, compatible, rule))
}

fn check(served: &Served, compatible: bool, rule: &RuleInfo) -> Vec<Finding> {
    let counted = |offer: &Offer| compatible || &*offer.port.protocol == "TCP";
    let targets = served.by(|offer| counted(offer).then(|| Arc::clone(&offer.port.target)));
    targets.iter().filter_map(|(target, offers)| conflict(served, target, offers, (compatible, rule))).collect()
}

fn conflict(
    served: &Served,
    target: &str,
    offers: &[&Offer],
    (compatible, rule): (bool, &RuleInfo),
) -> Option<Finding> {
    let services: BTreeSet<&str> = offers.iter().map(|offer| &*offer.service.name).collect();
    let mut ports: BTreeMap<i64, &Offer> = BTreeMap::new();
    for offer in offers {
        ports.entry(offer.port.number).or_insert(offer);
    }
    if ports.len() < 2 || (!compatible && services.len() < 2) {
        return None;
    }
    let numbers = ports.keys().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let message = format!("Services offer its port {target} by their ports {numbers}");
    let finding = rule.finding(&served.object, served.place(), message);
    let finding = ports.iter().fold(finding, |finding, (number, offer)| {
        finding.with_related(&offer.service, offer.port.node.span, format!("it is port {number} here"))
    });
    Some(finding.with_help("let all Services offer it by the same port, or select other pods"))
}
