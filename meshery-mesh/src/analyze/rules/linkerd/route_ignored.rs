//! MSH420 `linkerd-route-ignored`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE};
use crate::analyze::linkerd::kinds;
use crate::analyze::linkerd::place;
use crate::analyze::linkerd::routes::{self, Parent, list};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH420",
    name: "linkerd-route-ignored",
    severity: Severity::Warning,
    summary: "A route is taken by Linkerd's webhook, and left out by its policy controller",
    why: "
A route for a Server must be in the Server's namespace and name it without a port or a section; and Linkerd knows no other
filters than those that change headers and that redirect. A route that does not keep to this is admitted, for another
controller may understand it; Linkerd leaves out all of it and says so only in the controller's log.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http, port: 8080 }]
  rules: [{ matches: [{ path: { value: /reviews } }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules: [{ matches: [{ path: { value: /reviews } }] }]",
    references: &["https://linkerd.io/2/reference/httproute/", "https://linkerd.io/2/features/gateway-api/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = routes::of(world, &[kinds::HTTP_ROUTE, HTTP_ROUTE, GRPC_ROUTE]).into_iter();
    routes.flat_map(|route| check(rule, route)).collect()
}

fn check(rule: &RuleInfo, route: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let own = route.namespace_or_default();
    for server in routes::parents(route, Parent::Server) {
        let namespace = server.get("namespace").and_then(Node::as_str).filter(|namespace| *namespace != own);
        if let Some(namespace) = namespace.filter(|_| route.namespace.is_some()) {
            let message = format!("the route is in {own:?} and is for a Server in {namespace:?}");
            let help = "put the route into the namespace of the Server";
            findings.push(rule.finding(route, place(server, "namespace"), message).with_help(help));
        }
        for key in ["port", "sectionName"].into_iter().filter(|key| server.get(key).is_some_and(|it| !it.is_empty())) {
            let message = format!("a Server has one port, and is named without {key}");
            findings.push(rule.finding(route, place(server, key), message).with_help(format!("leave out {key}")));
        }
    }
    for filter in routes::rules(route).iter().flat_map(|it| list(it, "filters")) {
        // Linkerd's own routes have a filter more, and one without its settings is refused.
        let known = ["requestHeaderModifier", "responseHeaderModifier", "requestRedirect"];
        let kind = filter.get("type").and_then(Node::as_str).unwrap_or_default();
        let is_own = route.kind() == kinds::HTTP_ROUTE;
        if !kind.is_empty() && !is_own && known.iter().all(|key| filter.get(key).is_none()) {
            let message = format!("Linkerd knows no filter {kind}");
            let help = "use only RequestHeaderModifier, ResponseHeaderModifier and RequestRedirect";
            findings.push(rule.finding(route, place(filter, "type"), message).with_help(help));
        }
    }
    findings
}
