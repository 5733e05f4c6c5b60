//! Cilium as a mesh, on a cluster that has it for its network, of the chart `cilium`: its settings are `charts` and
//! `values`.
//!
//! A network that is taken from under running pods takes them along: the way to Cilium, and away from it, is the
//! cluster's own. What is installed here keeps the values that the cluster's network needs among `values`.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Line, Marks, MeshFacts, OptIn, Releases, ResidueRule, Source, Trace,
};
use meshery_core::{GroupKind, InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::json;

use super::charts::{OneChart, namespace};
use super::facts::{core, definitions, extra, labelled, lease, made, named, part, ready, users};

const CHART: OneChart = OneChart { repository: "https://helm.cilium.io", name: "cilium", namespace: "kube-system" };

pub(super) struct Cilium;

impl MeshProvider for Cilium {
    fn info(&self) -> MeshInfo {
        MeshInfo::new(
            "cilium",
            "Cilium",
            "Cilium's agents, operator and Envoys on a cluster, for Gateway API and GAMMA",
        )
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for Cilium {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        CHART.source(wanted, wanted.version.clone(), json!({ "kubeProxyReplacement": true }))
    }

    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let home = namespace(wanted, CHART.namespace);
        MeshFacts {
            residue: residue(home),
            finalizers: vec!["ciliumenvoyconfig.cilium.io".into()],
            ..MeshFacts::default()
        }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready()]
    }

    fn marks(&self) -> Marks {
        Marks {
            parts: vec![
                part("DaemonSet", labelled(&[("k8s-app", "cilium")]), "cilium-agent"),
                part("Deployment", labelled(&[("io.cilium/app", "operator")]), "cilium-operator"),
                extra("DaemonSet", labelled(&[("k8s-app", "cilium-envoy")]), ""),
                extra("Deployment", labelled(&[("k8s-app", "hubble-relay")]), "hubble-relay"),
            ],
            groups: vec!["cilium.io".into()],
            opt_ins: vec![OptIn::namespace_label("io.cilium/mtls-enabled", Some("true"))],
            ..Marks::default()
        }
    }

    fn releases(&self) -> Releases {
        let minors = ["1.14", "1.15", "1.16", "1.17", "1.18", "1.19"].map(|name| Line::new(name, name));
        let policy = |kind| GroupKind::new("cilium.io", kind);
        let fields = ["/spec/ingress", "/spec/egress", "/specs/*/ingress", "/specs/*/egress"];
        let kinds = ["CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"];
        let retired =
            kinds.into_iter().flat_map(|kind| fields.map(|field| (kind, format!("{field}/*/authentication"))));
        let next = retired.fold(Line::new("1.21", "1.21"), |line, (kind, field)| {
            line.retiring(policy(kind), &field, "encryption by ztunnel")
        });
        Releases {
            lines: minors.into_iter().chain([Line::new("1.20", "1.20"), next]).collect(),
            steps_up: Some(1),
            source: "https://docs.cilium.io/en/stable/operations/upgrade/".into(),
            ..Releases::default()
        }
    }
}

fn residue(home: &str) -> Vec<ResidueRule> {
    let elects = "the operators elect a leader by it";
    vec![
        made(lease(), Some(home), named("cilium-operator-resource-lock"), elects),
        made(lease(), Some(home), Trace::NamePrefix("cilium-l2announce-".into()), "agents share out addresses by it"),
        definitions(Trace::NameSuffix(".cilium.io".into()), "the operator makes its definitions itself"),
        users(
            core("Node"),
            Trace::Annotation("network.cilium.io/ipv4-pod-cidr".into()),
            "its network, its BPF maps and the CNI configurations that were set aside are still Cilium's: \
             run `cilium-dbg cleanup` on it",
        ),
    ]
}
