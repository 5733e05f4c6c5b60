//! MSH607 `consul-rewrite-unmatched`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, items, text};
use crate::analyze::kinds::SERVICE_ROUTER;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH607",
    name: "consul-rewrite-unmatched",
    summary: "A route rewrites a path that it does not match",
    why: "
`prefixRewrite` takes the place of the path, or of its beginning, that the route matches. Without `pathExact` or `pathPrefix`
there is nothing that it could take the place of, and the admission webhook refuses the ServiceRouter.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ match: { http: { pathRegex: '/v[12]/.*' } }, destination: { prefixRewrite: / } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ match: { http: { pathPrefix: /v1/ } }, destination: { prefixRewrite: / } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-router"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_ROUTER, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    for route in items(spec, "routes") {
        let Some(destination) = at(route, &["destination"]) else { continue };
        if text(destination, "prefixRewrite").is_empty() {
            continue;
        }
        let matched = at(route, &["match", "http"]);
        let is_matched = |http: &Node| !text(http, "pathExact").is_empty() || !text(http, "pathPrefix").is_empty();
        if !matched.is_some_and(is_matched) {
            let message = "prefixRewrite needs a match by pathPrefix or pathExact";
            checks.at(destination, "prefixRewrite", message, "match the path that is rewritten by its beginning");
        }
    }
}
