//! What of a configuration only a proxy that understands HTTP can do: in ambient mode a waypoint, not the node's proxy.

use meshery_core::resource::{Node, Resource};

use super::virtual_service::MESH;

/// What of an operation is about HTTP.
const OPERATIONS: [&str; 6] = ["hosts", "methods", "notHosts", "notMethods", "notPaths", "paths"];
/// What of a source is in a token.
const SOURCES: [&str; 2] = ["notRequestPrincipals", "requestPrincipals"];

fn all<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
    node.get(key).map(Node::items).unwrap_or_default().iter()
}

fn filled<'a>(node: &'a Node, keys: &[&str]) -> Option<&'a Node> {
    keys.iter().filter_map(|key| node.get(key)).find(|value| !value.is_empty())
}

/// The first thing in an AuthorizationPolicy that is about HTTP.
pub(in crate::analyze) fn of_policy(policy: &Resource) -> Option<&Node> {
    policy.items(&["spec", "rules"]).iter().find_map(|rule| {
        let is_request = |key: &&Node| key.as_str().is_some_and(|key| key.starts_with("request."));
        let condition = all(rule, "when").filter_map(|when| when.get("key")).find(is_request);
        let operation = || all(rule, "to").find_map(|to| filled(to.get("operation")?, &OPERATIONS));
        let source = || all(rule, "from").find_map(|from| filled(from.get("source")?, &SOURCES));
        condition.or_else(operation).or_else(source)
    })
}

/// The first thing in a DestinationRule that is about HTTP.
pub(in crate::analyze) fn of_destination_rule(rule: &Resource) -> Option<&Node> {
    let subsets = rule.items(&["spec", "subsets"]).iter().filter_map(|subset| subset.get("trafficPolicy"));
    rule.root.at(&["spec", "trafficPolicy"]).into_iter().chain(subsets).find_map(|policy| {
        let hash = policy.at(&["loadBalancer", "consistentHash"]);
        let hash = hash.and_then(|hash| filled(hash, &["httpCookie", "httpHeaderName"]));
        hash.or_else(|| policy.at(&["connectionPool", "http"])).or_else(|| policy.get("outlierDetection"))
    })
}

/// The first thing in a VirtualService that is about HTTP or TLS, if it is for traffic within the mesh.
pub(in crate::analyze) fn of_virtual_service(service: &Resource) -> Option<&Node> {
    let gateways = service.items(&["spec", "gateways"]);
    if !gateways.is_empty() && !gateways.iter().any(|gateway| gateway.as_str() == Some(MESH)) {
        return None;
    }
    filled(service.root.at(&["spec"])?, &["http", "tls"])
}

/// The first thing in a Telemetry that is about HTTP.
pub(in crate::analyze) fn of_telemetry(telemetry: &Resource) -> Option<&Node> {
    let spec = telemetry.root.at(&["spec"])?;
    let overrides = || all(spec, "metrics").find_map(|metric| filled(metric, &["overrides"]));
    filled(spec, &["tracing", "accessLogging"]).or_else(overrides)
}
