//! MSH837 `envoyfilter-unpinned`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::ENVOY_FILTER;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH837",
    name: "envoyfilter-unpinned",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A patch of Envoy's configuration holds for every version of the proxy, or names what newer ones call otherwise",
    why: "
An EnvoyFilter changes configuration that Istio makes for itself and may make in another way in its next version. A patch
that says for which versions it was written (`match.proxy.proxyVersion`) is left out when the proxy is another one, instead
of breaking it. Names of filters such as `envoy.router`, which Envoy gave up for `envoy.filters.http.router`, match nothing.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: SIDECAR_INBOUND
      listener: { filterChain: { filter: { name: envoy.http_connection_manager } } }
    patch: { operation: INSERT_BEFORE, value: { name: lua } }",
    good: r"
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: SIDECAR_INBOUND
      proxy: { proxyVersion: '^1\.3[01].*' }
      listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager } } }
    patch: { operation: INSERT_BEFORE, value: { name: lua } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/envoy-filter/",
        "https://www.envoyproxy.io/docs/envoy/latest/version_history/v1.14/v1.14.0",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

/// Names that Envoy has given up, and what they are called now.
const OLD: [(&str, &str); 14] = [
    ("envoy.buffer", "envoy.filters.http.buffer"),
    ("envoy.cors", "envoy.filters.http.cors"),
    ("envoy.csrf", "envoy.filters.http.csrf"),
    ("envoy.ext_authz", "envoy.filters.http.ext_authz"),
    ("envoy.fault", "envoy.filters.http.fault"),
    ("envoy.grpc_web", "envoy.filters.http.grpc_web"),
    ("envoy.gzip", "envoy.filters.http.compressor"),
    ("envoy.health_check", "envoy.filters.http.health_check"),
    ("envoy.http_connection_manager", "envoy.filters.network.http_connection_manager"),
    ("envoy.ip_tagging", "envoy.filters.http.ip_tagging"),
    ("envoy.lua", "envoy.filters.http.lua"),
    ("envoy.rate_limit", "envoy.filters.http.ratelimit"),
    ("envoy.router", "envoy.filters.http.router"),
    ("envoy.tcp_proxy", "envoy.filters.network.tcp_proxy"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for object in world.of(ENVOY_FILTER) {
        let patches = object.items(&["spec", "configPatches"]);
        let is_pinned = |patch: &&Node| {
            let version = patch.at(&["match", "proxy", "proxyVersion"]).and_then(Node::as_str);
            version.is_some_and(|version| !version.is_empty())
        };
        if let Some(patch) = patches.iter().find(|patch| !is_pinned(patch)) {
            let place = patch.get("match").unwrap_or(patch);
            let message = "a patch holds for every version of the proxy";
            let help = "say for which versions it was written: match.proxy.proxyVersion";
            findings.push(rule.finding(object, place.span, message).with_help(help));
        }
        for filter in patches.iter().filter_map(|patch| patch.at(&["match", "listener", "filterChain", "filter"])) {
            for name in filter.get("name").into_iter().chain(filter.at(&["subFilter", "name"])) {
                let Some((old, new)) = OLD.iter().find(|(old, _)| name.as_str() == Some(old)) else { continue };
                let message = format!("Envoy calls no filter {old:?} any longer, so that nothing matches");
                let finding = rule.finding(object, name.span, message).as_bad_as(Severity::Warning);
                findings.push(finding.with_help(format!("write {new:?}")));
            }
        }
    }
    findings
}
