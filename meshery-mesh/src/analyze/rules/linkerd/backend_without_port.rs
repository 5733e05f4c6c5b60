//! MSH410 `linkerd-backend-without-port`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE};
use crate::analyze::linkerd::routes::{self, list};
use crate::analyze::linkerd::{kinds, place};
use meshery_core::Severity;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH410",
    name: "linkerd-backend-without-port",
    summary: "A route of Linkerd sends requests to a Service and does not say to which port",
    why: "
A Service has several ports, so a backend that is one needs `port`. The policy controller's webhook refuses a route of the
Gateway API without it; Linkerd's own HTTPRoute is taken, and its backend answers every request with an error.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules: [{ backendRefs: [{ group: core, kind: Service, name: reviews-v2 }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules: [{ backendRefs: [{ group: core, kind: Service, name: reviews-v2, port: 8080 }] }]",
    references: &["https://linkerd.io/2/reference/httproute/#httpbackendref"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in routes::admitted(world, &[HTTP_ROUTE, GRPC_ROUTE, kinds::HTTP_ROUTE]) {
        let backends = routes::rules(route).iter().flat_map(|it| list(it, "backendRefs"));
        for backend in backends.filter(|backend| is_service(backend) && port(backend) == 0) {
            let name = backend.get("name").and_then(Node::as_str).unwrap_or_default();
            let message = format!("the backend {name:?} is a Service, and no port of it is named");
            let finding = rule.finding(route, place(backend, "port"), message).with_help("add the port of the Service");
            let own = route.kind() == kinds::HTTP_ROUTE;
            findings.push(if own { finding.as_bad_as(Severity::Warning) } else { finding });
        }
    }
    findings
}

fn is_service(backend: &Node) -> bool {
    let text = |key: &str| backend.get(key).and_then(Node::as_str);
    matches!(text("group"), None | Some("" | "core")) && matches!(text("kind"), None | Some("Service"))
}

/// The port; zero where there is none.
fn port(backend: &Node) -> i64 {
    backend.get("port").and_then(Node::as_int).unwrap_or_default()
}
