//! EnvoyFilters.

use meshery_core::resource::{Node, Value};

use super::read::{choice, given, is_null, list, part, text};
use super::regex;
use super::report::{Idea, Report};

/// What the filter is called whose filters are for HTTP.
const MANAGERS: [&str; 2] = ["envoy.filters.network.http_connection_manager", "envoy.http_connection_manager"];
/// Names of filters that others have taken the place of.
const OLD_NAMES: [(&str, &str); 27] = [
    ("envoy.buffer", "envoy.filters.http.buffer"),
    ("envoy.cors", "envoy.filters.http.cors"),
    ("envoy.csrf", "envoy.filters.http.csrf"),
    ("envoy.http_dynamo_filter", "envoy.filters.http.dynamo"),
    ("envoy.ext_authz", "envoy.filters.http.ext_authz"),
    ("envoy.fault", "envoy.filters.http.fault"),
    ("envoy.grpc_http1_bridge", "envoy.filters.http.grpc_http1_bridge"),
    ("envoy.grpc_json_transcoder", "envoy.filters.http.grpc_json_transcoder"),
    ("envoy.grpc_web", "envoy.filters.http.grpc_web"),
    ("envoy.gzip", "envoy.filters.http.gzip"),
    ("envoy.health_check", "envoy.filters.http.health_check"),
    ("envoy.ip_tagging", "envoy.filters.http.ip_tagging"),
    ("envoy.lua", "envoy.filters.http.lua"),
    ("envoy.rate_limit", "envoy.filters.http.ratelimit"),
    ("envoy.router", "envoy.filters.http.router"),
    ("envoy.squash", "envoy.filters.http.squash"),
    ("envoy.listener.http_inspector", "envoy.filters.listener.http_inspector"),
    ("envoy.listener.original_dst", "envoy.filters.listener.original_dst"),
    ("envoy.listener.original_src", "envoy.filters.listener.original_src"),
    ("envoy.listener.proxy_protocol", "envoy.filters.listener.proxy_protocol"),
    ("envoy.listener.tls_inspector", "envoy.filters.listener.tls_inspector"),
    ("envoy.client_ssl_auth", "envoy.filters.network.client_ssl_auth"),
    ("envoy.http_connection_manager", "envoy.filters.network.http_connection_manager"),
    ("envoy.mongo_proxy", "envoy.filters.network.mongo_proxy"),
    ("envoy.ratelimit", "envoy.filters.network.ratelimit"),
    ("envoy.redis_proxy", "envoy.filters.network.redis_proxy"),
    ("envoy.tcp_proxy", "envoy.filters.network.tcp_proxy"),
];
/// How many levels of a patch are looked at.
const DEEPEST: usize = 64;

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    let message = "the EnvoyFilter changes what Istio makes for Envoy, which any release may make otherwise";
    let help = "use another API where there is one, and look at it before each upgrade";
    report.say(Idea::Internals, spec, message, help);
    if report.ends_at_selector(spec) {
        return;
    }
    for patch in list(spec, "configPatches") {
        if is_null(patch) {
            report.say(Idea::Patch, spec, "a patch is empty", "leave it out");
        } else if part(patch, "match").is_none_or(|found| choice(found, "context", "ANY") != "WAYPOINT") {
            check_patch(report, patch);
        }
    }
}

fn check_patch(report: &mut Report<'_>, config: &Node) {
    let target = choice(config, "applyTo", "INVALID");
    if target == "INVALID" {
        let place = given(config, "applyTo").unwrap_or(config);
        report.say(Idea::Patch, place, "nothing says what is changed", "write applyTo");
        return;
    }
    let Some(patch) = part(config, "patch") else {
        report.say(Idea::Patch, config, "nothing says how it is changed", "write patch");
        return;
    };
    let operation = choice(patch, "operation", "INVALID");
    if operation == "INVALID" {
        let place = given(patch, "operation").unwrap_or(patch);
        report.say(Idea::Patch, place, "nothing says how it is changed", "write operation");
        return;
    }
    if operation != "REMOVE" && given(patch, "value").is_none() {
        report.say(Idea::Patch, patch, format!("there is nothing to {operation}"), "write value");
        return;
    }
    if let Some(found) = part(config, "match") {
        if !check_version(report, found) {
            return;
        }
        check_match(report, target, found);
    }
    if let Some(value) = given(patch, "value") {
        old_types(report, value, 0);
    }
}

