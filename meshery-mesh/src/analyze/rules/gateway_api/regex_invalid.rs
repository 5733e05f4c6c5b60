//! MSH332 `gateway-regex-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};
use regex::Regex;

use crate::analyze::Rule;
use crate::analyze::gateway_api::rules;
use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH332",
    name: "gateway-regex-invalid",
    summary: "A route matches by a regular expression that is none",
    why: "
The route is refused, or the rule is left out. Which dialect counts is the controller's choice. Those built on Envoy and on Go
read RE2, which can neither look ahead or behind nor refer back: such an expression is a warning, for NGINX can.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ matches: [{ path: { type: RegularExpression, value: '/reviews/([0-9]+' } }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ matches: [{ path: { type: RegularExpression, value: '/reviews/([0-9]+)' } }] }]",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#pathmatchtype",
        "https://github.com/google/re2/wiki/Syntax",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = [HTTP_ROUTE, GRPC_ROUTE].into_iter().flat_map(|kind| world.of(kind));
    routes.flat_map(|route| rules(route).iter().flat_map(|part| check(rule, route, part)).collect::<Vec<_>>()).collect()
}

fn check(rule: &RuleInfo, route: &Resource, part: &Node) -> Vec<Finding> {
    let matches = part.get("matches").map(Node::items).unwrap_or_default();
    matches.iter().flat_map(expressions).filter_map(|node| report(rule, route, node)).collect()
}

/// The regular expressions of a match.
fn expressions(node: &Node) -> Vec<&Node> {
    let is_one = |holder: &&Node| holder.get("type").and_then(Node::as_str) == Some("RegularExpression");
    let lists = ["headers", "queryParams"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::items);
    let holders = node.get("path").into_iter().chain(lists).filter(is_one).filter_map(|it| it.get("value"));
    let method = node.get("method").filter(is_one).into_iter();
    holders.chain(method.flat_map(|it| ["service", "method"].into_iter().filter_map(|key| it.get(key)))).collect()
}

fn report(rule: &RuleInfo, route: &Resource, node: &Node) -> Option<Finding> {
    let text = node.as_str()?;
    let error = match Regex::new(text) {
        Ok(_) | Err(regex::Error::CompiledTooBig(_)) => return None,
        Err(error) => error.to_string(),
    };
    let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ").trim_end_matches('.');
    let is_other_dialect = ["(?=", "(?!", "(?<=", "(?<!", "(?>"].iter().any(|sign| text.contains(sign))
        || text.as_bytes().windows(2).any(|pair| matches!(pair, [b'\\', b'1'..=b'9']));
    let message = format!("{text:?} is no regular expression: {reason}");
    if is_other_dialect {
        let message = format!("{text:?} is no regular expression of RE2: {reason}");
        let help = "say it without looking around or referring back, as Envoy needs it";
        return Some(rule.finding(route, node.span, message).with_help(help).as_bad_as(Severity::Warning));
    }
    Some(rule.finding(route, node.span, message).with_help("mend the expression"))
}
