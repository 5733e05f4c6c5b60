//! MSH735 `smi-routes-invalid`.

use std::collections::BTreeMap;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::values::pattern;
use crate::analyze::smi::kinds::HTTP_ROUTES;
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH735",
    name: "smi-routes-invalid",
    summary: "A match of an HTTPRouteGroup has a name twice, a method that there is not, or no regular expression",
    why: "
The matches of an HTTPRouteGroup are told by their names. `methods` are those of HTTP, in capitals, or `*`; `pathRegex` and the
values of `headers` are regular expressions.

SMI has ended: its specification was archived in 2023.",
    bad: "
apiVersion: specs.smi-spec.io/v1alpha4
kind: HTTPRouteGroup
metadata: { name: reviews, namespace: shop }
spec: { matches: [{ name: read, methods: [get], pathRegex: '*' }] }",
    good: "
apiVersion: specs.smi-spec.io/v1alpha4
kind: HTTPRouteGroup
metadata: { name: reviews, namespace: shop }
spec: { matches: [{ name: read, methods: [GET], pathRegex: '.*' }] }",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-specs/v1alpha4/traffic-specs.md"],
    meshes: &["osm", "traefik-mesh", "nginx-service-mesh"],
    run,
    ..Rule::NEW
};

const METHODS: [&str; 10] = ["*", "GET", "HEAD", "PUT", "POST", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(HTTP_ROUTES, |group| check(rule, group))
}

fn check(rule: &RuleInfo, group: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut named: BTreeMap<&str, &Node> = BTreeMap::new();
    for it in group.items(&["spec", "matches"]) {
        if let Some(name) = it.get("name").and_then(Node::as_str).filter(|name| !name.is_empty())
            && let Some(other) = named.insert(name, it)
        {
            let finding = rule.finding(group, place(it, "name"), format!("the match {name:?} is there twice"));
            findings.push(finding.with_help("give it another name").with_related(
                group,
                place(other, "name"),
                "the other",
            ));
        }
        for method in it.get("methods").map(Node::items).unwrap_or_default() {
            if let Some(name) = method.as_str().filter(|name| !name.is_empty() && !METHODS.contains(name)) {
                let message = format!("there is no method {name:?}");
                let help = format!("say one of {}", METHODS.join(", "));
                findings.push(rule.finding(group, method.span, message).with_help(help));
            }
        }
        let headers = it.get("headers").map(Node::fields).unwrap_or_default().iter().map(|field| &field.value);
        for node in it.get("pathRegex").into_iter().chain(headers) {
            // A star alone is taken for everything.
            let text =
                node.as_str().filter(|text| *text != "*" || it.get("pathRegex").is_some_and(|path| path == node));
            if let Some((text, problem)) = text.and_then(|text| Some((text, pattern::problem(text)?))) {
                let message = format!("{text:?} is no regular expression: {problem}");
                findings.push(
                    rule.finding(group, node.span, message).with_help("write a regular expression, such as /a/.*"),
                );
            }
        }
    }
    findings
}
