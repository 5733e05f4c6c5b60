//! Who signs the identities of a mesh, and for how long. Keys are never read.

use std::sync::Arc;
use std::time::Duration;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::certificates::Leaf;
use super::kinds::{KUMA_IDENTITY, KUMA_MESH, KUMA_TRUST, LINKERD_LINK};
use super::place::{embedded, items, text};
use super::{Mesh, Place};
use crate::analyze::istio::{MeshConfig, ROOT_NAMESPACE};
use crate::analyze::kinds::{CONFIG_MAP, DEPLOYMENT, SECRET};
use crate::analyze::kubernetes::Content;
use crate::analyze::values::go_duration;

/// Certificates that sign identities, or that those are traced back to.
pub(in crate::analyze) struct Authority {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) role: Role,
    pub(in crate::analyze) certificates: Vec<Leaf>,
}

/// What certificates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Role {
    /// They sign identities.
    Issuer,
    /// Identities are traced back to them.
    Root,
}

impl Role {
    /// In words.
    pub(in crate::analyze) fn words(self) -> &'static str {
        match self {
            Self::Issuer => "the issuer's certificate",
            Self::Root => "the trust anchor",
        }
    }
}

/// How long the identity of a workload is valid.
pub(in crate::analyze) struct Lifetime {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) time: Duration,
}

/// All that is known of who signs.
pub(in crate::analyze) struct Authorities {
    pub(in crate::analyze) all: Vec<Authority>,
    pub(in crate::analyze) lifetimes: Vec<Lifetime>,
    /// Objects by which clusters are joined to one mesh.
    pub(in crate::analyze) joined: Vec<(Mesh, Place)>,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World, &mut Authorities); 4] = [consul, istio, kuma, linkerd];

impl View for Authorities {
    fn of(world: &World) -> Self {
        let mut found = Self { all: Vec::new(), lifetimes: Vec::new(), joined: Vec::new() };
        for dialect in DIALECTS {
            dialect(world, &mut found);
        }
        found
    }
}

impl Authorities {
    fn add(&mut self, mesh: Mesh, role: Role, place: Place, pem: &[u8]) {
        let certificates = Leaf::read(pem);
        if !certificates.is_empty() {
            self.all.push(Authority { mesh, place, role, certificates });
        }
    }

    fn add_lifetime(&mut self, mesh: Mesh, place: Place, text: Option<&str>) {
        if let Some(time) = text.and_then(go_duration) {
            self.lifetimes.push(Lifetime { mesh, place, time });
        }
    }
}

fn consul(world: &World, found: &mut Authorities) {
    let configs = world.of(CONFIG_MAP).iter().filter(|it| it.name.ends_with("-server-config"));
    for config in configs.filter(|it| it.label("app") == Some("consul")) {
        for field in config.root.get("data").map(Node::fields).unwrap_or_default() {
            let Some(part) = embedded(config, &["data", &field.key]) else { continue };
            let time = text(&part, &["connect", "ca_config", "leaf_cert_ttl"]);
            found.add_lifetime(Mesh::Consul, Place::of(config, &field.value).first_line(), time);
        }
    }
}

