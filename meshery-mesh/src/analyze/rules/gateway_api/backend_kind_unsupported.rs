//! MSH313 `gateway-backend-kind-unsupported`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{GROUP, backends, routes};
use crate::analyze::kinds::SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH313",
    name: "gateway-backend-kind-unsupported",
    summary: "A route sends requests to an object of a kind that takes none",
    why: "
Requests that should go there are answered with 500: `InvalidKind`. Of Kubernetes' own kinds only a Service takes requests.

The core group is written `\"\"`. Linkerd alone also knows it as `core`, so that a Service of that is a warning. Kinds of
other groups, such as a ServiceImport, are what some controller says they are, and nothing is said of them.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ group: apps, kind: Deployment, name: reviews, port: 80 }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: reviews, port: 80 }] }]",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference",
        "https://gateway-api.sigs.k8s.io/reference/spec/#routeconditionreason",
    ],
    run,
    ..Rule::NEW
};

/// Groups whose kinds are all known to take no requests, but for Services.
const KNOWN: [&str; 12] = [
    "",
    "core",
    "v1",
    "apps",
    "batch",
    "autoscaling",
    "discovery.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "apiextensions.k8s.io",
    GROUP,
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in routes(world) {
        let named = backends(route).into_iter();
        let wrong = named.filter(|it| it.kind != SERVICE && KNOWN.contains(&it.kind.group));
        findings.extend(wrong.map(|it| {
            let help = if it.kind.name == "Service" {
                "leave \"group\" out: a Service is of the core group"
            } else {
                "name the Service in front of it"
            };
            let of = if it.kind.group.is_empty() { "the core group".into() } else { format!("{:?}", it.kind.group) };
            let message = format!("a {} of {of} takes no requests", it.kind.name);
            let place = it.place(if it.node.get("kind").is_some() { "kind" } else { "group" });
            let finding = rule.finding(route, place, message).with_help(help);
            // Linkerd takes it for the core group.
            let by_linkerd = it.kind.group == "core" && it.kind.name == "Service";
            if by_linkerd { finding.as_bad_as(Severity::Warning) } else { finding }
        }));
    }
    findings
}
