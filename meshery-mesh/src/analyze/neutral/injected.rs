//! Which workloads are in a mesh, and in which: what their namespaces and they themselves say, and what is in them already.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::Mesh;
use crate::analyze::istio::{DATAPLANE, INJECT, INJECTION, PROXY, REVISION};
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::Workload;

/// What says that something is in a mesh.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Mark {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) place: Span,
}

/// How a mesh marks what is in it.
struct Dialect {
    mesh: Mesh,
    /// What metadata says: in or out, and where.
    namespace: fn(&Node) -> Option<(bool, &Node)>,
    pod: fn(&Node) -> Option<(bool, &Node)>,
    /// The container that is its proxy.
    proxy: &'static str,
    /// The containers that redirect a pod's traffic to it, or check that this is done.
    redirecting: &'static [&'static str],
}

/// Sorted by mesh.
const DIALECTS: [Dialect; 5] = [
    Dialect {
        mesh: Mesh::Consul,
        namespace: |_| None,
        pod: |metadata| said(metadata, &["annotations"], "consul.hashicorp.com/connect-inject", &["true"]),
        proxy: "consul-dataplane",
        redirecting: &["consul-connect-inject-init"],
    },
    Dialect {
        mesh: Mesh::Istio,
        namespace: |metadata| {
            let revision = || present(metadata, REVISION);
            let ambient = || said(metadata, &["labels"], DATAPLANE, &["ambient"]);
            said(metadata, &["labels"], INJECTION, &["enabled"]).or_else(revision).or_else(ambient)
        },
        pod: |metadata| {
            let revision = || present(metadata, REVISION);
            let ambient = || said(metadata, &["labels"], DATAPLANE, &["ambient"]);
            said(metadata, &["labels", "annotations"], INJECT, &["true"]).or_else(revision).or_else(ambient)
        },
        proxy: PROXY,
        redirecting: &["istio-init", "istio-validation"],
    },
    Dialect {
        mesh: Mesh::Kuma,
        namespace: |metadata| {
            said(metadata, &["labels", "annotations"], "kuma.io/sidecar-injection", &["enabled", "true"])
        },
        pod: |metadata| said(metadata, &["labels", "annotations"], "kuma.io/sidecar-injection", &["enabled", "true"]),
        proxy: "kuma-sidecar",
        redirecting: &["kuma-init", "kuma-validation"],
    },
    Dialect {
        mesh: Mesh::Linkerd,
        namespace: |metadata| said(metadata, &["annotations"], "linkerd.io/inject", &["enabled", "ingress"]),
        pod: |metadata| said(metadata, &["annotations"], "linkerd.io/inject", &["enabled", "ingress"]),
        proxy: "linkerd-proxy",
        redirecting: &["linkerd-init", "linkerd-network-validator"],
    },
    Dialect {
        mesh: Mesh::Osm,
        namespace: |metadata| {
            said(metadata, &["annotations"], "openservicemesh.io/sidecar-injection", &["enabled", "true"])
        },
        pod: |metadata| said(metadata, &["annotations"], "openservicemesh.io/sidecar-injection", &["enabled", "true"]),
        proxy: "osm-proxy",
        redirecting: &["osm-init"],
    },
];

fn said<'a>(metadata: &'a Node, parts: &[&str], key: &str, yes: &[&str]) -> Option<(bool, &'a Node)> {
    let value = parts.iter().find_map(|part| metadata.at(&[part, key]))?;
    let text = value.as_str().map(str::to_owned).or_else(|| Some(value.as_bool()?.to_string()))?;
    Some((yes.contains(&text.as_str()), value))
}

fn present<'a>(metadata: &'a Node, label: &str) -> Option<(bool, &'a Node)> {
    metadata.at(&["labels", label]).filter(|value| !value.is_empty()).map(|value| (true, value))
}

/// Which namespaces and workloads are in which meshes.
pub(in crate::analyze) struct Injected {
    namespaces: BTreeMap<Arc<str>, Vec<Mark>>,
}

