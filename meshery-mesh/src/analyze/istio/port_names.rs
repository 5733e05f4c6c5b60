//! What a Service's port says of its protocol: by `appProtocol`, or by the beginning of its name.

use meshery_core::resource::{Node, Resource, Value};

use super::gateways::whole_number;

/// What a protocol may be called, besides `grpc-web`.
const PROTOCOLS: [&str; 11] =
    ["tcp", "udp", "grpc", "http", "http_proxy", "http2", "https", "tls", "mongo", "redis", "mysql"];
/// What Kubernetes calls some of them.
const STANDARD: [&str; 3] = ["kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"];
/// The ports of protocols in which the server speaks first: their protocol is never guessed.
const SERVER_FIRST: [i64; 4] = [25, 53, 3306, 27017];
/// The controllers that make Services for Gateways of the Gateway API.
const MANAGERS: [&str; 3] = ["istio.io-gateway-controller", "istio.io-mesh-controller", "istio.io-eastwest-controller"];
/// The label by which they mark them.
const MANAGED: &str = "gateway.istio.io/managed";

/// The ports of a Service that do not say their protocol in a way that Istio understands, each with its number. Of a name
/// for something outside, also those that are called nothing but `tcp`.
pub(in crate::analyze) fn unnamed_ports(service: &Resource) -> Vec<(&Node, i64)> {
    if is_made_by_istio(service) {
        return Vec::new();
    }
    let outside = is_external_name(service);
    let mut unnamed = Vec::new();
    for port in service.items(&["spec", "ports"]) {
        let number = port.get("port").and_then(whole_number).unwrap_or_default();
        let only_tcp = outside && port.get("name").and_then(Node::as_str) == Some("tcp");
        if only_tcp || !is_said(port, number) {
            unnamed.push((port, number));
        }
    }
    unnamed
}

/// Whether a Service is a name for something outside.
pub(in crate::analyze) fn is_external_name(service: &Resource) -> bool {
    service.text(&["spec", "type"]) == Some("ExternalName")
}

/// Services of the control plane, and those that its controllers make.
fn is_made_by_istio(service: &Resource) -> bool {
    service.label("istio").is_some()
        || service.label("release") == Some("istio")
        || service.label(MANAGED).is_some_and(|manager| MANAGERS.contains(&manager))
}

fn is_said(port: &Node, number: i64) -> bool {
    let text = |key: &str| port.get(key).and_then(Node::as_str);
    if text("protocol") == Some("UDP") {
        return true;
    }
    let app = port.get("appProtocol").filter(|app| !matches!(app.value, Value::Null)).and_then(Node::as_str);
    let name = app.or(text("name")).unwrap_or_default();
    if app.is_some_and(|app| STANDARD.contains(&app)) {
        return true;
    }
    let name = name.to_ascii_lowercase();
    let first = name.split('-').next().unwrap_or_default();
    name.starts_with("grpc-web") || PROTOCOLS.contains(&first) || SERVER_FIRST.contains(&number)
}
