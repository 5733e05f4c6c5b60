//! MSH301 `gateway-parent-unknown`.

use std::sync::Arc;

use meshery_core::{Finding, Resource, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::gateway_api::{LISTENER_SET, Listeners, Reference, defining, parents, routes};
use crate::analyze::kinds::K8S_GATEWAY;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH301",
    name: "gateway-parent-unknown",
    summary: "A route or ListenerSet names a Gateway or ListenerSet that does not exist",
    why: "
Nothing leads to a route whose parent is not there. No controller takes care of it either, so that its status stays empty:
there is no condition that says what is missing.

Without a `namespace` the parent is looked for beside the object itself. A Service as a parent is another rule's.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: pubilc }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }",
    references: &["https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways"],
    aliases: &["KIA1401"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let of_routes = routes(world).flat_map(|route| parents(route).map(move |parent| (route, parent)));
    let named = of_routes.chain(defining(world));
    let is_missing =
        |parent: &Reference<'_>| matches!(parent.kind, K8S_GATEWAY | LISTENER_SET) && listeners.named(parent).is_none();
    named
        .filter(|(_, parent)| is_missing(parent))
        .filter_map(|(object, parent)| report(world, rule, object, &parent))
        .collect()
}

fn report(world: &World, rule: &RuleInfo, object: &Arc<Resource>, parent: &Reference<'_>) -> Option<Finding> {
    let Reference { kind, namespace, name, .. } = *parent;
    let beside = world.within(kind, namespace).iter().map(|it| &*it.name);
    let elsewhere = world.of(kind).iter().find(|it| *it.name == *name);
    let message = format!("namespace {namespace:?} has no {} {name:?}", kind.name);
    let finding = rule.finding(object, parent.place("name"), message);
    let finding = if let Some(other) = elsewhere {
        finding.with_help(format!("it is in namespace {:?}; name that, too", other.namespace_or_default()))
    } else {
        let otherwise = format!("add the {}, or name one that is there", kind.name);
        meant(finding, object, name, nearest(name, beside), otherwise)
    };
    let assumed = format!("namespace {namespace:?} has no {} {name:?} outside the input either", kind.name);
    of_missing(world, world.covers(kind, namespace), finding, &assumed)
}
