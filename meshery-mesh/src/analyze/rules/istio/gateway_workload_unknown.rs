//! MSH140 `gateway-workload-unknown`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Gateway, Gateways};
use crate::analyze::kubernetes::Workloads;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH140",
    name: "gateway-workload-unknown",
    summary: "A Gateway selects workloads by labels that none has",
    why: "
A Gateway opens its ports on the proxies that its selector asks for, in whatever namespace they run. Where no pod has the
labels, nothing listens: clients are refused, and every route that is bound to the Gateway leads from nowhere.

A workload counts also while it is scaled to zero. Files often leave out the gateway's own Deployment, so in a part of a
world the finding is a warning, and only there where some workload has a label of that name with another value.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { istio: ingresgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  selector: { matchLabels: { istio: ingressgateway } }
  template:
    metadata: { labels: { istio: ingressgateway } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  selector: { matchLabels: { istio: ingressgateway } }
  template:
    metadata: { labels: { istio: ingressgateway } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway"],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA0302"],
    upstream: "gateway.IngressGatewayPortAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let gateways = world.view::<Gateways>();
    let compatible = world.settings().compatible;
    let idle = |gateway: &&Gateway| {
        (compatible || !gateway.selector.is_empty()) && gateways.reach(gateway).is_none_or(|reach| !reach.any)
    };
    let idle: Vec<&Gateway> = gateways.all().iter().filter(idle).collect();
    if idle.is_empty() {
        return Vec::new();
    }
    let known = labels(&world.view::<Workloads>(), &idle);
    idle.into_iter().filter_map(|gateway| report(world, gateway, &known, rule)).collect()
}

/// The values that workloads give to the labels that are asked for.
type Known = BTreeMap<String, BTreeSet<String>>;

fn labels(workloads: &Workloads, asking: &[&Gateway]) -> Known {
    let names = asking.iter().flat_map(|gateway| gateway.selector.equal.iter()).map(|(name, _)| name.to_owned());
    let mut known: Known = names.map(|name| (name, BTreeSet::new())).collect();
    for workload in workloads.iter() {
        for (name, value) in workload.labels.iter() {
            if let Some(values) = known.get_mut(name) {
                values.insert(value.to_owned());
            }
        }
    }
    known
}

fn report(world: &World, gateway: &Gateway, known: &Known, rule: &RuleInfo) -> Option<Finding> {
    // istioctl takes for absent what it was not given.
    let closed = world.settings().closed || world.settings().compatible;
    let values = |name: &str| known.get(name).into_iter().flatten().map(String::as_str);
    let named = gateway.selector.equal.iter().any(|(name, _)| values(name).next().is_some());
    if !closed && !named {
        return None;
    }
    let meant = gateway.selector.equal.iter().find_map(|(name, value)| {
        let near = nearest(value, values(name).filter(|other| *other != value))?;
        Some(format!("did you mean {name}={near}?"))
    });
    let help = meant.unwrap_or_else(|| "give it the labels of the pods of a gateway".into());
    let text = gateway.selector_text();
    let message = if text.is_empty() {
        "there is no workload that it could configure".into()
    } else {
        format!("no workload has the labels {text} that it selects by")
    };
    let finding = rule.finding(&gateway.object, gateway.selector_span(), message).with_help(help);
    if closed {
        return Some(finding);
    }
    let assumed = "no workload outside the input has these labels";
    Some(finding.as_bad_as(Severity::Warning).assuming(assumed))
}
