//! Which workloads and namespaces are in which mesh.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::{Mesh, Place};
use crate::analyze::istio::{DATAPLANE, INJECT, INJECTION, REVISION};
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::{OfWorkloads, Workload, are_same};

/// Labels of what belongs to a mesh itself: its control plane and the gateways of its charts. With a value where the name
/// alone does not tell.
const OWN: [(&str, &[&str]); 7] = [
    ("app", &["consul", "kuma-control-plane"]),
    ("app.kubernetes.io/name", &["kuma"]),
    ("app.kubernetes.io/part-of", &["Linkerd", "istio"]),
    ("istio", &["pilot", "ingressgateway", "egressgateway", "eastwestgateway"]),
    ("linkerd.io/control-plane-component", &[]),
    ("linkerd.io/extension", &[]),
    ("release", &["istio"]),
];

/// How a mesh takes in workloads.
struct Dialect {
    mesh: Mesh,
    /// Whether a namespace takes in its pods, unless they say otherwise.
    namespace: fn(&Resource) -> Option<&Node>,
    /// What a workload says of itself, if it does.
    workload: fn(&Workload) -> Option<bool>,
    /// The containers that the mesh puts into pods.
    containers: &'static [&'static str],
    /// The user that the proxy runs as.
    user: i64,
}

/// Sorted by mesh.
const DIALECTS: [Dialect; 4] = [
    Dialect {
        mesh: Mesh::Consul,
        namespace: |_| None,
        workload: |it| it.annotation("consul.hashicorp.com/connect-inject").and_then(|value| value.parse().ok()),
        containers: &["consul-connect-inject-init", "consul-dataplane", "envoy-sidecar"],
        user: 5995,
    },
    Dialect {
        mesh: Mesh::Istio,
        namespace: of_istio,
        workload: in_istio,
        containers: &["istio-init", "istio-proxy", "istio-validation"],
        user: 1337,
    },
    Dialect {
        mesh: Mesh::Kuma,
        namespace: |it| said(it, "kuma.io/sidecar-injection").filter(|node| is_on(node.as_str())),
        workload: |it| {
            let said =
                it.labels.get("kuma.io/sidecar-injection").or_else(|| it.annotation("kuma.io/sidecar-injection"));
            said.map(|value| is_on(Some(value)))
        },
        containers: &["kuma-init", "kuma-sidecar", "kuma-validation"],
        user: 5678,
    },
    Dialect {
        mesh: Mesh::Linkerd,
        namespace: |it| said(it, "linkerd.io/inject").filter(|node| is_injected(node.as_str())),
        workload: |it| it.annotation("linkerd.io/inject").map(|value| is_injected(Some(value))),
        containers: &["linkerd-init", "linkerd-network-validator", "linkerd-proxy"],
        user: 2102,
    },
];

fn said<'a>(object: &'a Resource, name: &str) -> Option<&'a Node> {
    let metadata = object.root.get("metadata")?;
    metadata.at(&["labels", name]).or_else(|| metadata.at(&["annotations", name]))
}

fn is_on(value: Option<&str>) -> bool {
    matches!(value, Some("enabled" | "true"))
}

fn is_injected(value: Option<&str>) -> bool {
    matches!(value, Some("enabled" | "ingress"))
}

fn of_istio(namespace: &Resource) -> Option<&Node> {
    let label = |name: &str| namespace.root.at(&["metadata", "labels", name]);
    if let Some(node) = label(INJECTION) {
        return (node.as_str() == Some("enabled")).then_some(node);
    }
    let revision = label(REVISION).filter(|node| !node.is_empty());
    revision.or_else(|| label(DATAPLANE).filter(|node| node.as_str() == Some("ambient")))
}

fn in_istio(workload: &Workload) -> Option<bool> {
    if let Some(value) = workload.labels.get(INJECT).or_else(|| workload.annotation(INJECT)) {
        return Some(value == "true");
    }
    if workload.labels.get(REVISION).is_some_and(|revision| !revision.is_empty()) {
        return Some(true);
    }
    workload.labels.get(DATAPLANE).map(|mode| mode == "ambient")
}

/// A workload in a mesh.
pub(in crate::analyze) struct Member {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) workload: Workload,
    /// The user that the proxy of its mesh runs as.
    pub(in crate::analyze) proxy_user: i64,
    containers: &'static [&'static str],
}

impl Member {
    /// Its containers that the mesh did not put there, those that start it among them.
    pub(in crate::analyze) fn applications(&self) -> impl Iterator<Item = &Node> {
        let all = self.workload.containers().iter().chain(self.workload.init_containers());
        all.filter(|it| it.get("name").and_then(Node::as_str).is_none_or(|name| !self.containers.contains(&name)))
    }
}

