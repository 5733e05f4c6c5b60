//! Who calls whom, as far as policies and settings of the meshes tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Selector, View, World};

use crate::analyze::istio::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::AUTHORIZATION_POLICY;
use crate::analyze::kubernetes::{OfWorkloads, Services, Workload, Workloads, are_same};

const INTENTIONS: Kind<'_> = Kind::new("consul.hashicorp.com", "ServiceIntentions");
/// The annotation of a pod of Consul's that lists the services that it calls.
const UPSTREAMS: &str = "consul.hashicorp.com/connect-service-upstreams";
/// The annotation of a pod of Consul's that says which service it is.
const SERVICE: &str = "consul.hashicorp.com/connect-service";

/// From caller to callee, by the names of hosts.
type Edge = (String, String);

/// Who calls whom, by the names of hosts.
pub(in crate::analyze) struct Calls {
    callees: BTreeMap<String, Vec<String>>,
    told: OfWorkloads<Told>,
    services: Arc<Services>,
}

impl View for Calls {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(before))
    }
}

/// What the objects of one namespace tell that has workloads.
struct Told {
    policies: Vec<Arc<Resource>>,
    /// Whom Consul's annotations of pods name.
    edges: Vec<Edge>,
    /// By service account, the hosts that its workloads answer for.
    accounts: BTreeMap<String, BTreeSet<String>>,
    allowed: Vec<Allowed>,
}

/// What a policy of Istio's allows.
struct Allowed {
    /// Service accounts, by namespace and name.
    callers: Vec<(String, String)>,
    /// Whom they may call.
    hosts: BTreeSet<String>,
}

impl Calls {
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let (services, workloads) = (world.view::<Services>(), world.view::<Workloads>());
        let policies = |namespace: &str| world.within(AUTHORIZATION_POLICY, namespace);
        let is_true = |namespace: &str, told: &Told| {
            let has_same = |before: &Self| services.is_same_in(namespace, &before.services);
            before.is_some_and(has_same) && are_same(&told.policies, policies(namespace))
        };
        let tell = |namespace: &str, _: &[Workload]| Told::new(&services, &workloads, namespace, policies(namespace));
        let told = OfWorkloads::new(&workloads, before.map(|it| &it.told), is_true, tell);
        let mut edges: BTreeSet<(&str, &str)> = intentions(world).collect();
        for (_, namespace) in told.iter() {
            edges.extend(namespace.edges.iter().map(|(caller, callee)| (caller.as_str(), callee.as_str())));
            for Allowed { callers, hosts } in &namespace.allowed {
                let accounts = callers.iter().filter_map(|(namespace, name)| told.get(namespace)?.accounts.get(name));
                for caller in accounts.flatten() {
                    edges.extend(hosts.iter().filter(|it| *it != caller).map(|it| (caller.as_str(), it.as_str())));
                }
            }
        }
        edges.retain(|(caller, callee)| caller != callee);
        let mut callees: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (caller, callee) in edges {
            callees.entry(caller.to_owned()).or_default().push(callee.to_owned());
        }
        Self { callees, told, services }
    }

    /// Whether nobody is known to call anybody.
    pub(in crate::analyze) fn is_empty(&self) -> bool {
        self.callees.is_empty()
    }

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

impl Told {
    fn new(services: &Services, workloads: &Workloads, namespace: &str, policies: &[Arc<Resource>]) -> Self {
        let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for workload in workloads.within(namespace) {
            let account = workload.pod.at(&["spec", "serviceAccountName"]).and_then(Node::as_str);
            if let Some(account) = account.filter(|account| *account != "default") {
                accounts.entry(account.to_owned()).or_default().extend(hosts_of(services, workload));
            }
        }
        let allowed = policies.iter().filter(|policy| is_allowing(policy)).filter_map(|policy| {
            // Without a selector a policy is for all, which tells nothing of who is called.
            let selector = policy.root.at(&["spec", "selector"]).map(Selector::of).filter(|it| !it.is_empty())?;
            let callers: Vec<(String, String)> = principals(policy).collect();
            let selected = workloads.selected(namespace, &selector).filter(|_| !callers.is_empty());
            let hosts: BTreeSet<String> = selected.flat_map(|workload| hosts_of(services, workload)).collect();
            (!hosts.is_empty()).then_some(Allowed { callers, hosts })
        });
        let allowed = allowed.collect();
        let edges = workloads.within(namespace).iter().flat_map(upstreams).collect();
        Self { policies: policies.to_vec(), edges, accounts, allowed }
    }
}

/// Intentions of Consul's that allow a named service.
fn intentions(world: &World) -> impl Iterator<Item = (&str, &str)> {
    world.of(INTENTIONS).iter().flat_map(|object| {
        let callee = object.text(&["spec", "destination", "name"]).filter(|name| *name != "*");
        let allowed = object.items(&["spec", "sources"]).iter().filter_map(|source| {
            let text = |key: &str| source.get(key).and_then(Node::as_str);
            text("name").filter(|name| *name != "*" && text("action") != Some("deny"))
        });
        allowed.filter_map(move |caller| Some((caller, callee?)))
    })
}

/// The upstreams that a pod of Consul's lists.
fn upstreams(workload: &Workload) -> Vec<Edge> {
    let Some(listed) = workload.annotation(UPSTREAMS) else { return Vec::new() };
    let caller = workload.annotation(SERVICE).unwrap_or(&workload.object.name);
    let listed = listed.split(',').map(str::trim).filter(|upstream| !upstream.starts_with("prepared_query"));
    let names = listed.map(|upstream| upstream.split([':', '.']).next().unwrap_or_default());
    names.filter(|name| !name.is_empty()).map(|name| (caller.to_owned(), name.to_owned())).collect()
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
