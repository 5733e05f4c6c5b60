//! Who calls whom, as far as policies and settings of the meshes tell.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Selector, View, World};

use super::Mesh;
use crate::analyze::istio::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::AUTHORIZATION_POLICY;
use crate::analyze::kubernetes::{Services, Workload, Workloads};

const INTENTIONS: Kind<'_> = Kind::new("consul.hashicorp.com", "ServiceIntentions");
/// The annotation of a pod of Consul's that lists the services that it calls.
const UPSTREAMS: &str = "consul.hashicorp.com/connect-service-upstreams";
/// The annotation of a pod of Consul's that says which service it is.
const SERVICE: &str = "consul.hashicorp.com/connect-service";

type Edges = BTreeSet<(String, String)>;
type Dialect = fn(&World, &mut Edges);

/// By mesh.
const DIALECTS: [(Mesh, Dialect); 2] = [(Mesh::Consul, consul), (Mesh::Istio, istio)];

/// Who calls whom, by the names of hosts.
pub(in crate::analyze) struct Calls {
    callees: BTreeMap<String, Vec<String>>,
}

impl View for Calls {
    fn of(world: &World) -> Self {
        let mut edges = Edges::new();
        for (_, read) in DIALECTS {
            read(world, &mut edges);
        }
        let mut callees: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (caller, callee) in edges.into_iter().filter(|(caller, callee)| caller != callee) {
            callees.entry(caller).or_default().push(callee);
        }
        Self { callees }
    }
}

impl Calls {
    /// The hosts that call others or are called.
    pub(in crate::analyze) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.callees.iter().flat_map(|(caller, callees)| callees.iter().chain([caller])).map(String::as_str)
    }

    /// Whom a host's workloads call, sorted.
    pub(in crate::analyze) fn of(&self, caller: &str) -> &[String] {
        self.callees.get(caller).map(Vec::as_slice).unwrap_or_default()
    }
}

/// One text for all spellings of a host.
pub(in crate::analyze) fn full(host: &str, own: &str) -> String {
    match Host::parse(host, own) {
        Host::Either { name, namespace, .. } => Host::Service { name, namespace, domain: CLUSTER_DOMAIN }.to_string(),
        host => host.to_string(),
    }
}

/// The hosts that a workload answers for.
fn hosts_of(services: &Services, workload: &Workload) -> Vec<String> {
    let namespace = workload.namespace();
    let selecting = services.selecting(namespace, &workload.labels);
    selecting.into_iter().map(|service| full(&service.object.name, namespace)).collect()
}

/// Intentions that allow a named service, and upstreams of pods.
fn consul(world: &World, edges: &mut Edges) {
    for object in world.of(INTENTIONS) {
        let Some(callee) = object.text(&["spec", "destination", "name"]).filter(|name| *name != "*") else { continue };
        for source in object.items(&["spec", "sources"]) {
            let text = |key: &str| source.get(key).and_then(Node::as_str);
            if let Some(caller) = text("name").filter(|name| *name != "*" && text("action") != Some("deny")) {
                edges.insert((caller.to_owned(), callee.to_owned()));
            }
        }
    }
    for workload in world.view::<Workloads>().iter() {
        let Some(listed) = workload.annotation(UPSTREAMS) else { continue };
        let caller = workload.annotation(SERVICE).unwrap_or(&workload.object.name);
        for upstream in listed.split(',').map(str::trim) {
            let name = upstream.split([':', '.']).next().unwrap_or_default();
            if !name.is_empty() && !upstream.starts_with("prepared_query") {
                edges.insert((caller.to_owned(), name.to_owned()));
            }
        }
    }
}

/// Policies that allow a service account: its workloads call the ones that the policy is for.
fn istio(world: &World, edges: &mut Edges) {
    let (workloads, services) = (world.view::<Workloads>(), world.view::<Services>());
    let mut accounts: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for workload in workloads.iter() {
        let account = workload.pod.at(&["spec", "serviceAccountName"]).and_then(Node::as_str);
        if let Some(account) = account.filter(|account| *account != "default") {
            let key = (workload.namespace().to_owned(), account.to_owned());
            accounts.entry(key).or_default().extend(hosts_of(&services, workload));
        }
    }
    for policy in world.of(AUTHORIZATION_POLICY).iter().filter(|policy| is_allowing(policy)) {
        // Without a selector a policy is for all, which tells nothing of who is called.
        let Some(selector) = policy.root.at(&["spec", "selector"]).map(Selector::of).filter(|it| !it.is_empty()) else {
            continue;
        };
        let callers: BTreeSet<&String> = principals(policy).filter_map(|key| accounts.get(&key)).flatten().collect();
        if callers.is_empty() {
            continue;
        }
        let selected = workloads.selected(policy.namespace_or_default(), &selector);
        for callee in selected.flat_map(|workload| hosts_of(&services, workload)).collect::<BTreeSet<_>>() {
            edges.extend(callers.iter().map(|caller| ((*caller).clone(), callee.clone())));
        }
    }
}

fn is_allowing(policy: &Resource) -> bool {
    matches!(policy.text(&["spec", "action"]), None | Some("ALLOW"))
}

/// The service accounts that a policy names, by namespace and name.
fn principals(policy: &Resource) -> impl Iterator<Item = (String, String)> {
    let sources =
        policy.items(&["spec", "rules"]).iter().flat_map(|rule| rule.get("from").map(Node::items).unwrap_or_default());
    let named = sources.filter_map(|from| from.at(&["source", "principals"])).flat_map(Node::items);
    named.filter_map(Node::as_str).filter_map(|principal| {
        let (_, rest) = principal.split_once("/ns/")?;
        let (namespace, account) = rest.split_once("/sa/")?;
        (!account.contains('*') && !namespace.contains('*')).then(|| (namespace.to_owned(), account.to_owned()))
    })
}
