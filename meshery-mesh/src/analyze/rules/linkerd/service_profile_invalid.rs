//! MSH416 `linkerd-service-profile-invalid`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::SERVICE_PROFILE;
use crate::analyze::linkerd::place;
use crate::analyze::values::{dns, duration::nanoseconds};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH416",
    name: "linkerd-service-profile-invalid",
    summary: "A ServiceProfile has a name, a route or a retry budget that Linkerd does not take",
    why: "
A ServiceProfile is called as the full name of the Service that it is for. Each of its routes has a name, by which metrics
tell it, and a timeout as Go writes durations, if any. A retry budget has a ratio that is not below zero and says for how
long it counts (`ttl`). The webhook of ServiceProfiles refuses all else.",
    bad: "
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: reviews.shop.svc.cluster.local, namespace: shop }
spec:
  retryBudget: { retryRatio: 0.2, minRetriesPerSecond: 10 }
  routes: [{ name: GET /, condition: { method: GET }, timeout: 300 ms }]",
    good: "
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: reviews.shop.svc.cluster.local, namespace: shop }
spec:
  retryBudget: { retryRatio: 0.2, minRetriesPerSecond: 10, ttl: 10s }
  routes: [{ name: GET /, condition: { method: GET }, timeout: 300ms }]",
    references: &["https://linkerd.io/2/reference/service-profiles/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for profile in world.of(SERVICE_PROFILE) {
        if !profile.name.is_empty() && !dns::is_subdomain(&profile.name) {
            let message = format!("{:?} is no name of a ServiceProfile", profile.name);
            let help = "call it as the Service, such as reviews.shop.svc.cluster.local";
            findings.push(rule.finding(profile, profile.head(), message).with_help(help));
        }
        let routes = profile.items(&["spec", "routes"]);
        findings.extend(routes.iter().flat_map(|route| of_route(rule, profile, route)));
        let budget = profile.root.at(&["spec", "retryBudget"]).filter(|budget| !budget.fields().is_empty());
        findings.extend(budget.map(|budget| of_budget(rule, profile, budget)).unwrap_or_default());
    }
    findings
}

fn of_route(rule: &RuleInfo, profile: &Resource, route: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    if matches!(route.value, Value::Null) {
        findings.push(
            rule.finding(profile, profile.head(), "a route is nothing at all").with_help("remove the empty item"),
        );
    } else if route.get("name").is_none_or(Node::is_empty) {
        findings.push(rule.finding(profile, place(route, "name"), "the route has no name").with_help("add name"));
    }
    findings.extend(route.get("timeout").and_then(|timeout| of_duration(rule, profile, route, ("timeout", timeout))));
    findings
}

fn of_budget(rule: &RuleInfo, profile: &Resource, budget: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(ratio) = budget.get("retryRatio")
        && matches!(ratio.value, Value::Int(..0)) | matches!(ratio.value, Value::Float(ratio) if ratio < 0.0)
    {
        let message = "the share of requests that may be retried is below zero";
        findings.push(rule.finding(profile, ratio.span, message).with_help("say a share such as 0.2"));
    }
    if let Some(least) = budget.get("minRetriesPerSecond").filter(|it| matches!(it.value, Value::Int(..0))) {
        let message = "there cannot be fewer than no retries";
        findings.push(rule.finding(profile, least.span, message).with_help("say a number from 0"));
    }
    if let Some(ttl) = budget.get("ttl").filter(|ttl| !ttl.is_empty()) {
        findings.extend(of_duration(rule, profile, budget, ("ttl", ttl)));
    } else {
        let message = "the retry budget does not say for how long it counts";
        findings.push(rule.finding(profile, place(budget, "ttl"), message).with_help("add ttl, such as 10s"));
    }
    findings
}

fn of_duration(rule: &RuleInfo, profile: &Resource, around: &Node, (key, node): (&str, &Node)) -> Option<Finding> {
    let text = node.as_str().filter(|text| !text.is_empty() && nanoseconds(text).is_none())?;
    let message = format!("{text:?} is no duration");
    let help = "write numbers with units and no spaces, such as 300ms or 10s";
    Some(rule.finding(profile, place(around, key), message).with_help(help))
}
