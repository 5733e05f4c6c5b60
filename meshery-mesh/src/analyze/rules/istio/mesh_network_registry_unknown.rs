//! MSH156 `mesh-network-registry-unknown`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::edit::meant;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::{CONFIG_MAP, MESH_NETWORKS, SECRET};
use crate::analyze::kubernetes::{Content, Workload, Workloads};
use crate::analyze::{Rule, Source, yaml};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH156",
    name: "mesh-network-registry-unknown",
    summary: "A network of the mesh takes its endpoints from a cluster that istiod does not know",
    why: "
`fromRegistry` names a cluster as istiod calls it: by the key of the remote cluster's Secret, or by its own name, which is
`Kubernetes` unless it is told another. Endpoints of a cluster that is called otherwise are in no network: requests from
elsewhere go to the pods' own addresses, which are not reachable, instead of through the network's gateway.",
    bad: BAD,
    good: GOOD,
    references: &["https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#Network-NetworkEndpoints"],
    meshes: &["istio"],
    aliases: &["IST0126"],
    upstream: "meshnetworks.MeshNetworksAnalyzer",
    run,
    ..Rule::NEW
};

const BAD: &str = "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { meshNetworks: 'networks: { west: { endpoints: [{ fromRegistry: west1 }], gateways: [] } }' }
---
apiVersion: v1
kind: Secret
metadata: { name: istio-remote-secret-west, namespace: istio-system, labels: { istio/multiCluster: 'true' } }
stringData: { west: (how to reach the cluster) }";

const GOOD: &str = "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { meshNetworks: 'networks: { west: { endpoints: [{ fromRegistry: west }], gateways: [] } }' }
---
apiVersion: v1
kind: Secret
metadata: { name: istio-remote-secret-west, namespace: istio-system, labels: { istio/multiCluster: 'true' } }
stringData: { west: (how to reach the cluster) }";

/// The label of a Secret by which istiod reaches another cluster.
const REMOTE: &str = "istio/multiCluster";
/// The registries that every istiod has.
const BUILT_IN: [&str; 3] = ["Mock", "Kubernetes", "External"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let networks = networks(world);
    if networks.is_empty() {
        return Vec::new();
    }
    let known = clusters(world);
    let mut findings = Vec::new();
    for Networks { object, root, place } in &networks {
        for network in root.get("networks").map(Node::fields).unwrap_or_default() {
            let endpoints = network.value.get("endpoints").map(Node::items).unwrap_or_default();
            for registry in endpoints.iter().filter_map(|it| it.get("fromRegistry").or_else(|| it.get("from_registry")))
            {
                let Some(name) = registry.as_str().filter(|name| !known.contains(*name)) else { continue };
                let message =
                    format!("istiod knows no cluster {name:?}, from which network {:?} is to be", network.key);
                let near = nearest(name, known.iter().map(|name| &**name));
                let finding = meant(
                    rule.finding(object, place.unwrap_or(registry.span), message),
                    object,
                    name,
                    near,
                    "name a cluster as its remote Secret does",
                );
                findings.push(if world.settings().closed || world.settings().compatible {
                    finding
                } else {
                    let assumed =
                        "no remote Secret outside the input names it, and istiod calls no cluster of its own so";
                    finding.as_bad_as(Severity::Warning).assuming(assumed)
                });
            }
        }
    }
    findings
}

/// The networks of a mesh, and what says them.
struct Networks {
    object: Arc<Resource>,
    root: Node,
    /// Where all of it stands, if it is a text in a text.
    place: Option<Span>,
}

/// What the look was told; otherwise what is in the ConfigMap of the mesh, where istioctl does not look.
fn networks(world: &World) -> Vec<Networks> {
    let told = world.of(MESH_NETWORKS).iter();
    let told: Vec<Networks> =
        told.map(|object| Networks { object: Arc::clone(object), root: object.root.clone(), place: None }).collect();
    if !told.is_empty() || world.settings().compatible {
        return told;
    }
    let config = world.view::<MeshConfig>();
    let Some(object) = world.get(CONFIG_MAP, config.root_namespace(), "istio") else { return told };
    let Some(node) = object.root.at(&["data", "meshNetworks"]) else { return told };
    let documents = yaml::read(&Source::new("meshNetworks", node.as_str().unwrap_or_default()));
    let found = documents.into_iter().find_map(Result::ok);
    found.map(|root| Networks { object: Arc::clone(object), root, place: Some(node.span) }).into_iter().collect()
}

/// The clusters that istiod knows.
fn clusters(world: &World) -> BTreeSet<Arc<str>> {
    let compatible = world.settings().compatible;
    let mut known: BTreeSet<Arc<str>> = BUILT_IN.into_iter().map(Arc::from).collect();
    for secret in world.of(SECRET).iter().filter(|secret| secret.label(REMOTE) == Some("true")) {
        let content = if compatible { Content::of_data(secret) } else { Content::of(secret) };
        known.extend(content.keys().map(Arc::from));
    }
    if !compatible {
        known.extend(own_names(&world.view::<Workloads>()));
    }
    known
}

/// What istiod calls its own cluster.
fn own_names(workloads: &Workloads) -> Vec<Arc<str>> {
    let istiod = workloads.iter().filter(|workload| workload.labels.get("app") == Some("istiod"));
    let containers = istiod.flat_map(Workload::containers);
    let variables = containers.flat_map(|container| container.get("env").map(Node::items).unwrap_or_default());
    let named = variables.filter(|it| it.get("name").and_then(Node::as_str) == Some("CLUSTER_ID"));
    named.filter_map(|variable| variable.get("value")?.as_str().map(Arc::from)).collect()
}
