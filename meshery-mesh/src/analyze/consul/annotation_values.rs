//! What is wrong with the values of Consul's annotations.

use serde_json::Value;

use super::annotations::Annotation;
use crate::analyze::consul::values::go;
use crate::analyze::values::quantity;

/// Those that say yes or no.
const FLAGS: [&str; 11] = [
    "connect-inject",
    "consul-dns",
    "enable-consul-dataplane-as-sidecar",
    "enable-metrics",
    "enable-metrics-merging",
    "enable-sidecar-proxy-lifecycle",
    "enable-sidecar-proxy-lifecycle-shutdown-drain-listeners",
    "service-sync",
    "transparent-proxy",
    "transparent-proxy-overwrite-probes",
    "use-proxy-health-check",
];
/// Those that Consul takes for left out when they are empty.
const MAY_BE_EMPTY: [&str; 6] = [
    "enable-consul-dataplane-as-sidecar",
    "enable-metrics",
    "enable-metrics-merging",
    "enable-sidecar-proxy-lifecycle",
    "enable-sidecar-proxy-lifecycle-shutdown-drain-listeners",
    "use-proxy-health-check",
];
/// Those that count.
const NUMBERS: [&str; 3] = [
    "consul-envoy-proxy-concurrency",
    "sidecar-proxy-lifecycle-shutdown-grace-period-seconds",
    "sidecar-proxy-lifecycle-startup-grace-period-seconds",
];

/// What is wrong with the value of an annotation, if something is.
pub(in crate::analyze) fn annotation_problem(annotation: &Annotation<'_>) -> Option<String> {
    let value = annotation.field.value.as_str()?;
    let name = annotation.name();
    // Of all only this one is of Services.
    if (name == "service-sync") == annotation.pod.is_some() {
        return None;
    }
    let is_empty = value.is_empty();
    if FLAGS.contains(&name) {
        let is_left_out = is_empty && MAY_BE_EMPTY.contains(&name);
        return (!is_left_out && go::flag(value).is_none()).then(|| format!("{value:?} is neither true nor false"));
    }
    if NUMBERS.contains(&name) {
        let is_number = !value.starts_with('+') && value.parse::<u64>().is_ok();
        return (!is_number).then(|| format!("{value:?} is no whole number"));
    }
    match name {
        "merged-metrics-port" | "prometheus-scrape-port" | "sidecar-proxy-lifecycle-graceful-port" => {
            port(annotation, value, 1024)
        }
        "service-metrics-port" => port(annotation, value, 0),
        "sidecar-proxy-cpu-limit" | "sidecar-proxy-memory-limit" => amount(value),
        "sidecar-proxy-cpu-request" | "sidecar-proxy-memory-request" => {
            let limit = annotation.beside(&name.replace("request", "limit"));
            amount(value).or_else(|| above(value, limit?))
        }
        "consul-sidecar-user-volume" | "consul-sidecar-user-volume-mount" => {
            json(value, "a list of JSON", Value::is_array)
        }
        "proxy-config-map" => json(value, "an object of JSON", Value::is_object),
        "gateway-kind" => one_of(value, &["api-gateway", "ingress-gateway", "mesh-gateway", "terminating-gateway"]),
        "gateway-wan-address-source" => one_of(value, &["NodeIP", "NodeName", "Service", "Static"]),
        "transparent-proxy-exclude-inbound-ports" | "transparent-proxy-exclude-outbound-ports" => {
            each(value, "port", |item| item.parse::<u16>().is_ok_and(|port| port > 0))
        }
        "transparent-proxy-exclude-outbound-cidrs" => each(value, "range of addresses", is_range),
        "transparent-proxy-exclude-uids" => each(value, "ID of a user", |item| item.parse::<u32>().is_ok()),
        "connect-service-upstreams" => upstreams(annotation, value),
        _ => None,
    }
}

fn port(annotation: &Annotation<'_>, value: &str, least: i64) -> Option<String> {
    match annotation.port(value) {
        _ if value.is_empty() => None,
        Some(port) if (least..=65535).contains(&port) => None,
        Some(port) => Some(format!("{port} is not in {least} to 65535")),
        None => Some(format!("{value:?} is neither a number nor the name of a port of the pod")),
    }
}

fn amount(value: &str) -> Option<String> {
    quantity::amount(value).is_none().then(|| format!("{value:?} is no quantity"))
}

fn above(value: &str, limit: &str) -> Option<String> {
    let is_above = quantity::amount(value)? > quantity::amount(limit)?;
    is_above.then(|| format!("the request {value} is above the limit {limit}"))
}

fn json(value: &str, what: &str, is_what: impl Fn(&Value) -> bool) -> Option<String> {
    let is_right = serde_json::from_str::<Value>(value).is_ok_and(|value| is_what(&value) || value.is_null());
    (!is_right).then(|| format!("it is not {what}"))
}

fn one_of(value: &str, allowed: &[&str]) -> Option<String> {
    (!allowed.contains(&value)).then(|| format!("{value:?} is none of {}", allowed.join(", ")))
}

fn each(value: &str, what: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
    let mut items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.find(|item| !is_right(item)).map(|item| format!("{item:?} is no {what}"))
}

/// An address, or a range of them.
fn is_range(item: &str) -> bool {
    let (address, length) = item.split_once('/').map_or((item, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= most))
}

/// `SERVICE:PORT`, `SERVICE:PORT:DATACENTER`, with labels in the name perhaps, or `prepared_query:NAME:PORT`.
fn upstreams(annotation: &Annotation<'_>, value: &str) -> Option<String> {
    let mut items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.find_map(|item| {
        let parts: Vec<&str> = item.split(':').map(str::trim).collect();
        let (name, port) = match parts.as_slice() {
            ["prepared_query", name, port, ..] | [name, port, ..] => (*name, *port),
            _ => return Some(format!("{item:?} is not written as SERVICE:PORT")),
        };
        if name.is_empty() {
            return Some(format!("{item:?} names no service"));
        }
        let is_port = annotation.port(port).is_some_and(|port| (1..=65535).contains(&port));
        (!is_port).then(|| format!("{port:?} in {item:?} is no port"))
    })
}
