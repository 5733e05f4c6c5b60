//! MSH407 `linkerd-route-path-relative`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::routes::{self, HTTP, list};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH407",
    name: "linkerd-route-path-relative",
    summary: "A route of Linkerd has a path that does not begin with a slash",
    why: "
The path of every request begins with `/`, so a path without it matches nothing and cannot be redirected to. The policy
controller's webhook refuses such a route. Regular expressions are free to begin as they like.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules:
  - matches: [{ path: { type: PathPrefix, value: reviews } }]",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules:
  - matches: [{ path: { type: PathPrefix, value: /reviews } }]",
    references: &["https://linkerd.io/2/reference/httproute/#httppathmatch"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    routes::of(world, &HTTP).into_iter().flat_map(|route| check(rule, route)).collect()
}

fn check(rule: &RuleInfo, route: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    for it in routes::rules(route) {
        for path in list(it, "matches").iter().filter_map(|matched| matched.get("path")) {
            if path.get("type").and_then(Node::as_str) != Some("RegularExpression") {
                findings.extend(path.get("value").and_then(|value| relative(rule, route, path, value)));
            }
        }
        for filter in list(it, "filters") {
            let Some(path) = filter.at(&["requestRedirect", "path"]).filter(|path| !path.fields().is_empty()) else {
                continue;
            };
            // The first of them is what counts.
            match ["replaceFullPath", "replacePrefixMatch"].into_iter().find_map(|key| path.get(key)) {
                Some(value) => findings.extend(relative(rule, route, path, value)),
                None => findings.push(
                    rule.finding(route, path.span, "a redirection to another path does not say which")
                        .with_help("say replaceFullPath or replacePrefixMatch"),
                ),
            }
        }
    }
    findings
}

fn relative(rule: &RuleInfo, route: &Resource, around: &Node, value: &Node) -> Option<Finding> {
    let text = value.as_str().filter(|text| !text.starts_with('/'))?;
    let span = if text.is_empty() { around.span } else { value.span };
    let message = format!("the path {text:?} does not begin with a slash");
    Some(rule.finding(route, span, message).with_help(format!("write {:?}", format!("/{text}"))))
}
