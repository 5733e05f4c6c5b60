//! MSH526 `kuma-gateway-route-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, Tags, list, of_kinds, present, tags, text};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH526",
    name: "kuma-gateway-route-invalid",
    summary: "A rule of a MeshGatewayRoute matches nothing, leads nowhere, or redirects and forwards at once",
    why: "
A rule has matches that say something, and backends that requests go to; one that redirects has neither backends nor other
filters. Headers have a name, and a value unless it is only asked whether they are there. The control plane refuses the
route.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshGatewayRoute
mesh: default
metadata: { name: shop }
spec:
  selectors: [{ match: { kuma.io/service: edge } }]
  conf: { http: { rules: [{ matches: [{ path: { match: PREFIX, value: / } }] }] } }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshGatewayRoute
mesh: default
metadata: { name: shop }
spec:
  selectors: [{ match: { kuma.io/service: edge } }]
  conf:
    http:
      rules:
      - matches: [{ path: { match: PREFIX, value: / } }]
        backends: [{ destination: { kuma.io/service: shop }, weight: 1 }]",
    references: &["https://kuma.io/docs/latest/using-mesh/managing-ingress-traffic/gateway-routes/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const SERVICE: Tags =
    Tags { some: true, service: true, only_service: false, selects: true, protocols: &[], never: &[] };

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["MeshGatewayRoute"], |spec, flaws| {
        let conf = present(spec, "conf").unwrap_or(spec);
        let Some(http) = present(conf, "http") else {
            if present(conf, "tcp").is_none() {
                flaws.add(conf, "the route has no rules", "add conf: { http: { rules: … } }");
            }
            return;
        };
        let rules = list(http, "rules");
        if rules.is_empty() {
            flaws.add(http, "the route has no rules", "add rules");
        }
        for node in rules {
            one(node, flaws);
        }
    })
}

/// A field by its name in JSON or in the protocol.
fn either<'a>(node: &'a Node, name: &str, old: &str) -> Option<&'a Node> {
    present(node, name).or_else(|| present(node, old))
}

fn one(rule: &Node, flaws: &mut Flaws<'_>) {
    let matches = list(rule, "matches");
    if matches.is_empty() {
        flaws.add(rule, "the rule matches nothing", "add matches: [{ path: { match: PREFIX, value: / } }]");
        return;
    }
    let mut is_by_prefix = false;
    for node in matches {
        matched(node, flaws);
        is_by_prefix |= node.get("path").is_some_and(|path| text(path, "match") == "PREFIX");
    }
    let filters = list(rule, "filters");
    for filter in filters {
        filtered(filter, is_by_prefix, flaws);
    }
    let redirects = filters.iter().any(|filter| present(filter, "redirect").is_some());
    if redirects && filters.len() > 1 {
        flaws.add(
            rule.get("filters").unwrap_or(rule),
            "what is redirected is filtered as well",
            "keep the redirect alone",
        );
        return;
    }
    let backends = list(rule, "backends");
    if backends.is_empty() && !redirects {
        flaws.add(rule, "the rule leads nowhere", "add backends");
    }
    if let Some(node) = present(rule, "backends").filter(|_| redirects && !backends.is_empty()) {
        flaws.add(node, "what is redirected goes to no backend", "remove backends");
    }
    for backend in backends {
        tags(present(backend, "destination"), backend, SERVICE, flaws);
    }
}

fn matched(node: &Node, flaws: &mut Flaws<'_>) {
    let headers = list(node, "headers");
    let parameters = either(node, "queryParameters", "query_parameters");
    let asks = present(node, "path").is_some() || present(node, "method").is_some_and(|it| it.as_str() != Some("NONE"));
    if !asks && headers.is_empty() && parameters.is_none_or(Node::is_empty) {
        flaws.add(node, "the match asks for nothing", "add path, method, headers or queryParameters");
    }
    if let Some(path) = present(node, "path") {
        let (kind, value) = (text(path, "match"), text(path, "value"));
        let is_good = if kind == "REGEX" { !value.is_empty() } else { value.starts_with('/') };
        if !is_good {
            flaws.add(present(path, "value").unwrap_or(path), "a path begins with a slash", "write it as /path");
        }
    }
    for header in headers {
        needs(header, "name", flaws);
        if matches!(text(header, "match"), "ABSENT" | "PRESENT") {
            if let Some(value) = present(header, "value").filter(|value| !value.is_empty()) {
                flaws.add(value, "it is only asked whether the header is there", "remove value");
            }
        } else {
            needs(header, "value", flaws);
        }
    }
    for parameter in parameters.map(Node::items).unwrap_or_default() {
        needs(parameter, "name", flaws);
        needs(parameter, "value", flaws);
    }
}

fn needs(node: &Node, name: &str, flaws: &mut Flaws<'_>) {
    if text(node, name).is_empty() {
        flaws.add(present(node, name).unwrap_or(node), format!("{name} is missing"), format!("add {name}"));
    }
}

fn filtered(filter: &Node, is_by_prefix: bool, flaws: &mut Flaws<'_>) {
    if let Some(headers) = either(filter, "requestHeader", "request_header") {
        if ["set", "add", "remove"].iter().all(|name| list(headers, name).is_empty()) {
            flaws.add(headers, "no header is changed", "add set, add or remove");
        }
        for header in list(headers, "set").iter().chain(list(headers, "add")) {
            needs(header, "name", flaws);
            needs(header, "value", flaws);
        }
    }
    if let Some(redirect) = present(filter, "redirect") {
        let status = either(redirect, "statusCode", "status_code");
        if !status.and_then(Node::as_int).is_some_and(|code| (300..=308).contains(&code)) {
            flaws.add(
                status.unwrap_or(redirect),
                "a redirect has a status code from 300 to 308",
                "set statusCode to 302",
            );
        }
    }
    if let Some(mirror) = present(filter, "mirror") {
        let percentage = present(mirror, "percentage").and_then(crate::analyze::values::number::of);
        if !percentage.is_some_and(|it| (0.0..=100.0).contains(&it)) {
            flaws.add(
                present(mirror, "percentage").unwrap_or(mirror),
                "it is not said how many requests are mirrored",
                "set percentage, from 0 to 100",
            );
        }
        match present(mirror, "backend") {
            Some(backend) => tags(present(backend, "destination"), backend, SERVICE, flaws),
            None => flaws.add(mirror, "requests are mirrored to nowhere", "add backend"),
        }
    }
    if let Some(node) = filter.at(&["rewrite", "replacePrefixMatch"]).filter(|_| !is_by_prefix) {
        flaws.add(node, "a prefix is replaced where none is matched", "match by PREFIX");
    }
}
