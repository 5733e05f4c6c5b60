//! MSH831 `retry-not-idempotent`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{RouteRule, Routes};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH831",
    name: "retry-not-idempotent",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "Requests that change something each time are tried again after the server has begun with them",
    why: "
A POST that was answered with 503 may have been carried out all the same. Tried again, the order is placed twice. Other than
GET, PUT and DELETE, the methods POST and PATCH promise nothing about being sent twice.

Only rules are told of that name such a method, and that retry after more than a failure to reach the server. A server that
knows its requests by a key of their own may take them twice; then the finding is to be allowed.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
  - match: [{ method: { exact: POST } }]
    route: [{ destination: { host: orders } }]
    retries: { attempts: 3, retryOn: '5xx,connect-failure' }
  - route: [{ destination: { host: orders } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
  - match: [{ method: { exact: POST } }]
    route: [{ destination: { host: orders } }]
    retries: { attempts: 3, retryOn: 'connect-failure,refused-stream' }
  - route: [{ destination: { host: orders } }]",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods",
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
        "https://linkerd.io/2/features/retries-and-timeouts/",
        "https://kuma.io/docs/latest/policies/meshretry/",
    ],
    meshes: &["consul", "gateway-api", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

const UNSAFE: [&str; 2] = ["PATCH", "POST"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = world.view::<Routes>();
    let rules = routes.iter().flat_map(|route| &route.rules);
    let findings = rules.filter_map(|it| {
        let retries = it.retries.as_ref().filter(|retries| retries.attempts != Some(0))?;
        let method = method(it)?;
        let message = format!("{method} requests are tried again after the server has begun with them");
        let help = "retry only what did not reach the server, or the methods that may be sent twice";
        Some(rule.finding(&retries.object, retries.place, message).with_help(help))
    });
    findings.collect()
}

/// A method that must not be tried again after an answer, and is.
fn method(rule: &RouteRule) -> Option<&str> {
    let retries = rule.retries.as_ref()?;
    let asked = rule.methods.iter().filter(|_| retries.after_answer).chain(&retries.methods);
    asked.map(String::as_str).find(|method| UNSAFE.contains(method))
}
