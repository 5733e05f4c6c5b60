//! MSH312 `gateway-service-unknown`.

use std::sync::Arc;

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::gateway_api::{Reference, backends, parents, routes};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Services;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH312",
    name: "gateway-service-unknown",
    summary: "A route names a Service that does not exist",
    why: "
Requests that should go to a Service that is not there are answered with 500: `BackendNotFound`. That holds for each share of
a split by itself, and for the Services of filters, which get no copies of requests. A Service as a parent that is not there
leaves the route unused. A share of weight 0 loses no requests, and is a warning.

The name is that of the Service alone, without its namespace or the cluster's domain.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: reviews.shop.svc.cluster.local, port: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: reviews, port: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference",
        "https://gateway-api.sigs.k8s.io/reference/spec/#routeconditionreason",
    ],
    aliases: &["KIA1402"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for route in routes(world) {
        let named = parents(route).chain(backends(route));
        let missing = named.filter(|it| it.kind == SERVICE && services.get(it.namespace, it.name).is_none());
        findings.extend(missing.filter_map(|it| report(world, rule, &services, route, &it)));
    }
    findings
}

fn report(
    world: &World,
    rule: &RuleInfo,
    services: &Services,
    route: &Arc<Resource>,
    reference: &Reference<'_>,
) -> Option<Finding> {
    let Reference { namespace, name, .. } = *reference;
    let first = name.split('.').next().unwrap_or(name);
    let message = format!("namespace {namespace:?} has no Service {name:?}");
    let finding = rule.finding(route, reference.place("name"), message);
    let finding = if first == name {
        let near = nearest(name, services.within(namespace).iter().map(|service| &*service.object.name));
        meant(finding, route, name, near, "add the Service, or name one that is there")
    } else {
        finding.with_help(format!("a name of a Service has no dots: {first:?}, and its \"namespace\" beside it"))
    };
    let assumed = format!("namespace {namespace:?} has no Service {name:?} outside the input either");
    let finding = of_missing(world, world.covers(SERVICE, namespace), finding, &assumed)?;
    // A share that gets no requests loses none.
    let is_idle = reference.node.get("weight").and_then(Node::as_int) == Some(0);
    Some(if is_idle { finding.as_bad_as(Severity::Warning) } else { finding })
}
