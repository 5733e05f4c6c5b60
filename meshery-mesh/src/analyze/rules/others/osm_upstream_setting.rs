//! MSH753 `osm-upstream-setting-invalid`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::smi::kinds::UPSTREAM_SETTING;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH753",
    name: "osm-upstream-setting-invalid",
    summary: "An UpstreamTrafficSetting of Open Service Mesh is for no host, for that of another, or answers with no status",
    why: "
An UpstreamTrafficSetting is for a host by its full name, such as `reviews.shop.svc.cluster.local`; there is one at most for each. What
its rate limits answer with is a status that Envoy knows. The webhook of Open Service Mesh refuses all else.

Open Service Mesh has ended: it was archived in 2023.",
    bad: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: UpstreamTrafficSetting
metadata: { name: reviews, namespace: shop }
spec: { host: reviews }",
    good: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: UpstreamTrafficSetting
metadata: { name: reviews, namespace: shop }
spec: { host: reviews.shop.svc.cluster.local }",
    references: &["https://github.com/openservicemesh/osm/blob/v1.2.4/pkg/validator/validators.go"],
    meshes: &["osm"],
    run,
    ..Rule::NEW
};

/// The statuses that Envoy knows by name. Zero stands for the one that is usual.
const STATUSES: [RangeInclusive<i64>; 12] = [
    0..=0,
    100..=100,
    200..=208,
    226..=226,
    300..=305,
    307..=308,
    400..=417,
    421..=424,
    426..=426,
    428..=429,
    431..=431,
    500..=511,
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut hosts: BTreeMap<&str, (&Resource, Span)> = BTreeMap::new();
    for object in world.of(UPSTREAM_SETTING) {
        findings.extend(statuses(object).filter_map(|node| of_status(rule, object, node)));
        let Some(node) = object.root.at(&["spec", "host"]) else { continue };
        let Some(host) = node.as_str().filter(|host| !host.is_empty()) else { continue };
        if !host.contains('.') {
            let message = format!("{host:?} is no full name of a host");
            let help = format!("write {host}.{}.svc.cluster.local", object.namespace_or_default());
            findings.push(rule.finding(object, node.span, message).with_help(help));
        }
        let Some((other, span)) = hosts.get(host) else {
            hosts.insert(host, (object, node.span));
            continue;
        };
        let message = format!("{other} is for the host {host:?} already");
        let finding = rule.finding(object, node.span, message).with_help("put both into one UpstreamTrafficSetting");
        findings.push(finding.with_related(other, *span, "the other"));
    }
    findings
}

/// What the rate limits of a setting answer with.
fn statuses(object: &Resource) -> impl Iterator<Item = &Node> {
    let whole = object.root.at(&["spec", "rateLimit", "local", "http", "responseStatusCode"]);
    let routes = object.items(&["spec", "httpRoutes"]).iter();
    whole.into_iter().chain(routes.filter_map(|route| route.at(&["rateLimit", "local", "responseStatusCode"])))
}

fn of_status(rule: &RuleInfo, object: &Resource, node: &Node) -> Option<Finding> {
    let status =
        node.as_int().filter(|status| !STATUSES.iter().any(|range| range.contains(status)) || *status == 509)?;
    let finding = rule.finding(object, node.span, format!("Envoy knows no status {status}"));
    Some(finding.with_help("say 429 or another status of HTTP"))
}
