//! MSH512 `kuma-entry-twice`.

use std::collections::HashSet;

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, list, of_kinds, present, text, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH512",
    name: "kuma-entry-twice",
    summary: "Something is said twice where it can be said once",
    why: "
Which of the two would count is not said: a header that is set and removed at once, a query parameter with two values, two
backends with one name. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshHTTPRoute
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to:
  - targetRef: { kind: MeshService, labels: { kuma.io/display-name: orders } }
    rules:
    - matches: [{ path: { type: PathPrefix, value: / } }]
      default:
        filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: { set: [{ name: x-shop, value: a }], remove: [x-shop] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshHTTPRoute
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to:
  - targetRef: { kind: MeshService, labels: { kuma.io/display-name: orders } }
    rules:
    - matches: [{ path: { type: PathPrefix, value: / } }]
      default:
        filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: { set: [{ name: x-shop, value: a }] }",
    references: &[
        "https://kuma.io/docs/latest/policies/meshhttproute/",
        "https://kuma.io/docs/latest/policies/meshretry/",
        "https://kuma.io/docs/latest/policies/mutual-tls/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshHTTPRoute"], route);
    findings.extend(of_kinds(world, rule, &["MeshRetry"], retry));
    findings.extend(of_kinds(world, rule, &["Mesh"], mesh));
    findings.extend(of_kinds(world, rule, &["VirtualOutbound"], |spec, flaws| {
        once(walk(spec, "conf.parameters[].name"), "the parameter", flaws);
    }));
    findings.extend(of_kinds(world, rule, &["Retry"], |spec, flaws| {
        once(walk(spec, "conf.grpc.retryOn[]"), "the condition", flaws);
    }));
    findings
}

/// Each text that was there before is wrong.
fn once(nodes: Vec<&Node>, what: &str, flaws: &mut Flaws<'_>) {
    let mut seen = HashSet::new();
    for node in nodes {
        if let Some(text) = node.as_str().filter(|text| !seen.insert(*text)) {
            flaws.add(node, format!("{what} {text:?} is there before"), "keep one of them");
        }
    }
}

fn route(spec: &Node, flaws: &mut Flaws<'_>) {
    for node in walk(spec, "to[].rules[].matches[]") {
        once(walk(node, "queryParams[].name"), "the query parameter", flaws);
    }
    for filter in walk(spec, "to[].rules[].default.filters[]") {
        for modifier in
            ["requestHeaderModifier", "responseHeaderModifier"].iter().filter_map(|name| present(filter, name))
        {
            let names = ["set[].name", "add[].name", "remove[]"];
            once(names.into_iter().flat_map(|path| walk(modifier, path)).collect(), "the header", flaws);
        }
    }
}

fn retry(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        let predicates = walk(conf, "http.hostSelection[].predicate");
        let priorities = predicates.into_iter().filter(|node| node.as_str() == Some("OmitPreviousPriorities"));
        once(priorities.collect(), "the predicate", flaws);
    }
}

fn mesh(spec: &Node, flaws: &mut Flaws<'_>) {
    for part in ["mtls", "logging", "tracing", "metrics"] {
        once(walk(spec, &format!("{part}.backends[].name")), "the name", flaws);
    }
    for backend in walk(spec, "metrics.backends[]").into_iter().filter(|it| text(it, "type") == "prometheus") {
        let aggregates = backend.get("conf").map(|conf| list(conf, "aggregate")).unwrap_or_default();
        once(aggregates.iter().filter_map(|it| present(it, "name")).collect(), "the name", flaws);
    }
}