fn check_version(report: &mut Report<'_>, found: &Node) -> bool {
    let Some((version, place)) = part(found, "proxy").and_then(|proxy| text(proxy, "proxyVersion")) else {
        return true;
    };
    if version.len() > 1024 {
        let message = "the expression for versions of proxies is too long, and ignored";
        report.say(Idea::NoEffect, place, message, "write it in at most 1024 characters");
        return true;
    }
    let problem = regex::problem(version);
    if let Some(problem) = &problem {
        report.say(
            Idea::Patch,
            place,
            problem.as_str(),
            "Istio takes the syntax of RE2: https://github.com/google/re2/wiki/Syntax",
        );
    }
    problem.is_none()
}

/// What is changed is found by what is of its class.
fn check_match(report: &mut Report<'_>, target: &str, found: &Node) {
    let wanted = match target {
        "LISTENER" | "FILTER_CHAIN" | "NETWORK_FILTER" | "HTTP_FILTER" => "listener",
        "ROUTE_CONFIGURATION" | "VIRTUAL_HOST" | "HTTP_ROUTE" => "routeConfiguration",
        "CLUSTER" => "cluster",
        _ => return,
    };
    let other = ["listener", "routeConfiguration", "cluster", "waypoint"]
        .into_iter()
        .find_map(|key| Some((key, part(found, key)?)));
    match other {
        Some((key, place)) if key != wanted && part(found, wanted).is_none() => {
            let message = format!("{target} is changed, and looked for by {key}");
            report.say(Idea::Patch, place, message, format!("write {wanted}"));
        }
        Some(("listener", listener)) if wanted == "listener" => check_filter(report, target, listener),
        _ => {}
    }
}

fn check_filter(report: &mut Report<'_>, target: &str, listener: &Node) {
    let Some(filter) = part(listener, "filterChain").and_then(|chain| part(chain, "filter")) else { return };
    if ["LISTENER", "FILTER_CHAIN"].contains(&target) {
        let message = format!("{target} is changed, and a filter in it is looked for, which has no effect");
        report.say(Idea::NoEffect, filter, message, "leave filter out, or write applyTo: NETWORK_FILTER");
    }
    let Some((name, place)) = text(filter, "name") else {
        report.say(Idea::Patch, filter, "a filter is looked for that has no name", "name the filter");
        return;
    };
    let inner = part(filter, "subFilter");
    if let Some(inner) = inner {
        let problem = if target != "HTTP_FILTER" {
            "a filter for HTTP is looked for, and something else is changed"
        } else if !MANAGERS.contains(&name) {
            "a filter for HTTP is looked for in one that has none"
        } else if text(inner, "name").is_none() {
            "a filter is looked for that has no name"
        } else {
            ""
        };
        if !problem.is_empty() {
            let help = "write applyTo: HTTP_FILTER, the filter envoy.filters.network.http_connection_manager, and the name of its filter";
            report.say(Idea::Patch, inner, problem, help);
            return;
        }
    }
    for (name, place) in [Some((name, place)), inner.and_then(|inner| text(inner, "name"))].into_iter().flatten() {
        if let Some((_, new)) = OLD_NAMES.iter().find(|(old, _)| *old == name) {
            report.say(Idea::Deprecated, place, format!("{name} is an old name of a filter"), format!("write {new}"));
        }
    }
}

/// Types of the second version of Envoy's API, which no proxy knows any more.
fn old_types(report: &mut Report<'_>, value: &Node, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match &value.value {
        Value::Map(fields) => {
            for field in fields.iter() {
                let is_type = ["@type", "type_url", "typeUrl"].contains(&&*field.key);
                let name = field.value.as_str().filter(|_| is_type).unwrap_or_default();
                if name.contains("envoy.") && name.contains(".v2.") {
                    let message = format!("{name} is of a version of Envoy's API that no proxy knows");
                    // Within a TypedStruct istiod takes the name for any other text.
                    let idea = if &*field.key == "@type" { Idea::Patch } else { Idea::Deprecated };
                    report.say(idea, &field.value, message, "name the type of version 3");
                }
                old_types(report, &field.value, depth + 1);
            }
        }
        Value::List(items) => items.iter().for_each(|item| old_types(report, item, depth + 1)),
        _ => {}
    }
}
