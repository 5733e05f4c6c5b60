//! MSH411 `linkerd-balancing-annotation-invalid`.

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
Retries (`retry.linkerd.io/…`), timeouts (`timeout.linkerd.io/…`) and circuit breaking (`balancer.linkerd.io/…`) are set by
annotations of routes, Services and EgressNetworks. The policy controller's webhook refuses a route of a Service or an
EgressNetwork with a value that it cannot read. On a Service nobody refuses it; the controller logs an error and goes on
without.

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
    let mut findings = Vec::new();
    for (kinds, retries) in [(&routes::HTTP[..], Retries::Http), (&[kinds::GRPC_ROUTE][..], Retries::Grpc)] {
        for route in routes::of(world, kinds) {
            let sorts = [Parent::Service, Parent::EgressNetwork].into_iter();
            if sorts.flat_map(|sort| routes::parents(route, sort)).next().is_some() {
                check(rule, route, retries, &mut findings);
            }
        }
    }
    let first = findings.len();
    for object in world.of(SERVICE).iter().chain(world.of(EGRESS_NETWORK)) {
        check(rule, object, Retries::Both, &mut findings);
    }
    let ignored = findings.split_off(first).into_iter().map(|finding| finding.as_bad_as(Severity::Warning));
    findings.extend(ignored);
    findings
}

fn check(rule: &RuleInfo, object: &Resource, retries: Retries, findings: &mut Vec<Finding>) {
    let Some(annotations) = object.root.at(&["metadata", "annotations"]) else { return };
    for (field, problem) in problems(annotations, retries) {
        let value = field.value.as_str().unwrap_or_default();
        let message = format!("the annotation {} is {value:?}, which {problem}", field.key);
        let help = "correct the value: the annotation has no effect otherwise";
        findings.push(rule.finding(object, field.key_span, message).with_help(help));
    }
}