/// Which workloads and namespaces are in which mesh. What another workload among the objects makes, such as the pods of a
/// Deployment, is left out, and so is what belongs to a mesh itself.
pub(in crate::analyze) struct Members {
    /// What says which namespaces are in which mesh.
    declared: Vec<Arc<Resource>>,
    joined: OfWorkloads<Vec<Member>>,
    namespaces: BTreeMap<Arc<str>, BTreeMap<Mesh, Place>>,
}

impl View for Members {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(before))
    }
}

impl Members {
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let declared = world.of(NAMESPACE);
        let mut namespaces: BTreeMap<Arc<str>, BTreeMap<Mesh, Place>> = BTreeMap::new();
        for namespace in declared {
            for dialect in &DIALECTS {
                if let Some(node) = (dialect.namespace)(namespace) {
                    let of_namespace = namespaces.entry(Arc::clone(&namespace.name)).or_default();
                    of_namespace.insert(dialect.mesh, Place::of(namespace, node));
                }
            }
        }
        let before = before.filter(|it| are_same(&it.declared, declared)).map(|it| &it.joined);
        let join = |namespace: &str, all: &[Workload]| members(all, namespaces.get(namespace));
        let joined = OfWorkloads::new(&world.view(), before, |_, _| true, join);
        for (namespace, members) in joined.iter() {
            for member in members {
                let of_namespace = namespaces.entry(Arc::clone(namespace)).or_default();
                of_namespace.entry(member.mesh).or_insert_with(|| Place::head(&member.workload.object));
            }
        }
        Self { declared: declared.to_vec(), joined, namespaces }
    }

    /// The workloads, sorted by namespace.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.joined.iter().flat_map(|(_, members)| members)
    }

    /// The mesh that a workload is in.
    pub(in crate::analyze) fn mesh_of(&self, workload: &Arc<Resource>) -> Option<Mesh> {
        let mut members = self.joined.get(workload.namespace_or_default())?.iter();
        members.find(|member| Arc::ptr_eq(&member.workload.object, workload)).map(|member| member.mesh)
    }

    /// The namespaces that have or get workloads of a mesh, sorted, each with the place that says so.
    pub(in crate::analyze) fn namespaces(&self, mesh: Mesh) -> impl Iterator<Item = (&str, &Place)> {
        self.namespaces.iter().filter_map(move |(name, places)| Some((&**name, places.get(&mesh)?)))
    }

    /// The namespaces that have or get workloads of any mesh.
    pub(in crate::analyze) fn all_namespaces(&self) -> impl Iterator<Item = (&str, Mesh, &Place)> {
        self.namespaces.iter().filter_map(|(name, places)| places.iter().next().map(|(mesh, at)| (&**name, *mesh, at)))
    }
}

/// The members among the workloads of a namespace, which itself may be said to be in meshes.
fn members(workloads: &[Workload], namespace: Option<&BTreeMap<Mesh, Place>>) -> Vec<Member> {
    let there: BTreeSet<(&str, &str)> = workloads.iter().map(|it| (&*it.object.kind, &*it.object.name)).collect();
    let counted = workloads.iter().filter(|it| !is_own(it) && !is_made(it, &there));
    let member = |workload: &Workload| {
        let Dialect { mesh, user, containers, .. } = *dialect_of(workload, namespace)?;
        Some(Member { mesh, workload: workload.clone(), proxy_user: user, containers })
    };
    counted.filter_map(member).collect()
}

fn dialect_of(workload: &Workload, of_namespace: Option<&BTreeMap<Mesh, Place>>) -> Option<&'static Dialect> {
    let joins = |dialect: &&Dialect| {
        if dialect.containers.iter().any(|name| workload.container(name).is_some()) {
            return true;
        }
        // A pod of the node's own network is never injected.
        if workload.pod.at(&["spec", "hostNetwork"]).and_then(Node::as_bool) == Some(true) {
            return false;
        }
        let given = || of_namespace.is_some_and(|meshes| meshes.contains_key(&dialect.mesh));
        (dialect.workload)(workload).unwrap_or_else(given)
    };
    DIALECTS.iter().find(joins)
}

fn is_own(workload: &Workload) -> bool {
    OWN.iter().any(|(name, values)| {
        let label = workload.labels.get(name).or_else(|| workload.object.label(name));
        label.is_some_and(|label| values.is_empty() || values.contains(&label))
    })
}

/// Whether another workload of its namespace makes it, of which kinds and names are told.
fn is_made(workload: &Workload, there: &BTreeSet<(&str, &str)>) -> bool {
    let owners = workload.object.items(&["metadata", "ownerReferences"]);
    owners.iter().any(|owner| {
        let text = |key: &str| owner.get(key).and_then(Node::as_str).unwrap_or_default();
        let is_there = |kind: &str, name: &str| there.contains(&(kind, name));
        // The ReplicaSet between a Deployment and its pods is often not among the objects.
        let deployment = text("name").rsplit_once('-').filter(|_| text("kind") == "ReplicaSet");
        is_there(text("kind"), text("name")) || deployment.is_some_and(|(name, _)| is_there("Deployment", name))
    })
}
