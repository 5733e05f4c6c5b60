//! MSH146 `gateway-without-servers`.

use std::collections::BTreeSet;

use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Gateway, Gateways, Overlap};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH146",
    name: "gateway-without-servers",
    summary: "A Gateway has no servers, so that it opens no port",
    why: "
The webhook of Istio refuses such a Gateway. Where the webhook is not called, the Gateway is there and does nothing, and the
routes that are bound to it are reached by nobody.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { istio: ingressgateway }",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway"],
    meshes: &["istio"],
    aliases: &["IST0101"],
    upstream: "gateway.ConflictingGatewayAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let gateways = world.view::<Gateways>();
    let idle = gateways.all().iter().filter(|gateway| gateway.servers.is_empty());
    let found: Vec<&Gateway> = if world.settings().compatible {
        // istioctl takes it for one whose workloads do not exist, unless another Gateway has servers on them.
        let overlap = world.view::<Overlap>();
        let serving = gateways.all().iter().filter(|gateway| !gateway.servers.is_empty());
        let serving: BTreeSet<&Selector> = serving.map(|gateway| &gateway.selector).collect();
        let alone = |gateway: &&Gateway| {
            let own = &gateway.selector;
            let mut near = overlap.others(own).filter(|other| overlap.meet(own, other));
            !serving.contains(own) && !near.any(|other| serving.contains(other))
        };
        idle.filter(|gateway| !gateway.selector.is_empty()).filter(alone).collect()
    } else {
        idle.collect()
    };
    let report = |gateway: &Gateway| {
        let object = &gateway.object;
        let place = object.root.get("spec").map_or_else(|| object.head(), |spec| spec.span);
        rule.finding(object, place, "it has no servers, so that it opens no port")
            .with_help("add a server with a port and its hosts, or remove the Gateway")
    };
    found.into_iter().map(report).collect()
}