fn istio(world: &World, found: &mut Authorities) {
    for secret in world.of(SECRET).iter().filter(|it| it.namespace.as_deref() == Some(ROOT_NAMESPACE)) {
        let content = Content::of(secret);
        let mut add = |role, key: &str| {
            if let Some(pem) = content.get(key) {
                found.add(Mesh::Istio, role, Place::head(secret), &pem);
            }
        };
        match &*secret.name {
            "cacerts" => {
                add(Role::Issuer, "ca-cert.pem");
                add(Role::Issuer, "tls.crt");
                add(Role::Root, "root-cert.pem");
                add(Role::Root, "ca.crt");
            }
            // What istiod makes for itself; with the other one it is there no more.
            "istio-ca-secret" => add(Role::Root, "ca-cert.pem"),
            _ => {}
        }
        if secret.label("istio/multiCluster") == Some("true") {
            found.joined.push((Mesh::Istio, Place::head(secret)));
        }
    }
    for config in world.of(CONFIG_MAP).iter().filter(|it| &*it.name == "istio-ca-root-cert") {
        let pem =
            config.text(&["data", "root-cert.pem"]).filter(|_| config.namespace.as_deref() == Some(ROOT_NAMESPACE));
        if let Some(pem) = pem {
            found.add(Mesh::Istio, Role::Root, Place::head(config), pem.as_bytes());
        }
    }
    for deployment in world.of(DEPLOYMENT).iter().filter(|it| it.label("app") == Some("istiod")) {
        let containers = deployment.items(&["spec", "template", "spec", "containers"]).iter();
        for variable in containers.flat_map(|container| items(container, &["env"])) {
            if text(variable, &["name"]) == Some("DEFAULT_WORKLOAD_CERT_TTL") {
                let value = variable.get("value").unwrap_or(variable);
                found.add_lifetime(Mesh::Istio, Place::of(deployment, value), value.as_str());
            }
        }
    }
    let config = world.view::<MeshConfig>();
    let time = config.get(&["defaultConfig", "proxyMetadata", "SECRET_TTL"]).and_then(Node::as_str);
    if let Some(object) = &config.object {
        found.add_lifetime(Mesh::Istio, Place::at(object, &["data", "mesh"]).first_line(), time);
    }
}

fn kuma(world: &World, found: &mut Authorities) {
    for mesh in world.of(KUMA_MESH) {
        let enabled = mesh.text(&["spec", "mtls", "enabledBackend"]);
        let backends = mesh.items(&["spec", "mtls", "backends"]).iter();
        for backend in backends.filter(|it| text(it, &["name"]).is_some_and(|name| Some(name) == enabled)) {
            if let Some(node) = backend.at(&["dpCert", "rotation", "expiration"]) {
                found.add_lifetime(Mesh::Kuma, Place::of(mesh, node), node.as_str());
            }
        }
    }
    for identity in world.of(KUMA_IDENTITY) {
        if let Some(node) = identity.root.at(&["spec", "provider", "bundled", "certificateParameters", "expiry"]) {
            found.add_lifetime(Mesh::Kuma, Place::of(identity, node), node.as_str());
        }
    }
    for trust in world.of(KUMA_TRUST) {
        for node in trust.items(&["spec", "caBundles"]).iter().filter_map(|bundle| bundle.at(&["pem", "value"])) {
            let pem = node.as_str().unwrap_or_default();
            found.add(Mesh::Kuma, Role::Root, Place::of(trust, node).first_line(), pem.as_bytes());
        }
    }
}

fn linkerd(world: &World, found: &mut Authorities) {
    for secret in world.of(SECRET).iter().filter(|it| &*it.name == "linkerd-identity-issuer") {
        let content = Content::of(secret);
        if let Some(pem) = ["tls.crt", "crt.pem"].iter().find_map(|key| content.get(key)) {
            found.add(Mesh::Linkerd, Role::Issuer, Place::head(secret), &pem);
        }
    }
    for config in world.of(CONFIG_MAP) {
        match &*config.name {
            "linkerd-identity-trust-roots" => add_roots(config, found),
            "linkerd-config" => {
                let values = embedded(config, &["data", "values"]);
                let time = values.as_ref().and_then(|it| text(it, &["identity", "issuer", "issuanceLifetime"]));
                found.add_lifetime(Mesh::Linkerd, Place::at(config, &["data", "values"]).first_line(), time);
            }
            _ => {}
        }
    }
    found.joined.extend(world.of(LINKERD_LINK).iter().map(|link| (Mesh::Linkerd, Place::head(link))));
}

fn add_roots(config: &Arc<Resource>, found: &mut Authorities) {
    let pem = config.text(&["data", "ca-bundle.crt"]).unwrap_or_default();
    found.add(Mesh::Linkerd, Role::Root, Place::head(config), pem.as_bytes());
}
