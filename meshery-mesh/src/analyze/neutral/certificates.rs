//! The certificates that gateways present. Their content is read and never said.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::world::{View, World};
use sha2::{Digest, Sha256};
use x509_parser::parse_x509_certificate;
use x509_parser::pem::Pem;
use x509_parser::prelude::GeneralName;

use super::gateway::{Listener, Listeners, Speaks};
use super::place::{items, kuma_mesh, text};
use super::{Mesh, Place};
use crate::analyze::istio::{Configured, Credential, Gateway, Gateways};
use crate::analyze::kinds::SECRET;
use crate::analyze::kubernetes::Content;

/// How many seconds a day has.
const DAY: i64 = 86_400;

/// A certificate.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Leaf {
    /// From when it is valid, in seconds since 1970.
    not_before: i64,
    /// Until when, in seconds since 1970.
    not_after: i64,
    /// The hosts that it names; clients no longer look at the common name.
    pub(in crate::analyze) hosts: Vec<String>,
    /// By which two are found to be one.
    pub(in crate::analyze) print: [u8; 32],
}

impl Leaf {
    /// All certificates of a text, in order; blocks of it that are none are left out.
    pub(in crate::analyze) fn read(pem: &[u8]) -> Vec<Self> {
        let blocks = Pem::iter_from_buffer(pem).filter_map(Result::ok).filter(|block| block.label == "CERTIFICATE");
        blocks.filter_map(|block| Self::of(&block.contents)).collect()
    }

    fn of(der: &[u8]) -> Option<Self> {
        let (_, parsed) = parse_x509_certificate(der).ok()?;
        let names = parsed.subject_alternative_name().ok().flatten().map(|names| &*names.value.general_names);
        let hosts = names.unwrap_or_default().iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        Some(Self {
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            hosts: hosts.collect(),
            print: Sha256::digest(der).into(),
        })
    }

    /// How many whole days it is still valid, if that is fewer than these and less than a third of its time: who renews
    /// certificates by itself does so before. Negative when it is over.
    pub(in crate::analyze) fn ends_within(&self, days: i64, now: i64) -> Option<i64> {
        let left = self.not_after.saturating_sub(now);
        let third = self.not_after.saturating_sub(self.not_before) / 3;
        (left < days * DAY && left < third).then_some(left.div_euclid(DAY))
    }

    /// Whether it is for a host. A wildcard of it stands for one label.
    pub(in crate::analyze) fn is_for(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let wide = host.split_once('.').map(|(_, domain)| format!("*.{domain}"));
        self.hosts.iter().any(|name| *name == host || Some(name) == wide.as_ref())
    }
}

/// What a listener presents.
pub(in crate::analyze) struct Presented {
    pub(in crate::analyze) mesh: Mesh,
    /// Where the Secret is named.
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) secret: Arc<Resource>,
    pub(in crate::analyze) leaf: Leaf,
    /// The hosts of the listener.
    pub(in crate::analyze) hosts: Vec<Arc<str>>,
    /// Which listener it is, of all.
    pub(in crate::analyze) listener: usize,
}

/// All that is presented.
pub(in crate::analyze) struct Certificates(Vec<Presented>);

impl View for Certificates {
    fn of(world: &World) -> Self {
        let listeners = world.view::<Listeners>();
        let (gateways, configured) = (world.view::<Gateways>(), world.view::<Configured>());
        let places = gateways.all().iter().enumerate().map(|(at, gateway)| (Arc::as_ptr(&gateway.object), at));
        let places: HashMap<*const Resource, usize> = places.collect();
        let terminating = listeners.iter().enumerate().filter(|(_, it)| it.speaks == Speaks::Tls);
        let presented = terminating.flat_map(|(at, listener)| {
            let gateway = places.get(&Arc::as_ptr(&listener.object)).and_then(|at| gateways.get(*at));
            let named = match (listener.mesh, gateway) {
                (Mesh::GatewayApi, _) => gateway_api(world, listener),
                (Mesh::Istio, Some(gateway)) => istio(world, listener, &configured, gateway),
                (Mesh::Kuma, _) => kuma(world, listener),
                // Certificates of Consul's own gateways come from its servers or from a service for them.
                _ => Vec::new(),
            };
            read(named, listener, at)
        });
        Self(presented.collect())
    }
}

impl Certificates {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Presented> {
        self.0.iter()
    }

    /// Those of each listener that has some.
    pub(in crate::analyze) fn by_listener(&self) -> impl Iterator<Item = &[Presented]> {
        self.0.chunk_by(|a, b| a.listener == b.listener)
    }
}

/// A Secret, and the place that names it.
type Named = (Place, Arc<Resource>);

/// What stands in these Secrets.
fn read(named: Vec<Named>, listener: &Listener, at: usize) -> Vec<Presented> {
    let hosts: Vec<Arc<str>> = listener.hosts.iter().map(|(host, _)| Arc::clone(host)).collect();
    let mut found = Vec::new();
    for (place, secret) in named {
        let content = Content::of(&secret);
        let Some(pem) = ["cert", "tls.crt", "value"].iter().find_map(|key| content.get(key)) else { continue };
        let Some(leaf) = Leaf::read(&pem).into_iter().next() else { continue };
        found.push(Presented { mesh: listener.mesh, place, secret, leaf, hosts: hosts.clone(), listener: at });
    }
    found
}

fn gateway_api(world: &World, listener: &Listener) -> Vec<Named> {
    let refs = items(&listener.node, &["tls", "certificateRefs"]).iter();
    let refs = refs.filter(|it| matches!(text(it, &["kind"]), None | Some("Secret")) && text(it, &["group"]).is_none());
    let named = refs.filter_map(|node| {
        let namespace = text(node, &["namespace"]).unwrap_or(listener.object.namespace_or_default());
        let secret = world.get(SECRET, namespace, text(node, &["name"])?)?;
        Some((Place::of(&listener.object, node), Arc::clone(secret)))
    });
    named.collect()
}

fn istio(world: &World, listener: &Listener, configured: &Configured, gateway: &Gateway) -> Vec<Named> {
    let Some(server) = gateway.servers.iter().find(|it| it.node.span == listener.node.span) else { return Vec::new() };
    let namespaces = configured.namespaces(gateway);
    let mut found: BTreeMap<(u32, Arc<str>), Named> = BTreeMap::new();
    for credential in Credential::of(server, &namespaces, false) {
        if let Some(secret) = credential.secret(world) {
            let key = (credential.place.span.start, Arc::clone(&secret.name));
            found.entry(key).or_insert_with(|| (Place::of(&listener.object, credential.place), Arc::clone(secret)));
        }
    }
    found.into_values().collect()
}

/// Kuma's own Secrets hold certificate and key in one text, and are where its control plane is.
fn kuma(world: &World, listener: &Listener) -> Vec<Named> {
    let mesh = kuma_mesh(&listener.object);
    let of_mesh = |it: &&Arc<Resource>| it.text(&["type"]) == Some("system.kuma.io/secret") && kuma_mesh(it) == mesh;
    let named = items(&listener.node, &["tls", "certificates"]).iter().filter_map(|node| {
        let name = text(node, &["secret"])?;
        let secret = world.get(SECRET, "kuma-system", name).filter(of_mesh)?;
        Some((Place::of(&listener.object, node.get("secret").unwrap_or(node)), Arc::clone(secret)))
    });
    named.collect()
}
