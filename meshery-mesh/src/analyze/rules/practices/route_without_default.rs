//! MSH839 `route-without-default`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::Routes;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH839",
    name: "route-without-default",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "Every rule of a route within the mesh asks for something, and what meets none is answered with 404",
    why: "
Once a host has a route, a request that none of its rules takes goes nowhere: the proxy answers with 404. A path that is new
in the service, or a header that a client leaves out, is enough. A last rule without conditions keeps calls as they were
before the route.

Only routes of clients in the mesh are meant. At a gateway to let through but a few paths is what one mostly wants. Kuma and
Consul send what meets no rule on as before.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
  - match: [{ headers: { beta: { exact: on-purpose } } }]
    route: [{ destination: { host: orders-beta } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
  - match: [{ headers: { beta: { exact: on-purpose } } }]
    route: [{ destination: { host: orders-beta } }]
  - route: [{ destination: { host: orders } }]",
    references: &[
        "https://istio.io/latest/docs/concepts/traffic-management/#route-precedence",
        "https://gateway-api.sigs.k8s.io/mesh/",
    ],
    meshes: &["gateway-api", "istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = world.view::<Routes>();
    // Of several routes for one host any may have the default.
    let has_default = |host: &String| routes.inside(host).any(|route| route.rules.iter().any(|rule| rule.takes_all));
    let limited =
        routes.iter().filter(|route| route.is_inside && route.is_exhaustive && !route.hosts.iter().any(has_default));
    let findings = limited.filter_map(|route| {
        let last = route.rules.last()?;
        let message = "requests that none of the rules takes are answered with 404";
        let help = "add a last rule without conditions, if others are to be answered too";
        Some(rule.finding(&route.object, last.place, message).with_help(help))
    });
    findings.collect()
}
