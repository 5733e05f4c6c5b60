//! What stands at the API server: the two workloads, and how they may talk.

use serde_json::{Value, json};

use super::super::address::Address;
use super::super::bootstrap;
use super::wish::Wish;
use super::{HOME, HOP, NAMESPACE, SIDES, STRANGER};

/// What the server side is called in the mesh.
pub(super) const SERVICE: &str = "server.meshery.internal";
/// What a change of configuration sets in answers.
pub(super) const CHANGE_HEADER: &str = "x-meshery-change";

const LOOPBACK: &str = "127.0.0.1";
/// Istio's groups, by what they are about.
const NETWORKING: &str = "networking.istio.io/v1";
const SECURITY: &str = "security.istio.io/v1";

/// Where the object is that says where the server side listens.
pub(super) fn workload_path() -> String {
    format!("/apis/{NETWORKING}/namespaces/{NAMESPACE}/workloadentries/server")
}

/// What is changed in it when the server side listens elsewhere.
pub(super) fn workload_ports() -> Value {
    json!({ "ports": { "http": port(HOP) } })
}

/// All objects: those of the mesh, and those of the settings, which replace what has the same name.
pub(super) fn all(wish: &Wish) -> Vec<Value> {
    let mut all = own(wish);
    for object in &wish.objects {
        let same = |other: &&mut Value| identity(other) == identity(object);
        match all.iter_mut().find(same) {
            Some(other) => other.clone_from(object),
            None => all.push(object.clone()),
        }
    }
    all
}

/// By what an object is known, in any version of its kind.
fn identity(object: &Value) -> [Option<&str>; 4] {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let group = text("/apiVersion").and_then(|version| version.split_once('/')).map(|(group, _)| group);
    [group, text("/kind"), text("/metadata/namespace"), text("/metadata/name")]
}

fn own(wish: &Wish) -> Vec<Value> {
    let mut all: Vec<Value> = [HOME, NAMESPACE].into_iter().map(namespace).collect();
    all.extend(SIDES.into_iter().chain([STRANGER]).map(account));
    all.extend([service(), workload(), client(), server(wish), peers(wish.mtls)]);
    all.extend(wish.mtls.then(admission));
    all.extend((wish.upstream.host != LOOPBACK).then(|| elsewhere(&wish.upstream)));
    all
}

fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

fn account(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name, "namespace": NAMESPACE } })
}

fn object(api_version: &str, kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": { "name": name, "namespace": NAMESPACE },
        "spec": spec,
    })
}

fn port(name: &str) -> String {
    format!("${{port:{name}}}")
}

/// Which sidecar an object is for.
fn workload_of(side: &str) -> Value {
    json!({ "labels": { "app": side } })
}

/// The service as the client side sees it: on the port that the load enters by.
fn service() -> Value {
    let spec = json!({
        "hosts": [SERVICE],
        // A client says in the `Host` of its request where it has connected to.
        "addresses": ["127.0.0.1"],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [{ "name": "http", "number": port("client.listener"), "protocol": "HTTP" }],
        "workloadSelector": workload_of("server"),
    });
    object(NETWORKING, "ServiceEntry", "server", &spec)
}

/// Where the server side listens. The label says that it speaks Istio's mutual TLS.
fn workload() -> Value {
    let mut spec = json!({
        "address": "127.0.0.1",
        "labels": { "app": "server", "security.istio.io/tlsMode": "istio" },
        "serviceAccount": "server",
    });
    spec["ports"] = workload_ports()["ports"].take();
    object(NETWORKING, "WorkloadEntry", "server", &spec)
}

fn client() -> Value {
    let egress = json!({
        "bind": "127.0.0.1",
        "captureMode": "NONE",
        "port": { "name": "http", "number": port("client.listener"), "protocol": "HTTP" },
        "hosts": [format!("./{SERVICE}")],
    });
    let spec = json!({ "workloadSelector": workload_of("client"), "egress": [egress] });
    object(NETWORKING, "Sidecar", "client", &spec)
}

/// The server side has nobody to talk to but the upstream: two sidecars that both listened for the service would share
/// the port.
fn server(wish: &Wish) -> Value {
    let ingress = json!({
        "bind": "127.0.0.1",
        "captureMode": "NONE",
        "port": { "name": "http", "number": port(HOP), "protocol": "HTTP" },
        "defaultEndpoint": format!("{LOOPBACK}:{}", wish.upstream.port),
    });
    let nobody = json!({ "hosts": ["~/*"] });
    let spec = json!({ "workloadSelector": workload_of("server"), "ingress": [ingress], "egress": [nobody] });
    object(NETWORKING, "Sidecar", "server", &spec)
}

/// A sidecar takes its application to be on loopback; one that is not gets a cluster of its own.
fn elsewhere(upstream: &Address) -> Value {
    const NAME: &str = "upstream";
    let lookup = if upstream.is_name { "STRICT_DNS" } else { "STATIC" };
    let place = bootstrap::address(&upstream.host, &upstream.port.into());
    let inbound = json!({ "context": "SIDECAR_INBOUND" });
    let spec = json!({
        "workloadSelector": workload_of("server"),
        "configPatches": [
            {
                "applyTo": "CLUSTER",
                "match": inbound,
                "patch": { "operation": "ADD", "value": bootstrap::cluster(NAME, lookup, &[place]) },
            },
            {
                "applyTo": "HTTP_ROUTE",
                "match": inbound,
                "patch": { "operation": "MERGE", "value": { "route": { "cluster": NAME } } },
            },
        ],
    });
    object("networking.istio.io/v1alpha3", "EnvoyFilter", "upstream", &spec)
}

/// How sidecars of the namespace must be talked to.
fn peers(mtls: bool) -> Value {
    let mode = if mtls { "STRICT" } else { "DISABLE" };
    object(SECURITY, "PeerAuthentication", "default", &json!({ "mtls": { "mode": mode } }))
}

/// Who may talk to the server side.
fn admission() -> Value {
    let principal = format!("cluster.local/ns/{NAMESPACE}/sa/client");
    let spec = json!({
        "selector": { "matchLabels": { "app": "server" } },
        "action": "ALLOW",
        "rules": [{ "from": [{ "source": { "principals": [principal] } }] }],
    });
    object(SECURITY, "AuthorizationPolicy", "server", &spec)
}

/// A route that does what there is without it, but for a header in answers.
pub(super) fn change() -> Value {
    let route = json!({
        "route": [{ "destination": { "host": SERVICE } }],
        "headers": { "response": { "set": { CHANGE_HEADER: "${change}" } } },
    });
    object(NETWORKING, "VirtualService", "change", &json!({ "hosts": [SERVICE], "http": [route] }))
}
