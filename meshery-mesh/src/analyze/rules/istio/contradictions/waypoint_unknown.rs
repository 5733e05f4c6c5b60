//! MSH284 `waypoint-unknown`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, World};

use super::is_made;
use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::istio::{USE_WAYPOINT, WAYPOINT_NAMESPACE, waypoint};
use crate::analyze::kinds::{K8S_GATEWAY, SERVICE_ENTRY};
use crate::analyze::kubernetes::{Annotated, Holder, each_annotated};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH284",
    name: "waypoint-unknown",
    summary: "Traffic is to go through a waypoint that does not exist",
    why: "
`istio.io/use-waypoint` names a Gateway of the same namespace, or of that in `istio.io/use-waypoint-namespace`, whose
class is `istio-waypoint`. If there is none the traffic goes past it: routes are not taken, and policies about requests
are not enforced, or deny everything.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypont } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }",
    references: &[
        "https://istio.io/latest/docs/ambient/usage/waypoint/#use-a-waypoint-proxy",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1313"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let entries =
        world.each(SERVICE_ENTRY, |entry| check(world, rule, entry, &entry.root, entry.namespace_or_default()));
    let annotated = each_annotated(world, |Annotated { object, node, holder }| match holder {
        Holder::Namespace => check(world, rule, object, node, &object.name),
        Holder::Service => check(world, rule, object, node, object.namespace_or_default()),
        Holder::Pod if !is_made(object) => check(world, rule, object, node, object.namespace_or_default()),
        _ => None,
    });
    [entries, annotated].concat()
}

fn check(world: &World, rule: &RuleInfo, object: &Resource, holder: &Node, home: &str) -> Option<Finding> {
    let labels = holder.at(&["metadata", "labels"])?;
    let name = waypoint(Some(labels))?;
    let node = labels.get(USE_WAYPOINT)?;
    let namespace = labels.get(WAYPOINT_NAMESPACE).and_then(Node::as_str).filter(|it| !it.is_empty()).unwrap_or(home);
    if let Some(gateway) = world.get(K8S_GATEWAY, namespace, name) {
        if gateway.text(&["spec", "gatewayClassName"]) != Some("istio") {
            return None;
        }
        let finding = rule.finding(object, node.span, format!("{gateway} is an ingress gateway, and no waypoint"));
        let finding = finding.with_help("name a Gateway whose class is istio-waypoint");
        return Some(finding.with_related(gateway, gateway.head(), "the Gateway"));
    }
    let known = world.within(K8S_GATEWAY, namespace).iter().map(|gateway| &*gateway.name);
    let near = nearest(name, known);
    let message = format!("namespace {namespace:?} has no waypoint {name:?}");
    let finding = meant(
        rule.finding(object, node.span, message),
        object,
        name,
        near,
        format!("add a Gateway {name:?} of class istio-waypoint to namespace {namespace:?}, or name another"),
    );
    let assumed = "the namespace has no other Gateways than those of the input";
    of_missing(world, world.covers(K8S_GATEWAY, namespace), finding, assumed)
}
