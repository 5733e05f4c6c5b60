//! NGINX Service Mesh on a cluster, of the chart `nginx-service-mesh`: its settings are `charts` and `values`. Its
//! project has ended.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Enrolment, Line, Marks, MeshFacts, OptIn, Releases, Source, Trace,
};
use meshery_core::provider::{End, EndKind};
use meshery_core::{GroupKind, InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::Value;

use super::charts::{OneChart, namespace};
use super::facts::{
    asks, core, data, extra, injects, labelled, mutating, named, orphaned, part, ready, sidecars, users, validating,
    writes_aggregated, writes_webhooks,
};

const CHART: OneChart =
    OneChart { repository: "https://helm.nginx.com/stable", name: "nginx-service-mesh", namespace: "nginx-mesh" };
const PROXY: &str = "nginx-mesh-sidecar";
const INJECT: &str = "injector.nsm.nginx.com/auto-inject";

pub(super) struct NginxServiceMesh;

impl MeshProvider for NginxServiceMesh {
    fn info(&self) -> MeshInfo {
        let end = End {
            kind: EndKind::Archived,
            date: "2024-03-14".into(),
            successors: vec!["NGINX Gateway Fabric".into(), "istio".into(), "linkerd".into()],
            advice:
                "translate its SMI resources to the Gateway API; its images need a licence that is not sold any more"
                    .into(),
        };
        let summary = "NGINX Service Mesh's control plane on a cluster, with SPIRE and NATS";
        MeshInfo { end: Some(end), ..MeshInfo::new("nginx-service-mesh", "NGINX Service Mesh", summary) }
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for NginxServiceMesh {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        // The charts of the first major release begin with a zero.
        let version = wanted.version.strip_prefix("1.").map(|rest| format!("0.{rest}"));
        CHART.source(wanted, version.unwrap_or_else(|| wanted.version.clone()), Value::Null)
    }

    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let home = namespace(wanted, CHART.namespace);
        let hooks = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
        let writers = ["nginx-mesh-controller", "nginx-mesh-api", "k8s-workload-registrar"];
        let volume = "SPIRE keeps its identities in it";
        MeshFacts {
            runtime_owners: writers
                .iter()
                .flat_map(|writer| {
                    let webhooks = hooks.iter().map(|kind| writes_webhooks(writer, kind, &[]));
                    webhooks.chain([writes_aggregated(writer)])
                })
                .collect(),
            residue: vec![
                data(core("PersistentVolumeClaim"), home, Trace::NamePrefix("spire-data-".into()), volume),
                users(
                    GroupKind::new("apps", "DaemonSet"),
                    named("csi-driver-sentinel"),
                    "it waits until no workload has a proxy any more: restart them, or `withdraw` their namespaces, and it ends",
                ),
                asks(&opt_in()),
                orphaned(PROXY),
            ],
            ..MeshFacts::default()
        }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready(), injects(vec![opt_in()], PROXY)]
    }

    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        let opt_out = OptIn::namespace_label(INJECT, Some("disabled")).on_pod();
        Some(sidecars(vec![opt_in()], PROXY, vec![opt_out]))
    }

    fn marks(&self) -> Marks {
        let own = |name| labelled(&[("app.kubernetes.io/name", name), ("app.kubernetes.io/part-of", CHART.name)]);
        Marks {
            parts: vec![
                part("Deployment", own("nats-server"), "nginx-mesh-cert-reloader"),
                part("Deployment", own("nginx-mesh-metrics"), "nginx-mesh-metrics"),
                extra("Deployment", own("nginx-mesh-controller"), "nginx-mesh-controller"),
                extra("Deployment", own("nginx-mesh-api"), "nginx-mesh-api"),
                extra("StatefulSet", own("spire-server"), ""),
                extra("DaemonSet", own("spire-agent"), ""),
            ],
            groups: vec!["nsm.nginx.com".into(), "specs.smi.nginx.com".into()],
            signs: vec![
                mutating(Trace::NameSuffix(".internal.builtin.nsm.nginx".into())),
                validating(Trace::NameSuffix(".builtin.nsm.nginx".into())),
            ],
            opt_ins: vec![opt_in(), opt_in().on_pod()],
            proxies: vec![PROXY.into()],
        }
    }

    fn releases(&self) -> Releases {
        let lines = ["1.5", "1.6", "1.7", "2.0"].map(|name| Line::new(name, name).on_kubernetes("1.22"));
        Releases {
            lines: lines.into(),
            steps_up: Some(1),
            source: "https://docs.nginx.com/nginx-service-mesh/guides/upgrade/".into(),
            ..Releases::default()
        }
    }
}

fn opt_in() -> OptIn {
    OptIn::namespace_label(INJECT, Some("enabled"))
}
