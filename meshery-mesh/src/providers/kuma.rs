//! Kuma on a cluster, of the chart `kuma`: its settings are `charts` and `values`.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Enrolment, Line, Marks, MeshFacts, OptIn, Releases, ResidueRule, Source, Trace,
};
use meshery_core::{GroupKind, InstanceSpec, MeshInfo, MeshProvider, ObjectId, Result};
use serde_json::Value;

use super::charts::{OneChart, namespace};
use super::facts::{
    asks, certified, core, extra, injects, labelled, lease, made, mutating, named, orphaned, part, ready,
    says_its_version, served, sidecars, validating,
};

const CHART: OneChart =
    OneChart { repository: "https://kumahq.github.io/charts", name: "kuma", namespace: "kuma-system" };
const PROXY: &str = "kuma-sidecar";
const INJECT: &str = "kuma.io/sidecar-injection";

pub(super) struct Kuma;

impl MeshProvider for Kuma {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("kuma", "Kuma", "Kuma's control plane on a cluster, alone or as a zone")
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for Kuma {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        CHART.source(wanted, wanted.version.clone(), Value::Null)
    }

    /// Nobody else writes to its objects: the chart itself puts certificates into its webhooks.
    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let home = namespace(wanted, CHART.namespace);
        let credentials = vec![served(home, "kuma-tls-cert", "kuma-control-plane")];
        MeshFacts { residue: residue(home), credentials, ..MeshFacts::default() }
    }

    fn checks(&self, wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        let home = namespace(wanted, CHART.namespace);
        let api = ObjectId::new("", "Service", Some(home), "kuma-control-plane");
        vec![ready(), certified(), injects(vec![opt_in()], PROXY), says_its_version(api, 5681, "/", "/version")]
    }

    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        let no = |value| OptIn::namespace_label(INJECT, Some(value)).on_pod();
        let old = OptIn::namespace_annotation(INJECT, Some("disabled")).on_pod();
        let enrolment = sidecars(vec![opt_in()], PROXY, vec![no("disabled"), no("false"), old]);
        let other = |opt_in| vec![opt_in];
        let ways = vec![
            other(opt_in()),
            other(OptIn::namespace_label(INJECT, Some("true"))),
            other(OptIn::namespace_annotation(INJECT, Some("enabled"))),
        ];
        Some(Enrolment { ways, ..enrolment })
    }

    fn marks(&self) -> Marks {
        Marks {
            parts: vec![
                part("Deployment", labelled(&[("app", "kuma-control-plane")]), "control-plane"),
                extra("Deployment", labelled(&[("app", "kuma-ingress")]), "ingress"),
                extra("Deployment", labelled(&[("app", "kuma-egress")]), "egress"),
                extra("DaemonSet", named("kuma-cni-node"), "install-cni"),
            ],
            groups: vec!["kuma.io".into()],
            signs: vec![
                mutating(Trace::NamePrefix("kuma-admission-mutating-webhook".into())),
                validating(Trace::NamePrefix("kuma-validating-webhook".into())),
            ],
            opt_ins: vec![
                opt_in(),
                OptIn::namespace_label(INJECT, Some("true")),
                OptIn::namespace_annotation(INJECT, Some("enabled")),
                opt_in().on_pod(),
            ],
            proxies: vec![PROXY.into()],
        }
    }

    fn releases(&self) -> Releases {
        let minors = ["2.6", "2.7", "2.8", "2.9", "2.10", "2.11", "2.12", "2.13", "2.14"];
        let kind = |name| GroupKind::new("kuma.io", name);
        let third = Line::new("3.0", "3.0").retiring(kind("Mesh"), "/spec/mtls", "MeshIdentity and MeshTrust");
        let third = ["MeshGateway", "MeshGatewayConfig", "MeshGatewayInstance", "MeshGatewayRoute"]
            .into_iter()
            .fold(third, |line, gone| line.retiring(kind(gone), "", "the Gateway API with another implementation"));
        Releases {
            lines: minors.map(|name| Line::new(name, name)).into_iter().chain([third]).collect(),
            steps_up: Some(2),
            source: "https://kuma.io/docs/latest/production/upgrades-tuning/upgrades/".into(),
            ..Releases::default()
        }
    }
}

fn opt_in() -> OptIn {
    OptIn::namespace_label(INJECT, Some("enabled"))
}

fn residue(home: &str) -> Vec<ResidueRule> {
    let secret = |trace, reason: &str| made(core("Secret"), Some(home), trace, reason);
    vec![
        made(lease(), Some(home), named("kuma-cp-leader"), "the control planes elect a leader by it"),
        made(core("ConfigMap"), Some(home), named("kuma-cp-leader"), "older control planes elect a leader by it"),
        secret(Trace::NamePrefix("admin-user-token".into()), "the control plane makes its administrator's token"),
        secret(named("envoy-admin-ca"), "the control plane asks proxies with it"),
        secret(named("inter-cp-ca"), "control planes know each other by it"),
        secret(Trace::NamePrefix("user-token-signing-key".into()), "the control plane signs users' tokens with it"),
        secret(Trace::NamePrefix("zone-token-signing-key".into()), "the control plane signs zones' tokens with it"),
        secret(
            Trace::NamePrefix("dataplane-token-signing-key".into()),
            "the control plane signs proxies' tokens with it",
        ),
        secret(Trace::Label("kuma.io/mesh".into()), "the control plane keeps a mesh's certificates and keys in it"),
        asks(&OptIn::namespace_label(INJECT, Some("enabled"))),
        asks(&OptIn::namespace_label(INJECT, Some("true"))),
        orphaned(PROXY),
    ]
}
