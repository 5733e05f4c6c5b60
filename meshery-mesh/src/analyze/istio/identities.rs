//! As whom workloads run: the identities by which policies know them.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::mesh_config::MeshConfig;
use crate::analyze::kinds::{K8S_GATEWAY, SERVICE_ACCOUNT, WORKLOAD_ENTRY, WORKLOAD_GROUP};
use crate::analyze::kubernetes::{OfWorkloads, Workload};

/// The trust domain of a mesh that is told no other.
const TRUST_DOMAIN: &str = "cluster.local";

/// The service accounts that there are, and the trust domains in which they are known.
pub(in crate::analyze) struct Identities {
    domains: BTreeSet<String>,
    /// The service accounts that objects declare, with their namespaces.
    declared: BTreeSet<Account>,
    /// Those that workloads run as.
    running: OfWorkloads<BTreeSet<String>>,
    known: Arc<Known>,
}

/// A namespace with a service account.
type Account = (String, String);

/// What follows from all of that.
struct Known {
    /// As principals of each of the trust domains.
    principals: BTreeSet<String>,
    /// The principals written backwards.
    reversed: BTreeSet<String>,
    accounts: BTreeSet<Account>,
}

impl View for Identities {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(before))
    }
}

impl Known {
    fn new(domains: &BTreeSet<String>, accounts: BTreeSet<Account>) -> Self {
        let principals: BTreeSet<String> = accounts
            .iter()
            .flat_map(|(namespace, name)| {
                domains.iter().map(move |domain| format!("{domain}/ns/{namespace}/sa/{name}"))
            })
            .collect();
        let reversed = principals.iter().map(|principal| backwards(principal)).collect();
        Self { principals, reversed, accounts }
    }
}

/// The service account that a workload runs as.
fn account(workload: &Workload) -> &str {
    let told = ["serviceAccountName", "serviceAccount"].into_iter();
    let mut told = told.filter_map(|key| workload.pod.at(&["spec", key]).and_then(Node::as_str));
    told.next().unwrap_or("default")
}

/// The service accounts that objects declare.
fn declared(world: &World) -> BTreeSet<Account> {
    let mut accounts = BTreeSet::new();
    let mut add = |object: &Resource, name: &str| {
        if !name.is_empty() {
            accounts.insert((object.namespace_or_default().to_owned(), name.to_owned()));
        }
    };
    for account in world.of(SERVICE_ACCOUNT) {
        add(account, &account.name);
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
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let config = world.view::<MeshConfig>();
        let own = config.get(&["trustDomain"]).and_then(Node::as_str).unwrap_or(TRUST_DOMAIN);
        let others = config.get(&["trustDomainAliases"]).map(Node::items).unwrap_or_default();
        let domains: BTreeSet<String> =
            [own].into_iter().chain(others.iter().filter_map(Node::as_str)).map(String::from).collect();
        let named = |_: &str, all: &[Workload]| -> BTreeSet<String> {
            all.iter().map(account).filter(|name| !name.is_empty()).map(String::from).collect()
        };
        let running = OfWorkloads::new(&world.view(), before.map(|it| &it.running), |_, _| true, named);
        let declared = declared(world);
        let is_same = |it: &&Self| it.domains == domains && it.declared == declared && it.running.is_same(&running);
        let derive = || {
            let of_namespace = |(namespace, names): (&Arc<str>, &BTreeSet<String>)| -> Vec<Account> {
                names.iter().map(|name| (namespace.to_string(), name.clone())).collect()
            };
            let running = running.iter().flat_map(of_namespace);
            Arc::new(Known::new(&domains, declared.iter().cloned().chain(running).collect()))
        };
        let known = before.filter(is_same).map_or_else(derive, |it| Arc::clone(&it.known));
        Self { domains, declared, running, known }
    }

    /// Whether somebody is meant by a principal, which may have a `*` at one end.
    pub(in crate::analyze) fn has_principal(&self, principal: &str) -> bool {
        match (principal.strip_prefix('*'), principal.strip_suffix('*')) {
            // Alone it means everybody; at both ends it is no pattern that Istio knows, and is left alone.
            (Some(_), Some(_)) => true,
            (Some(end), None) => any_starts_with(&self.known.reversed, &backwards(end)),
            (None, Some(start)) => any_starts_with(&self.known.principals, start),
            (None, None) => self.known.principals.contains(principal),
        }
    }

    /// The trust domain of a principal, if it is none of this mesh.
    pub(in crate::analyze) fn foreign_domain<'a>(&self, principal: &'a str) -> Option<&'a str> {
        let (domain, _) = principal.split_once("/ns/").filter(|_| !principal.contains('*'))?;
        (!domain.is_empty() && !self.domains.contains(domain)).then_some(domain)
    }

    /// All principals, sorted.
    pub(in crate::analyze) fn principals(&self) -> impl Iterator<Item = &str> {
        self.known.principals.iter().map(String::as_str)
    }

    /// The service accounts of a namespace, sorted.
    pub(in crate::analyze) fn within(&self, namespace: &str) -> impl Iterator<Item = &str> {
        let from = (namespace.to_owned(), String::new());
        let namespace = namespace.to_owned();
        self.known
            .accounts
            .range(from..)
            .take_while(move |(having, _)| *having == namespace)
            .map(|(_, name)| name.as_str())
    }
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

fn any_starts_with(names: &BTreeSet<String>, start: &str) -> bool {
    let from = (Bound::Included(start), Bound::Unbounded);
    names.range::<str, _>(from).next().is_some_and(|name| name.starts_with(start))
}
