//! Traefik Mesh on a cluster, of the chart `traefik-mesh`: its settings are `charts` and `values`. Nobody develops it any
//! more, and its charts up to 3.0 are refused by every Kubernetes since 1.22.

use meshery_core::lifecycle::{ClusterCheck, ClusterMesh, Line, Marks, MeshFacts, Releases, Source};
use meshery_core::provider::{End, EndKind};
use meshery_core::{InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::Value;

use super::charts::OneChart;
use super::facts::{core, labelled, made, named, part, ready, users};

const CHART: OneChart =
    OneChart { repository: "https://helm.traefik.io/mesh", name: "traefik-mesh", namespace: "traefik-mesh" };
/// Charts are numbered apart from releases.
const CHARTS: [(&str, &str); 3] = [("1.4.0", "3.0.3"), ("1.4.1", "3.0.8"), ("1.4.8", "4.1.1")];

pub(super) struct TraefikMesh;

impl MeshProvider for TraefikMesh {
    fn info(&self) -> MeshInfo {
        let end = End {
            kind: EndKind::Parked,
            date: "2022-08".into(),
            successors: vec!["istio".into(), "linkerd".into()],
            advice: "translate its SMI resources to the Gateway API; clients call SERVICE.NAMESPACE.traefik.mesh and have to \
                     be told another name"
                .into(),
        };
        let info = MeshInfo::new("traefik-mesh", "Traefik Mesh", "Traefik Mesh, a proxy on each node, on a cluster");
        MeshInfo { end: Some(end), ..info }
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for TraefikMesh {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        let chart = CHARTS.iter().find(|(release, _)| *release == wanted.version);
        CHART.source(wanted, chart.map_or_else(|| wanted.version.clone(), |(_, chart)| (*chart).into()), Value::Null)
    }

    fn facts(&self, _wanted: &InstanceSpec) -> MeshFacts {
        let dns = "it still sends names below traefik.mesh to a controller that is gone: remove the block from it";
        MeshFacts {
            residue: vec![
                made(
                    core("Service"),
                    None,
                    labelled(&[("app", "maesh"), ("type", "shadow")]),
                    "the controller made it to stand for a service of yours",
                ),
                users(core("ConfigMap"), named("coredns-custom"), dns),
            ],
            ..MeshFacts::default()
        }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready()]
    }

    fn marks(&self) -> Marks {
        let component = |name| labelled(&[("app", "maesh"), ("component", name)]);
        Marks {
            parts: vec![
                part("Deployment", component("controller"), "traefik-mesh-controller"),
                part("DaemonSet", component("maesh-mesh"), ""),
            ],
            ..Marks::default()
        }
    }

    fn releases(&self) -> Releases {
        Releases {
            lines: ["1.2", "1.3", "1.4"].map(|name| Line::new(name, name)).into(),
            source: "https://doc.traefik.io/traefik-mesh/migration/".into(),
            ..Releases::default()
        }
    }
}
