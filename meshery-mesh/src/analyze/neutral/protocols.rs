//! Versions and ciphers of TLS that are too old.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::World;

use super::gateway::Listeners;
use super::kinds::{CONSUL_INGRESS, CONSUL_MESH, KUMA_MESH_EXTERNAL_SERVICE, KUMA_TLS};
use super::place::items;
use super::{Mesh, Place};
use crate::analyze::istio::Gateways;

/// A setting that lets in what is too old.
pub(in crate::analyze) struct Outdated {
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) message: String,
    pub(in crate::analyze) help: &'static str,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Outdated>; 4] = [consul, gateway_api, istio, kuma];

/// All of them.
pub(in crate::analyze) fn outdated(world: &World) -> Vec<Outdated> {
    DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
}

/// Versions before 1.2, as each mesh writes them.
const OLD: [(&str, &str); 6] = [
    ("TLS10", "1.0"),
    ("TLS11", "1.1"),
    ("TLSV1_0", "1.0"),
    ("TLSV1_1", "1.1"),
    ("TLSv1_0", "1.0"),
    ("TLSv1_1", "1.1"),
];

/// What the names of broken ciphers hold.
const BROKEN: [&str; 6] = ["3DES", "DES-CBC3", "EXPORT", "MD5", "NULL", "RC4"];

/// What is said of the least version, the greatest one and the ciphers of one side.
fn check(object: &Arc<Resource>, tls: &Node, keys: [&str; 3]) -> Vec<Outdated> {
    let [least, most, ciphers] = keys;
    let version = |key: &str| {
        let node = tls.get(key)?;
        let (_, version) = OLD.iter().find(|(name, _)| node.as_str() == Some(name))?;
        Some((Place::of(object, node), *version))
    };
    let (least, most) = (version(least), version(most));
    let least = least.map(|(place, version)| (place, format!("TLS {version} is let in, which is not secure")));
    let most = most
        .map(|(place, version)| (place, format!("nothing newer than TLS {version} is spoken, which is not secure")));
    let versions = least.into_iter().chain(most).map(|(place, message)| {
        let help = "set it to TLS 1.2 or newer";
        Outdated { place, message, help }
    });
    let ciphers = items(tls, &[ciphers]).iter().filter_map(|node| {
        let name = node.as_str()?.to_ascii_uppercase();
        BROKEN.iter().any(|part| name.contains(part)).then(|| Outdated {
            place: Place::of(object, node),
            message: format!("the cipher {name} is broken"),
            help: "leave the ciphers to the mesh, or name only those of TLS 1.2 with forward secrecy",
        })
    });
    versions.chain(ciphers).collect()
}

const CONSUL: [&str; 3] = ["tlsMinVersion", "tlsMaxVersion", "cipherSuites"];

fn consul(world: &World) -> Vec<Outdated> {
    let mut found = Vec::new();
    for mesh in world.of(CONSUL_MESH) {
        for tls in ["incoming", "outgoing"].iter().filter_map(|side| mesh.root.at(&["spec", "tls", side])) {
            found.extend(check(mesh, tls, CONSUL));
        }
    }
    for gateway in world.of(CONSUL_INGRESS) {
        let listeners = gateway.items(&["spec", "listeners"]).iter().filter_map(|listener| listener.get("tls"));
        for tls in gateway.root.at(&["spec", "tls"]).into_iter().chain(listeners) {
            found.extend(check(gateway, tls, CONSUL));
        }
    }
    found
}

/// What a listener's own implementation is told beside the standard.
const GATEWAY_OPTIONS: [&str; 3] =
    ["api-gateway.consul.hashicorp.com/tls_min_version", "api-gateway.consul.hashicorp.com/tls_max_version", ""];

fn gateway_api(world: &World) -> Vec<Outdated> {
    let listeners = world.view::<Listeners>();
    let mut found = Vec::new();
    for listener in listeners.iter().filter(|it| it.mesh == Mesh::GatewayApi) {
        let Some(options) = listener.node.at(&["tls", "options"]) else { continue };
        found.extend(check(&listener.object, options, GATEWAY_OPTIONS));
    }
    found
}

const ISTIO: [&str; 3] = ["minProtocolVersion", "maxProtocolVersion", "cipherSuites"];

fn istio(world: &World) -> Vec<Outdated> {
    let gateways = world.view::<Gateways>();
    let servers = gateways.all().iter().flat_map(|it| it.servers.iter().map(move |server| (&it.object, server)));
    let said = servers.filter_map(|(object, server)| Some(check(object, server.tls.as_ref()?, ISTIO)));
    said.flatten().collect()
}

fn kuma(world: &World) -> Vec<Outdated> {
    let mut found = Vec::new();
    for policy in world.of(KUMA_TLS) {
        let lists = ["rules", "from"].iter().flat_map(|key| policy.items(&["spec", key]));
        for part in lists.filter_map(|rule| rule.get("default")) {
            let version = part.get("tlsVersion").into_iter();
            found.extend(version.flat_map(|it| check(policy, it, ["min", "max", ""])));
        }
    }
    for service in world.of(KUMA_MESH_EXTERNAL_SERVICE) {
        let version = service.root.at(&["spec", "tls", "version"]).into_iter();
        found.extend(version.flat_map(|it| check(service, it, ["min", "max", ""])));
    }
    found
}