impl View for Injected {
    fn of(world: &World) -> Self {
        let mut namespaces = BTreeMap::new();
        for object in world.of(NAMESPACE) {
            let Some(metadata) = object.root.get("metadata") else { continue };
            let marks = DIALECTS.iter().filter_map(|dialect| {
                let (_, node) = (dialect.namespace)(metadata).filter(|(is_in, _)| *is_in)?;
                Some(Mark { mesh: dialect.mesh, object: Arc::clone(object), place: node.span })
            });
            namespaces.insert(Arc::clone(&object.name), marks.collect());
        }
        Self { namespaces }
    }
}

impl Injected {
    /// The namespaces that are in some mesh, with what says so.
    pub(in crate::analyze) fn namespaces(&self) -> impl Iterator<Item = &[Mark]> {
        self.namespaces.values().map(Vec::as_slice).filter(|marks| !marks.is_empty())
    }

    /// What a workload's own metadata says: of each mesh that it speaks of, whether it is in.
    fn told(workload: &Workload) -> Vec<(bool, Mark)> {
        let metadata =
            [workload.pod.get("metadata"), workload.object.root.get("metadata").filter(|_| workload.is_pod())];
        let told = DIALECTS.iter().filter_map(|dialect| {
            let (is_in, node) = metadata.iter().flatten().find_map(|metadata| (dialect.pod)(metadata))?;
            Some((is_in, Mark { mesh: dialect.mesh, object: Arc::clone(&workload.object), place: node.span }))
        });
        told.collect()
    }

    /// The meshes that a workload itself asks for.
    pub(in crate::analyze) fn asked(workload: &Workload) -> Vec<Mark> {
        Self::told(workload).into_iter().filter(|(is_in, _)| *is_in).map(|(_, mark)| mark).collect()
    }

    /// The meshes that a workload is in, each once: by its containers, by what it asks for, or by its namespace.
    pub(in crate::analyze) fn of(&self, workload: &Workload) -> Vec<Mark> {
        let told = Self::told(workload);
        let mut marks: Vec<Mark> =
            DIALECTS.iter().filter_map(|it| Self::container(workload, it.mesh, it.proxy)).collect();
        marks.extend(told.iter().filter(|(is_in, _)| *is_in).map(|(_, mark)| mark.clone()));
        let of_namespace = self.namespaces.get(workload.namespace()).into_iter().flatten();
        marks.extend(of_namespace.filter(|mark| told.iter().all(|(_, it)| it.mesh != mark.mesh)).cloned());
        marks.sort_by_key(|mark| mark.mesh);
        marks.dedup_by_key(|mark| mark.mesh);
        marks
    }

    /// Whether a workload is in a mesh.
    pub(in crate::analyze) fn is_in(&self, workload: &Workload, mesh: Mesh) -> bool {
        self.of(workload).iter().any(|mark| mark.mesh == mesh)
    }

    /// The containers by which meshes redirect a workload's traffic or take it, one for each mesh.
    pub(in crate::analyze) fn redirected(workload: &Workload) -> Vec<Mark> {
        let first = |dialect: &Dialect| {
            let names = dialect.redirecting.iter().chain([&dialect.proxy]);
            names.into_iter().find_map(|name| Self::container(workload, dialect.mesh, name))
        };
        DIALECTS.iter().filter_map(first).collect()
    }

    /// The proxies that are in a workload already.
    pub(in crate::analyze) fn proxies(workload: &Workload) -> impl Iterator<Item = (Mesh, &Node)> {
        DIALECTS.iter().filter_map(|dialect| Some((dialect.mesh, workload.container(dialect.proxy)?)))
    }

    fn container(workload: &Workload, mesh: Mesh, name: &str) -> Option<Mark> {
        let container = workload.container(name)?;
        let place = container.get("name").unwrap_or(container).span;
        Some(Mark { mesh, object: Arc::clone(&workload.object), place })
    }
}
