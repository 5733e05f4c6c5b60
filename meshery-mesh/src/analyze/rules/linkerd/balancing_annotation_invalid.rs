//! MSH411 `linkerd-balancing-annotation-invalid`.

use std::sync::Arc;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{self, SERVICE};
use crate::analyze::linkerd::balancing::{Retries, problems};
use crate::analyze::linkerd::kinds::EGRESS_NETWORK;
use crate::analyze::linkerd::routes::{self, Parent};
use meshery_core::resource::Resource;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH411",
    name: "linkerd-balancing-annotation-invalid",
    summary: "An annotation for retries, timeouts or circuit breaking has a value that Linkerd cannot read",
    why: "
Retries (`retry.linkerd.io/…`) and timeouts (`timeout.linkerd.io/…`) are set by annotations of routes, Services and
EgressNetworks, circuit breaking (`balancer.linkerd.io/…`) by those of Services and EgressNetworks. The policy controller's
webhook refuses a route of a Service or an EgressNetwork with a retry or timeout that it cannot read. On a Service nobody
refuses it; the controller logs an error and goes on without.

Durations are a whole number and one unit (`ms`, `s`, `m`, `h`, `d`): `1.5s` and `1m30s` are none.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: reviews
  namespace: shop
  annotations: { retry.linkerd.io/http: 5xx, retry.linkerd.io/timeout: 1.5s }
spec:
  parentRefs: [{ group: core, kind: Service, name: reviews, port: 80 }]
  rules: [{ backendRefs: [{ name: reviews, port: 80 }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: reviews
  namespace: shop
  annotations: { retry.linkerd.io/http: 5xx, retry.linkerd.io/timeout: 1500ms }
spec:
  parentRefs: [{ group: core, kind: Service, name: reviews, port: 80 }]
  rules: [{ backendRefs: [{ name: reviews, port: 80 }] }]",
    references: &[
        "https://linkerd.io/2/reference/retries/",
        "https://linkerd.io/2/reference/timeouts/",
        "https://linkerd.io/2/reference/circuit-breaking/",
    ],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (mut findings, mut ignored) = (Vec::new(), Vec::new());
    for (kinds, retries) in [(&routes::HTTP[..], Retries::Http), (&[kinds::GRPC_ROUTE][..], Retries::Grpc)] {
        for route in routes::of(world, kinds) {
            let sorts = [Parent::Service, Parent::EgressNetwork].into_iter();
            if sorts.flat_map(|sort| routes::parents(route, sort)).next().is_some() {
                // Circuit breaking is no matter of routes, and not looked at there.
                let (unread, refused): (Vec<_>, Vec<_>) =
                    check(rule, route, retries).into_iter().partition(|(key, _)| key.starts_with("balancer."));
                findings.extend(refused.into_iter().map(|(_, finding)| finding));
                ignored.extend(unread);
            }
        }
    }
    for object in world.of(SERVICE).iter().chain(world.of(EGRESS_NETWORK)) {
        ignored.extend(check(rule, object, Retries::Both));
    }
    findings.extend(ignored.into_iter().map(|(_, finding)| finding.as_bad_as(Severity::Warning)));
    findings
}

/// What is found in the annotations of an object, by their keys.
fn check(rule: &RuleInfo, object: &Resource, retries: Retries) -> Vec<(Arc<str>, Finding)> {
    let Some(annotations) = object.root.at(&["metadata", "annotations"]) else { return Vec::new() };
    let found = problems(annotations, retries).into_iter().map(|(field, problem)| {
        let value = field.value.as_str().unwrap_or_default();
        let message = format!("the annotation {} is {value:?}, which {problem}", field.key);
        let help = "correct the value: the annotation has no effect otherwise";
        (Arc::clone(&field.key), rule.finding(object, field.key_span, message).with_help(help))
    });
    found.collect()
}
