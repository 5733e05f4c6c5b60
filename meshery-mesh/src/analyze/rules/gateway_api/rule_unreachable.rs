//! MSH326 `gateway-rule-unreachable`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{age, kind_of, parents, routes, rules};
use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE, SERVICE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH326",
    name: "gateway-rule-unreachable",
    severity: Severity::Warning,
    summary: "A match or rule is never used, for an earlier one takes the same requests",
    why: "
Of two matches that ask for the same, the one of the older route counts, and within a route that of the first rule. The other
is never used, and nothing says so. A rule without matches asks for the path prefix `/`, so that a second such rule is never
used either. A TCPRoute or UDPRoute has nothing to match by, and only its first rule counts.

The order of rules alone decides nothing: a longer path, more headers or a method come first wherever they stand.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules:
  - { backendRefs: [{ name: old, port: 80 }] }
  - { matches: [{ path: { type: PathPrefix, value: / } }], backendRefs: [{ name: new, port: 80 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules:
  - { backendRefs: [{ name: old, port: 80 }] }
  - { matches: [{ path: { type: PathPrefix, value: /new } }], backendRefs: [{ name: new, port: 80 }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule",
        "https://gateway-api.sigs.k8s.io/reference/spec/#grpcrouterule",
    ],
    run,
    ..Rule::NEW
};

/// Where requests come from, the hostname, and what is asked for.
type Asked = (String, String, String);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut all: Vec<&Arc<Resource>> = routes(world).collect();
    all.sort_by(|a, b| (&*a.kind, age(a)).cmp(&(&*b.kind, age(b))));
    let mut first: BTreeMap<Asked, (&Resource, Span)> = BTreeMap::new();
    let mut findings = Vec::new();
    for route in all {
        let Some(kind) = kind_of(route) else { continue };
        let doors = doors(route);
        for (at, part) in rules(route).iter().enumerate() {
            for (asked, span) in matches(part, kind == HTTP_ROUTE, kind == GRPC_ROUTE) {
                let keys: Vec<Asked> =
                    doors.iter().map(|(door, hostname)| (door.clone(), hostname.clone(), asked.clone())).collect();
                let taken: Vec<&(&Resource, Span)> = keys.iter().filter_map(|key| first.get(key)).collect();
                if let Some((winner, place)) = taken.first().filter(|_| taken.len() == keys.len()) {
                    findings.extend(report(rule, route, (at, span), (winner, *place)));
                }
                for key in keys {
                    first.entry(key).or_insert((route, span));
                }
            }
        }
    }
    findings
}

fn report(rule: &RuleInfo, route: &Resource, own: (usize, Span), winner: (&Resource, Span)) -> Option<Finding> {
    let (at, span) = own;
    let (other, place) = winner;
    let is_same = other.name == route.name && other.namespace == route.namespace;
    let message = match (is_same, place == span) {
        (true, true) => return None,
        (true, false) => format!("rule {} asks for what an earlier match takes already", at + 1),
        (false, _) => format!("rule {} asks for what {other}, which comes first, takes already", at + 1),
    };
    let help = "ask for something else, or take it away";
    Some(rule.finding(route, span, message).with_help(help).with_related(other, place, "what is used instead"))
}

/// Where requests to a route come from: each parent with each hostname.
fn doors(route: &Resource) -> Vec<(String, String)> {
    let hostnames: Vec<&str> = route.items(&["spec", "hostnames"]).iter().filter_map(Node::as_str).collect();
    let hostnames = if hostnames.is_empty() { vec![""] } else { hostnames };
    let mut doors = Vec::new();
    for parent in parents(route) {
        let section = parent.section().unwrap_or_default();
        let port = parent.port().map(|port| port.to_string()).unwrap_or_default();
        // A route in another namespace than a Service is for the clients of that namespace alone.
        let whose = if parent.kind == SERVICE { route.namespace_or_default() } else { "" };
        let door = format!("{} {} {parent} {section} {port} {whose}", route.kind, parent.kind.group);
        // A mesh pays no regard to hostnames.
        if parent.kind == SERVICE {
            doors.push((door, String::new()));
            continue;
        }
        doors.extend(hostnames.iter().map(|hostname| (door.clone(), hostname.to_ascii_lowercase())));
    }
    doors
}

/// What a rule asks for, each match in a form that is the same for all that ask for the same.
fn matches(part: &Node, is_http: bool, is_grpc: bool) -> Vec<(String, Span)> {
    let nodes = part.get("matches").map(Node::items).unwrap_or_default();
    if nodes.is_empty() {
        let asked = if is_http { asked_by_http(part, true) } else { String::new() };
        return vec![(asked, part.span)];
    }
    let asked = |node: &Node| {
        if is_http {
            asked_by_http(node, false)
        } else if is_grpc {
            asked_by_grpc(node)
        } else {
            String::new()
        }
    };
    nodes.iter().map(|node| (asked(node), node.span)).collect()
}

fn asked_by_http(node: &Node, is_whole_rule: bool) -> String {
    if is_whole_rule {
        return "PathPrefix / []".into();
    }
    let text = |path: &[&str], usual: &'static str| node.at(path).and_then(Node::as_str).unwrap_or(usual).to_owned();
    let (form, path) = (text(&["path", "type"], "PathPrefix"), text(&["path", "value"], "/"));
    // A prefix ends at a slash, written or not.
    let path = if form == "PathPrefix" && path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path };
    let mut others = named(node, "headers", true);
    others.extend(named(node, "queryParams", false));
    others.extend(node.get("method").and_then(Node::as_str).map(|method| format!("method {method}")));
    others.sort();
    if others.is_empty() { format!("{form} {path} []") } else { format!("{form} {path} {others:?}") }
}

fn asked_by_grpc(node: &Node) -> String {
    let text = |path: &[&str]| node.at(path).and_then(Node::as_str).unwrap_or_default().to_owned();
    let (service, method) = (text(&["method", "service"]), text(&["method", "method"]));
    let mut headers = named(node, "headers", true);
    headers.sort();
    if service.is_empty() && method.is_empty() && headers.is_empty() {
        return String::new();
    }
    let form = node.at(&["method", "type"]).and_then(Node::as_str).unwrap_or("Exact");
    format!("{form} {service:?} {method:?} {headers:?}")
}

/// The headers or parameters of a match. Of two with one name the first one counts.
fn named(node: &Node, key: &str, folded: bool) -> Vec<String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for entry in node.get(key).map(Node::items).unwrap_or_default() {
        let text = |key: &str| entry.get(key).and_then(Node::as_str);
        let name = text("name").unwrap_or_default();
        let name = if folded { name.to_ascii_lowercase() } else { name.to_owned() };
        let value = format!("{} {}", text("type").unwrap_or("Exact"), text("value").unwrap_or_default());
        found.entry(name).or_insert(value);
    }
    found.into_iter().map(|(name, value)| format!("{key} {name:?} {value:?}")).collect()
}
