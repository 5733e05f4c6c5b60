//! Envoy as client-side and server-side sidecar: load → `client` → (plain or mutual TLS) → `server` → upstream.

use meshery_core::plan::{Action, Caller, Detour, Role};
use meshery_core::{Check, LocalMesh, MeshInfo, MeshProvider, MeshSpec, Observed, Plan, Probe, Result};
use serde_json::{Value, json};

use super::address::Address;
use super::bootstrap::{self, type_url};
use super::settings::Settings;

/// Where the client side connects to on the server side.
const HOP: &str = "server.listener";

pub(super) struct Envoy;

impl MeshProvider for Envoy {
    fn info(&self) -> MeshInfo {
        MeshInfo {
            programs: vec![bootstrap::program()],
            ..MeshInfo::new(
                "envoy",
                "Envoy sidecars",
                "A client-side and a server-side Envoy, plain text or mutual TLS between them",
            )
        }
    }

    fn local(&self) -> Option<&dyn LocalMesh> {
        Some(self)
    }
}

impl LocalMesh for Envoy {
    fn plan(&self, wanted: &MeshSpec, _seen: &Observed) -> Result<Plan> {
        let wish = Wish::read(wanted)?;
        let mut plan = Plan::new(wanted.mesh.clone(), "127.0.0.1:${port:client.listener}");
        for name in [HOP, "server.admin", "client.listener", "client.admin"] {
            plan.push(format!("Reserve the port {name}"), Action::ReservePort { name: name.into() });
        }
        if wish.mtls {
            for name in ["server", "client"] {
                let action = Action::IssueIdentity { name: name.into(), spiffe_id: spiffe_id(name) };
                plan.push(format!("Issue the identity {}", spiffe_id(name)), action);
            }
        }
        for (name, resources) in [("server", wish.server()), ("client", wish.client())] {
            let mut process = bootstrap::process(name, Role::Proxy, wish.concurrency, &resources);
            if wish.mtls {
                let documents = [format!("{name}.crt"), format!("{name}.key"), "ca.crt".into()];
                process
                    .env
                    .extend(documents.map(|document| (variable(&document), format!("${{document:{document}}}"))));
            }
            plan.push(format!("Start the {name}-side Envoy"), Action::StartProcess(Box::new(process)));
        }
        Ok(plan)
    }

    fn checks(&self, wanted: &MeshSpec) -> Result<Vec<Check>> {
        let wish = Wish::read(wanted)?;
        let mut checks =
            vec![Check::new("request_passes", "A request passes both proxies and is answered", Probe::Answers)];
        if wish.mtls {
            checks.extend(mtls_checks());
        } else {
            checks.push(Check::new("wire_plaintext", "The bytes between the proxies are plain text", wire(false)));
        }
        Ok(checks)
    }
}

/// The SPIFFE ID of a side, as Istio would write it.
fn spiffe_id(side: &str) -> String {
    format!("spiffe://mesh.local/ns/default/sa/{side}")
}

fn wire(encrypted: bool) -> Probe {
    Probe::Wire { process: "client".into(), port: HOP.into(), detour: Detour::Twin, encrypted }
}

fn mtls_checks() -> Vec<Check> {
    let knock = |client, admitted| Probe::Identity { port: HOP.into(), alpn: Vec::new(), client, admitted };
    let client = || spiffe_id("client");
    let pose = |server| {
        let (process, port) = ("client".into(), HOP.into());
        Probe::Impostor { process, port, detour: Detour::Twin, server, trusted: false }
    };
    vec![
        Check::new("wire_encrypted", "The bytes between the proxies are TLS", wire(true)),
        Check::new(
            "known_identity_admitted",
            "The server side admits the client side's identity",
            knock(Caller::Known { identity: "client".into() }, true),
        ),
        Check::new("plaintext_refused", "The server side refuses plain text", knock(Caller::Plaintext, false)),
        Check::new(
            "anonymous_refused",
            "The server side refuses a client without a certificate",
            knock(Caller::Anonymous, false),
        ),
        Check::new(
            "wrong_identity_refused",
            "The server side refuses another identity of the same authority",
            knock(Caller::Named { spiffe_id: spiffe_id("stranger") }, false),
        ),
        Check::new(
            "foreign_authority_refused",
            "The server side refuses the right identity from a foreign authority",
            knock(Caller::Forged { spiffe_id: client() }, false),
        ),
        Check::new(
            "wrong_server_refused",
            "The client side refuses a server with another identity of the same authority",
            pose(Caller::Named { spiffe_id: spiffe_id("stranger") }),
        ),
        Check::new(
            "foreign_server_refused",
            "The client side refuses a server with the right identity from a foreign authority",
            pose(Caller::Forged { spiffe_id: spiffe_id("server") }),
        ),
    ]
}

