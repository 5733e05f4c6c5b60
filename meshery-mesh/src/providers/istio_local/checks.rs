//! What is proven of the mesh.

use meshery_core::plan::{Caller, Detour};
use meshery_core::{Check, Probe};
use serde_json::json;

use super::wish::Wish;
use super::{CLUSTER, HOP, NAMESPACE, STRANGER, objects};

/// By which a sidecar that takes plain text as well tells mutual TLS of its own mesh from an application's.
const ALPN: &str = "istio";

pub(super) fn of(wish: &Wish) -> Vec<Check> {
    let mut checks =
        vec![Check::new("request_passes", "A request passes both sidecars and is answered", Probe::Answers)];
    if wish.mtls {
        checks.extend(mtls());
    } else {
        checks.push(Check::new("wire_plaintext", "The bytes between the sidecars are plain text", wire(false)));
    }
    checks
}

/// The server side is said to have moved.
fn detour() -> Detour {
    let patch = json!({ "spec": objects::workload_ports() });
    Detour::Object { cluster: CLUSTER.into(), path: objects::workload_path(), patch }
}

fn wire(encrypted: bool) -> Probe {
    Probe::Wire { process: "client".into(), port: HOP.into(), detour: detour(), encrypted }
}

fn mtls() -> Vec<Check> {
    let knock = |client, admitted| Probe::Identity { port: HOP.into(), alpn: vec![ALPN.into()], client, admitted };
    let known = |identity: &str| Caller::Known { identity: identity.into() };
    let forged =
        |account: &str| Caller::Forged { spiffe_id: format!("spiffe://cluster.local/ns/{NAMESPACE}/sa/{account}") };
    let pose = |server| {
        let (process, port) = ("client".into(), HOP.into());
        Probe::Impostor { process, port, detour: detour(), server, trusted: false }
    };
    vec![
        Check::new("wire_encrypted", "The bytes between the sidecars are TLS", wire(true)),
        Check::new(
            "known_identity_admitted",
            "The server side admits the client side's identity, given by istiod",
            knock(known("client"), true),
        ),
        Check::new("plaintext_refused", "The server side refuses plain text", knock(Caller::Plaintext, false)),
        Check::new(
            "anonymous_refused",
            "The server side refuses a client without a certificate",
            knock(Caller::Anonymous, false),
        ),
        Check::new(
            "wrong_identity_refused",
            "The AuthorizationPolicy refuses another identity, given by istiod as well",
            knock(known(STRANGER), false),
        ),
        Check::new(
            "foreign_authority_refused",
            "The server side refuses the right identity from a foreign authority",
            knock(forged("client"), false),
        ),
        Check::new(
            "wrong_server_refused",
            "The client side refuses a server with another identity, given by istiod as well",
            pose(known(STRANGER)),
        ),
        Check::new(
            "foreign_server_refused",
            "The client side refuses a server with the right identity from a foreign authority",
            pose(forged("server")),
        ),
    ]
}
