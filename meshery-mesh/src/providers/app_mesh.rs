//! AWS App Mesh on a cluster, of the chart `appmesh-controller`: its settings are `charts` and `values`. The service has
//! ended.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Enrolment, Line, Marks, MeshFacts, OptIn, Releases, Source, Trace,
};
use meshery_core::provider::{End, EndKind};
use meshery_core::{InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::Value;

use super::charts::{OneChart, namespace};
use super::facts::{
    asks, certified, core, injects, labelled, lease, made, mutating, named, orphaned, part, ready, served, sidecars,
    validating,
};

const CHART: OneChart = OneChart {
    repository: "https://aws.github.io/eks-charts",
    name: "appmesh-controller",
    namespace: "appmesh-system",
};
const PROXY: &str = "envoy";
const INJECT: &str = "appmesh.k8s.aws/sidecarInjectorWebhook";

pub(super) struct AppMesh;

impl MeshProvider for AppMesh {
    fn info(&self) -> MeshInfo {
        let end = End {
            kind: EndKind::Discontinued,
            date: "2026-09-30".into(),
            successors: vec!["Amazon VPC Lattice".into(), "istio".into()],
            advice: "remove its resources while the controller still runs: they hold finalizers, and AWS objects"
                .into(),
        };
        let info = MeshInfo::new("appmesh", "AWS App Mesh", "The controller of AWS App Mesh on a cluster");
        MeshInfo { end: Some(end), ..info }
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for AppMesh {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        CHART.source(wanted, wanted.version.clone(), Value::Null)
    }

    /// Nobody else writes to its objects: the chart itself puts certificates into its webhooks.
    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let home = namespace(wanted, CHART.namespace);
        let elects = "the controllers elect a leader by it";
        let election = "appmesh-controller-leader-election";
        MeshFacts {
            residue: vec![
                made(lease(), Some(home), named(election), elects),
                made(core("ConfigMap"), Some(home), named(election), elects),
                asks(&opt_in()),
                orphaned(PROXY),
            ],
            credentials: vec![served(
                home,
                "appmesh-controller-webhook-server-cert",
                "appmesh-controller-webhook-service",
            )],
            finalizers: vec![
                "finalizers.appmesh.k8s.aws/mesh-members".into(),
                "finalizers.appmesh.k8s.aws/virtualgateway-members".into(),
                "finalizers.appmesh.k8s.aws/aws-appmesh-resources".into(),
                "finalizers.appmesh.k8s.aws/aws-cloudmap-resources".into(),
            ],
            ..MeshFacts::default()
        }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready(), certified(), injects(vec![opt_in()], PROXY)]
    }

    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        let opt_out = OptIn::namespace_annotation(INJECT, Some("disabled")).on_pod();
        Some(sidecars(vec![opt_in()], PROXY, vec![opt_out]))
    }

    fn marks(&self) -> Marks {
        let controller = labelled(&[("app.kubernetes.io/name", CHART.name)]);
        Marks {
            parts: vec![part("Deployment", controller, "controller")],
            groups: vec!["appmesh.k8s.aws".into()],
            signs: vec![
                mutating(Trace::NamePrefix("appmesh-controller-mutating".into())),
                validating(Trace::NamePrefix("appmesh-controller-validating".into())),
            ],
            opt_ins: vec![opt_in()],
            proxies: Vec::new(),
        }
    }

    fn releases(&self) -> Releases {
        let minors = ["1.7", "1.8", "1.9", "1.10", "1.11", "1.12", "1.13"];
        Releases {
            lines: minors.map(|name| Line::new(name, name)).into(),
            source: "https://docs.aws.amazon.com/app-mesh/latest/userguide/getting-started-kubernetes.html".into(),
            ..Releases::default()
        }
    }
}

fn opt_in() -> OptIn {
    OptIn::namespace_label(INJECT, Some("enabled"))
}
