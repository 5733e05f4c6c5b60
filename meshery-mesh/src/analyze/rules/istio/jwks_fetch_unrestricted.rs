//! MSH115 `jwks-fetch-unrestricted`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{DEPLOYMENT, REQUEST_AUTHENTICATION};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH115",
    name: "jwks-fetch-unrestricted",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "istiod fetches keys from whatever address a RequestAuthentication names",
    why: "
istiod itself fetches the keys that a RequestAuthentication names by `jwksUri`, or by an issuer without keys. Whoever
may write one in any namespace lets istiod ask an address that only istiod can reach: the cloud's metadata, an
internal service, the node. The setting `BLOCKED_CIDRS_IN_JWKS_URIS` of istiod names the address ranges that it must
not ask.

A RequestAuthentication whose keys all stand in it makes istiod fetch nothing, and is left alone.",
    bad: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: users, namespace: shop }
spec: { jwtRules: [{ issuer: login.example.com, jwksUri: 'https://login.example.com/keys' }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec:
  template:
    spec: { containers: [{ name: discovery, image: 'istio/pilot:1' }] }",
    good: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: users, namespace: shop }
spec: { jwtRules: [{ issuer: login.example.com, jwksUri: 'https://login.example.com/keys' }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec:
  template:
    spec:
      containers:
      - name: discovery
        image: istio/pilot:1
        env: [{ name: BLOCKED_CIDRS_IN_JWKS_URIS, value: '169.254.0.0/16,10.0.0.0/8' }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/analysis/ist0175/",
        "https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars",
    ],
    meshes: &["istio"],
    aliases: &["IST0175"],
    upstream: "authn.BlockedCIDRsAnalyzer",
    run,
    ..Rule::NEW
};

const SETTING: &str = "BLOCKED_CIDRS_IN_JWKS_URIS";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let mut asking = world.of(REQUEST_AUTHENTICATION).iter().filter(|it| compatible || makes_istiod_fetch(it));
    let Some(asking) = asking.next() else { return Vec::new() };
    let daemons = world.of(DEPLOYMENT).iter().filter(|deployment| deployment.label("app") == Some("istiod"));
    daemons.filter(|daemon| !is_restricted(daemon, compatible)).map(|daemon| finding(daemon, asking, rule)).collect()
}

fn makes_istiod_fetch(authentication: &Resource) -> bool {
    let has = |rule: &Node, key: &str| rule.get(key).is_some_and(|value| !value.is_empty());
    authentication.items(&["spec", "jwtRules"]).iter().any(|rule| has(rule, "jwksUri") || !has(rule, "jwks"))
}

fn containers(daemon: &Resource) -> &[Node] {
    daemon.items(&["spec", "template", "spec", "containers"])
}

fn is_restricted(daemon: &Resource, compatible: bool) -> bool {
    let settings = containers(daemon).iter().filter_map(|container| container.get("env")).flat_map(Node::items);
    let mut named = settings.filter(|setting| setting.get("name").and_then(Node::as_str) == Some(SETTING));
    let has = |setting: &Node, key: &str| setting.get(key).is_some_and(|value| !value.is_empty());
    // What a ConfigMap or Secret holds for it is not seen here, but it is not nothing.
    named.any(|setting| has(setting, "value") || (!compatible && has(setting, "valueFrom")))
}

fn finding(daemon: &Resource, asking: &Arc<Resource>, rule: &RuleInfo) -> Finding {
    let place = containers(daemon).first().map_or_else(|| daemon.head(), place_in);
    let message = format!("istiod fetches keys for {asking} and may fetch from any address");
    let finding = rule.finding(daemon, place, message).with_related(asking, asking.head(), "keys are fetched for this");
    finding.with_help(format!("set {SETTING} to the address ranges that istiod must not ask"))
}

fn place_in(container: &Node) -> Span {
    container.get("env").or_else(|| container.get("name")).unwrap_or(container).span
}
