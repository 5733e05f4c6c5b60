//! MSH140 `gateway-workload-unknown`.

use std::collections::BTreeSet;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Configured, Gateway, Gateways};
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
    let (gateways, configured) = (world.view::<Gateways>(), world.view::<Configured>());
    let compatible = world.settings().compatible;
    let is_idle = |it: &&Gateway| (compatible || !it.selector.is_empty()) && !configured.has_any(it);
    let idle = gateways.all().iter().filter(is_idle);
    let workloads = world.view::<Workloads>();
    idle.filter_map(|gateway| report(world, gateway, &workloads, rule)).collect()
}

fn report(world: &World, gateway: &Gateway, workloads: &Workloads, rule: &RuleInfo) -> Option<Finding> {
    // istioctl takes for absent what it was not given.
    let closed = world.settings().closed || world.settings().compatible;
    let named = gateway.selector.equal.iter().any(|(name, _)| workloads.values(name).next().is_some());
    if !closed && !named {
        return None;
    }
    let meant = gateway.selector.equal.iter().find_map(|(name, value)| {
        let values: BTreeSet<&str> = workloads.values(name).filter(|other| *other != value).collect();
        let near = nearest(value, values.into_iter())?;
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
