//! MSH408 `linkerd-route-value-invalid`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Span, World};
use regex::Regex;

use crate::analyze::Rule;
use crate::analyze::kinds;
use crate::analyze::linkerd::kinds::HTTP_ROUTE;
use crate::analyze::linkerd::place;
use crate::analyze::linkerd::routes::{self, list};
use crate::analyze::linkerd::values::http::{is_header_name, is_header_value};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH408",
    name: "linkerd-route-value-invalid",
    summary: "A route of Linkerd has a match or a filter that cannot be read",
    why: "
The policy controller reads the regular expressions (of Rust's `regex`: without looking around or back), the names and
values of headers, and the status codes of a route before it takes it. Its webhook refuses a route in which one of them
cannot be what it stands for; a GRPCRoute whose methods are matched by a regular expression; and an HTTPRoute of Linkerd's own
with a filter that says what it is and not what it does.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules:
  - matches: [{ path: { type: RegularExpression, value: '/reviews/(\\d+' } }]",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }]
  rules:
  - matches: [{ path: { type: RegularExpression, value: '/reviews/(\\d+)' } }]",
    references: &["https://linkerd.io/2/reference/httproute/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// The filters of Linkerd's own routes, and what each is set by.
const FILTERS: [(&str, &str); 4] = [
    ("FailureInjector", "failureInjector"),
    ("RequestHeaderModifier", "requestHeaderModifier"),
    ("RequestRedirect", "requestRedirect"),
    ("ResponseHeaderModifier", "responseHeaderModifier"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let kinds = [HTTP_ROUTE, kinds::HTTP_ROUTE, kinds::GRPC_ROUTE];
    let mut findings = Vec::new();
    for route in routes::admitted(world, &kinds) {
        let mut problems = Vec::new();
        let is_own = route.kind() == HTTP_ROUTE;
        for it in routes::rules(route) {
            for matched in list(it, "matches") {
                of_match(matched, &mut problems);
            }
            for filter in list(it, "filters") {
                of_filter(filter, &mut problems);
                problems.extend(set_by(filter).filter(|_| is_own));
            }
        }
        findings.extend(problems.into_iter().map(|(span, message, help)| finding(rule, route, span, message, help)));
    }
    findings
}

type Problem = (Span, String, &'static str);

fn finding(rule: &RuleInfo, route: &Resource, span: Span, message: String, help: &str) -> Finding {
    let span = span.or(route.head());
    rule.finding(route, span, message).with_help(help)
}

fn of_match(matched: &Node, problems: &mut Vec<Problem>) {
    let is_pattern = |node: &Node| node.get("type").and_then(Node::as_str) == Some("RegularExpression");
    if let Some(path) = matched.get("path").filter(|path| is_pattern(path)) {
        problems.extend(path.get("value").and_then(pattern));
    }
    if let Some(method) = matched.get("method").filter(|method| is_pattern(method)) {
        let message = "Linkerd matches the methods of gRPC as they are, and by no regular expression".into();
        problems.push((place(method, "type"), message, "say type: Exact, and name service and method"));
    }
    for header in list(matched, "headers") {
        problems.extend(header.get("name").and_then(header_name));
        let value = header.get("value");
        problems.extend(value.and_then(if is_pattern(header) { pattern } else { header_value }));
    }
    let parameters = list(matched, "queryParams").iter().filter(|parameter| is_pattern(parameter));
    problems.extend(parameters.filter_map(|parameter| parameter.get("value").and_then(pattern)));
}

/// The field that a filter of Linkerd's own routes is set by, where it is missing.
fn set_by(filter: &Node) -> Option<Problem> {
    let kind = filter.get("type").and_then(Node::as_str)?;
    let (_, key) = FILTERS.iter().find(|(name, _)| *name == kind)?;
    let is_missing = filter.get(key).is_none_or(|it| it.value == Value::Null);
    let message = format!("the filter is of the type {kind}, and has no {key}");
    is_missing.then_some((place(filter, "type"), message, "add it, or say the type of what is there"))
}

fn of_filter(filter: &Node, problems: &mut Vec<Problem>) {
    for modifier in ["requestHeaderModifier", "responseHeaderModifier"].into_iter().filter_map(|key| filter.get(key)) {
        for header in list(modifier, "set").iter().chain(list(modifier, "add")) {
            problems.extend(header.get("name").and_then(header_name));
            problems.extend(header.get("value").and_then(header_value));
        }
        problems.extend(list(modifier, "remove").iter().filter_map(header_name));
    }
    if let Some(status) = filter.at(&["requestRedirect", "statusCode"])
        && let Some(code) = status.as_int().filter(|code| !(100..=999).contains(code))
    {
        problems.push((status.span, format!("{code} is no status"), "say 301 or 302"));
    }
}

fn pattern(node: &Node) -> Option<Problem> {
    let text = node.as_str()?;
    Regex::new(text).err()?;
    let help = "write a regular expression of Rust's regex: balanced, without looking around or referring back";
    Some((node.span, format!("{text:?} is no regular expression"), help))
}

fn header_name(node: &Node) -> Option<Problem> {
    let text = node.as_str().filter(|text| !is_header_name(text))?;
    let help = "write letters, digits and hyphens";
    Some((node.span, format!("{text:?} is no name of a header"), help))
}

fn header_value(node: &Node) -> Option<Problem> {
    let text = node.as_str().filter(|text| !is_header_value(text))?;
    let help = "write it on one line, without characters that are not printed";
    Some((node.span, format!("{text:?} is no value of a header"), help))
}