/// What is wanted, read and checked.
struct Wish {
    upstream: Address,
    mtls: bool,
    concurrency: u64,
}

impl Wish {
    fn read(wanted: &MeshSpec) -> Result<Self> {
        let settings = Settings::new(&wanted.settings, &["concurrency"])?;
        Ok(Self {
            upstream: Address::parse(&wanted.upstream)?,
            mtls: wanted.mtls,
            concurrency: settings.whole_number("concurrency", 1..=256, 1)?,
        })
    }

    fn client(&self) -> Value {
        let hop = bootstrap::cluster("server", "STATIC", &[bootstrap::address("127.0.0.1", &bootstrap::port(HOP))]);
        let secure = self.mtls.then(|| tls("Upstream", "client", "server"));
        self.side("client", None, &with_transport(hop, secure))
    }

    fn server(&self) -> Value {
        let lookup = if self.upstream.is_name { "STRICT_DNS" } else { "STATIC" };
        let address = bootstrap::address(&self.upstream.host, &self.upstream.port.into());
        let upstream = bootstrap::cluster("upstream", lookup, &[address]);
        let secure = self.mtls.then(|| tls("Downstream", "server", "client"));
        self.side("server", secure, &upstream)
    }

    /// A listener that sends everything to one cluster.
    fn side(&self, name: &str, secure: Option<Value>, cluster: &Value) -> Value {
        let route = json!({ "match": { "prefix": "/" }, "route": { "cluster": cluster["name"], "timeout": "0s" } });
        let chain = with_transport(json!({ "filters": [bootstrap::http(name, &route)] }), secure);
        json!({ "listeners": [bootstrap::listener(name, self.concurrency, &chain)], "clusters": [cluster] })
    }
}

/// The environment variable in which a process finds a document: not as a file, so that nothing is left on disk.
fn variable(document: &str) -> String {
    format!("MESHERY_{}", document.replace('.', "_").to_uppercase())
}

fn with_transport(mut holder: Value, secure: Option<Value>) -> Value {
    if let Some(socket) = secure {
        holder["transport_socket"] = socket;
    }
    holder
}

/// The TLS side of `own` towards `peer`: shows its own certificate and takes no other SPIFFE ID than the peer's.
fn tls(direction: &str, own: &str, peer: &str) -> Value {
    let document = |name: &str| json!({ "environment_variable": variable(name) });
    let mut context = json!({
        "@type": type_url(&format!("envoy.extensions.transport_sockets.tls.v3.{direction}TlsContext")),
        "common_tls_context": {
            // Said outright because Envoy's own defaults differ by direction and version.
            "tls_params": { "tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3" },
            "tls_certificates": [{
                "certificate_chain": document(&format!("{own}.crt")),
                "private_key": document(&format!("{own}.key")),
            }],
            "validation_context": {
                "trusted_ca": document("ca.crt"),
                "match_typed_subject_alt_names": [{ "san_type": "URI", "matcher": { "exact": spiffe_id(peer) } }],
            },
        },
    });
    if direction == "Downstream" {
        context["require_client_certificate"] = true.into();
    }
    json!({ "name": "envoy.transport_sockets.tls", "typed_config": context })
}
