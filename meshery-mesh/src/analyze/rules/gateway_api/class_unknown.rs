//! MSH311 `gateway-class-unknown`.

use meshery_core::{Finding, Resource, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::kinds::{GATEWAY_CLASS, K8S_GATEWAY};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH311",
    name: "gateway-class-unknown",
    summary: "A Gateway is of a class that does not exist",
    why: "
The class says which controller looks after the Gateway. Without it none does: the Gateway gets no address, and its status
stays as it was.

Istio makes its own classes when it starts, and so does Google's cloud, so that these are seldom kept in files; they are taken
for given.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { gatewayClassName: evnoy, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: envoy }
spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { gatewayClassName: envoy, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: envoy }
spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller }",
    references: &["https://gateway-api.sigs.k8s.io/api-types/gatewayclass/"],
    aliases: &["KIA1504"],
    run,
    ..Rule::NEW
};

/// Classes that a controller makes by itself.
const GIVEN: [&str; 4] = ["istio", "istio-east-west", "istio-remote", "istio-waypoint"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(K8S_GATEWAY, |gateway| check(world, rule, gateway))
}

fn check(world: &World, rule: &RuleInfo, gateway: &Resource) -> Option<Finding> {
    let place = gateway.root.at(&["spec", "gatewayClassName"])?;
    let class = place.as_str().filter(|class| !class.is_empty())?;
    let is_given = GIVEN.contains(&class) || class.starts_with("gke-");
    if is_given || world.get(GATEWAY_CLASS, "", class).is_some() {
        return None;
    }
    let known = world.of(GATEWAY_CLASS).iter().map(|class| &*class.name);
    let near = nearest(class, known.chain(GIVEN));
    let finding = meant(
        rule.finding(gateway, place.span, format!("there is no GatewayClass {class:?}")),
        gateway,
        class,
        near,
        "add the GatewayClass, or name one that is there",
    );
    of_missing(world, world.covers(GATEWAY_CLASS, ""), finding, "no controller makes this class by itself")
}
