//! As whom workloads run: the identities by which policies know them.

use std::collections::BTreeSet;
use std::ops::Bound;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::mesh_config::MeshConfig;
use crate::analyze::kinds::{K8S_GATEWAY, SERVICE_ACCOUNT, WORKLOAD_ENTRY, WORKLOAD_GROUP};
use crate::analyze::kubernetes::Workloads;

/// The trust domain of a mesh that is told no other.
const TRUST_DOMAIN: &str = "cluster.local";

/// The service accounts that there are, and the trust domains in which they are known.
pub(in crate::analyze) struct Identities {
    domains: Vec<String>,
    /// As principals of each of the trust domains.
    principals: BTreeSet<String>,
    /// The principals written backwards.
    reversed: BTreeSet<String>,
    /// Namespaces with their service accounts.
    accounts: BTreeSet<(String, String)>,
}

impl View for Identities {
    fn of(world: &World) -> Self {
        let config = world.view::<MeshConfig>();
        let own = config.get(&["trustDomain"]).and_then(Node::as_str).unwrap_or(TRUST_DOMAIN);
        let others = config.get(&["trustDomainAliases"]).map(Node::items).unwrap_or_default();
        let domains: BTreeSet<String> =
            [own].into_iter().chain(others.iter().filter_map(Node::as_str)).map(String::from).collect();
        let accounts = accounts(world);
        let principals: BTreeSet<String> = accounts
            .iter()
            .flat_map(|(namespace, name)| {
                domains.iter().map(move |domain| format!("{domain}/ns/{namespace}/sa/{name}"))
            })
            .collect();
        let reversed = principals.iter().map(|principal| backwards(principal)).collect();
        Self { domains: domains.into_iter().collect(), principals, reversed, accounts }
    }
}

/// The service accounts that objects declare, or that workloads run as.
fn accounts(world: &World) -> BTreeSet<(String, String)> {
    let mut accounts = BTreeSet::new();
    let mut add = |object: &Resource, name: &str| {
        if !name.is_empty() {
            accounts.insert((object.namespace_or_default().to_owned(), name.to_owned()));
        }
    };
    for account in world.of(SERVICE_ACCOUNT) {
        add(account, &account.name);
    }
    for workload in world.view::<Workloads>().iter() {
        let told = ["serviceAccountName", "serviceAccount"].into_iter();
        let mut told = told.filter_map(|key| workload.pod.at(&["spec", key]).and_then(Node::as_str));
        add(&workload.object, told.next().unwrap_or("default"));
    }
    for entry in world.of(WORKLOAD_ENTRY) {
        add(entry, entry.text(&["spec", "serviceAccount"]).unwrap_or_default());
    }
    for group in world.of(WORKLOAD_GROUP) {
        add(group, group.text(&["spec", "template", "serviceAccount"]).unwrap_or_default());
    }
    // What istiod deploys for a Gateway runs as an account that is named after it, and after its class in most cases.
    for gateway in world.of(K8S_GATEWAY) {
        add(gateway, &gateway.name);
        let class = gateway.text(&["spec", "gatewayClassName"]).unwrap_or_default();
        add(gateway, &format!("{}-{class}", gateway.name));
    }
    accounts
}

impl Identities {
    /// Whether somebody is meant by a principal, which may have a `*` at one end.
    pub(in crate::analyze) fn has_principal(&self, principal: &str) -> bool {
        match (principal.strip_prefix('*'), principal.strip_suffix('*')) {
            // Alone it means everybody; at both ends it is no pattern that Istio knows, and is left alone.
            (Some(_), Some(_)) => true,
            (Some(end), None) => any_starts_with(&self.reversed, &backwards(end)),
            (None, Some(start)) => any_starts_with(&self.principals, start),
            (None, None) => self.principals.contains(principal),
        }
    }

    /// The trust domain of a principal, if it is none of this mesh.
    pub(in crate::analyze) fn foreign_domain<'a>(&self, principal: &'a str) -> Option<&'a str> {
        let (domain, _) = principal.split_once("/ns/").filter(|_| !principal.contains('*'))?;
        (!domain.is_empty() && !self.domains.iter().any(|own| own == domain)).then_some(domain)
    }

    /// All principals, sorted.
    pub(in crate::analyze) fn principals(&self) -> impl Iterator<Item = &str> {
        self.principals.iter().map(String::as_str)
    }

    /// The service accounts of a namespace, sorted.
    pub(in crate::analyze) fn within(&self, namespace: &str) -> impl Iterator<Item = &str> {
        let from = (namespace.to_owned(), String::new());
        let namespace = namespace.to_owned();
        self.accounts.range(from..).take_while(move |(having, _)| *having == namespace).map(|(_, name)| name.as_str())
    }
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

fn any_starts_with(names: &BTreeSet<String>, start: &str) -> bool {
    let from = (Bound::Included(start), Bound::Unbounded);
    names.range::<str, _>(from).next().is_some_and(|name| name.starts_with(start))
}
