//! The trust domains of a mesh, and the identities that policies name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::world::{View, World};

use super::kinds::{KUMA_IDENTITY, KUMA_PERMISSION, KUMA_TRUST, LINKERD_MESH_TLS};
use super::place::{embedded, items, kuma_mesh, text};
use super::{Mesh, Place};
use crate::analyze::kinds::CONFIG_MAP;

/// An identity that a policy names, with the trust domain that it is of.
pub(in crate::analyze) struct Identity {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) domain: Arc<str>,
    pub(in crate::analyze) place: Place,
    /// The trust domains whose identities the mesh knows.
    pub(in crate::analyze) known: Arc<BTreeSet<String>>,
    /// Where they are said.
    pub(in crate::analyze) said: Place,
}

/// The identities that policies name, where the trust domains of the mesh are known.
pub(in crate::analyze) struct Identities(Vec<Identity>);

/// Sorted by mesh. Istio's are what other rules speak of; Consul's trust domain is made by its servers.
const DIALECTS: [fn(&World) -> Vec<Identity>; 2] = [kuma, linkerd];

impl View for Identities {
    fn of(world: &World) -> Self {
        Self(DIALECTS.iter().flat_map(|dialect| dialect(world)).collect())
    }
}

impl Identities {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Identity> {
        self.0.iter()
    }
}

/// What stands between the name of a workload and the trust domain.
const BETWEEN: &str = ".serviceaccount.identity.";

fn linkerd(world: &World) -> Vec<Identity> {
    let Some(config) = world.of(CONFIG_MAP).iter().find(|it| &*it.name == "linkerd-config") else { return Vec::new() };
    let Some(values) = embedded(config, &["data", "values"]) else { return Vec::new() };
    let own = text(&values, &["identityTrustDomain"]).or_else(|| text(&values, &["clusterDomain"]));
    let Some(own) = own else { return Vec::new() };
    let known = Arc::new(BTreeSet::from([own.to_owned()]));
    let mut found = Vec::new();
    for object in world.of(LINKERD_MESH_TLS) {
        for node in object.items(&["spec", "identities"]) {
            let rest = node.as_str().and_then(|name| name.split_once(BETWEEN)).map(|(_, rest)| rest);
            // Between the two stands the namespace of the control plane.
            let Some((_, domain)) = rest.and_then(|rest| rest.split_once('.')) else { continue };
            let (place, said) = (Place::of(object, node), Place::head(config));
            found.push(Identity { mesh: Mesh::Linkerd, domain: domain.into(), place, known: Arc::clone(&known), said });
        }
    }
    found
}

/// What a mesh of Kuma trusts.
type Trusted = (BTreeSet<String>, Place);

fn kuma(world: &World) -> Vec<Identity> {
    let mut trusted: BTreeMap<&str, Trusted> = BTreeMap::new();
    for trust in world.of(KUMA_TRUST) {
        let Some(node) = trust.root.at(&["spec", "trustDomain"]) else { continue };
        let of_mesh = trusted.entry(kuma_mesh(trust)).or_insert_with(|| (BTreeSet::new(), Place::of(trust, node)));
        of_mesh.0.extend(node.as_str().map(str::to_owned));
    }
    // What is computed from names cannot be told here.
    let templated: BTreeSet<&str> = world
        .of(KUMA_IDENTITY)
        .iter()
        .filter(|it| it.text(&["spec", "spiffeID", "trustDomain"]).is_none_or(|domain| domain.contains("{{")))
        .map(|it| kuma_mesh(it))
        .collect();
    for identity in world.of(KUMA_IDENTITY) {
        if let Some((domains, _)) = trusted.get_mut(kuma_mesh(identity)) {
            domains.extend(identity.text(&["spec", "spiffeID", "trustDomain"]).map(str::to_owned));
        }
    }
    let mut found = Vec::new();
    for policy in world.of(KUMA_PERMISSION) {
        let mesh = kuma_mesh(policy);
        let Some((domains, said)) = trusted.get(mesh).filter(|_| !templated.contains(mesh)) else { continue };
        // Certificates of a backend of the Mesh itself are of a trust domain of its name.
        let known = Arc::new(domains.iter().cloned().chain([mesh.to_owned()]).collect::<BTreeSet<String>>());
        let rules = policy.items(&["spec", "rules"]).iter().filter_map(|rule| rule.get("default"));
        let lists = rules.flat_map(|part| ["allow", "allowWithShadowDeny", "deny"].map(|key| items(part, &[key])));
        for node in lists.flatten().filter_map(|it| it.at(&["spiffeID", "value"])) {
            let Some(domain) = node.as_str().and_then(domain_of) else { continue };
            let (place, said, known) = (Place::of(policy, node), said.clone(), Arc::clone(&known));
            found.push(Identity { mesh: Mesh::Kuma, domain: domain.into(), place, known, said });
        }
    }
    found
}

/// The trust domain of a SPIFFE ID, where it is there in full.
fn domain_of(id: &str) -> Option<&str> {
    id.strip_prefix("spiffe://")?.split_once('/').map(|(domain, _)| domain).filter(|domain| !domain.is_empty())
}
