//! MSH412 `linkerd-route-timeout-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::HTTP_ROUTE;
use crate::analyze::linkerd::{place, routes};
use crate::analyze::values::duration::nanoseconds;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH412",
    name: "linkerd-route-timeout-invalid",
    summary: "A rule of Linkerd's HTTPRoute has a timeout that is none, or one for a backend that is longer than the whole",
    why: "
`request` bounds a request with all its retries, `backendRequest` each of them, so the second cannot be longer than the
first, and neither is below zero. The policy controller's webhook refuses a route in which they are.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: core, kind: Service, name: reviews, port: 80 }]
  rules: [{ timeouts: { request: 500ms, backendRequest: 2s } }]",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: core, kind: Service, name: reviews, port: 80 }]
  rules: [{ timeouts: { request: 2s, backendRequest: 500ms } }]",
    references: &["https://linkerd.io/2/reference/httproute/#httproutetimeouts"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = world.of(HTTP_ROUTE).iter();
    let timeouts = routes.flat_map(|route| routes::rules(route).iter().map(move |it| (route, it.get("timeouts"))));
    timeouts.flat_map(|(route, timeouts)| timeouts.map(|it| check(rule, route, it)).unwrap_or_default()).collect()
}

fn check(rule: &RuleInfo, route: &Resource, timeouts: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in ["request", "backendRequest"] {
        let Some(text) = timeouts.get(key).and_then(Node::as_str) else { continue };
        let (message, help) = match nanoseconds(text) {
            None => (format!("{text:?} is no duration"), "write a number and a unit, such as 500ms or 10s"),
            Some(time) if time < 0 => (format!("the timeout {text} is below zero"), "leave out the minus"),
            Some(_) => continue,
        };
        findings.push(rule.finding(route, place(timeouts, key), message).with_help(help));
    }
    let time = |key: &str| timeouts.get(key).and_then(Node::as_str).and_then(nanoseconds);
    if let (Some(request), Some(backend)) = (time("request"), time("backendRequest"))
        && backend.unsigned_abs() > request.unsigned_abs()
    {
        let message = "the timeout of one request to a backend is longer than that of the whole";
        let finding = rule.finding(route, place(timeouts, "backendRequest"), message);
        let finding = finding.with_help("make backendRequest at most as long as request");
        findings.push(finding.with_related(route, place(timeouts, "request"), "the whole"));
    }
    findings
}
