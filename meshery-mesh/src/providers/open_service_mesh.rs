//! Open Service Mesh on a cluster, of the chart `osm`: its settings are `charts` and `values`. Its project has ended.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Enrolment, Line, Marks, MeshFacts, OptIn, Releases, ResidueRule, Source, Trace,
};
use meshery_core::provider::{End, EndKind};
use meshery_core::{GroupKind, InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::Value;

use super::charts::{OneChart, namespace};
use super::facts::{
    asks, core, definitions, injects, made, mutating, named, orphaned, part, ready, sidecars, validating,
};

const CHART: OneChart =
    OneChart { repository: "https://openservicemesh.github.io/osm", name: "osm", namespace: "osm-system" };
const PROXY: &str = "envoy";
const MONITORED: &str = "openservicemesh.io/monitored-by";
const INJECT: &str = "openservicemesh.io/sidecar-injection";

/// The label of a pod that has one of its proxies, which are called as any other Envoy.
const PROXY_ID: &str = "osm-proxy-uuid";
/// Definitions of others that osm-bootstrap makes.
const DEFINED: [&str; 6] = [
    "httproutegroups.specs.smi-spec.io",
    "serviceexports.multicluster.x-k8s.io",
    "serviceimports.multicluster.x-k8s.io",
    "tcproutes.specs.smi-spec.io",
    "trafficsplits.split.smi-spec.io",
    "traffictargets.access.smi-spec.io",
];

pub(super) struct OpenServiceMesh;

impl MeshProvider for OpenServiceMesh {
    fn info(&self) -> MeshInfo {
        let end = End {
            kind: EndKind::Archived,
            date: "2023-07".into(),
            successors: vec!["istio".into(), "linkerd".into()],
            advice: "translate its SMI resources to the Gateway API and move namespace by namespace".into(),
        };
        let info = MeshInfo::new("osm", "Open Service Mesh", "Open Service Mesh's control plane on a cluster");
        MeshInfo { end: Some(end), ..info }
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for OpenServiceMesh {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        CHART.source(wanted, wanted.version.clone(), Value::Null)
    }

    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        MeshFacts { residue: residue(namespace(wanted, CHART.namespace)), ..MeshFacts::default() }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready(), injects(way(), PROXY)]
    }

    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        let opt_outs = vec![
            OptIn::namespace_label("openservicemesh.io/ignore", None),
            OptIn::namespace_annotation(INJECT, Some("disabled")).on_pod(),
        ];
        Some(sidecars(way(), PROXY, opt_outs))
    }

    fn marks(&self) -> Marks {
        Marks {
            parts: ["osm-bootstrap", "osm-controller", "osm-injector"]
                .map(|name| part("Deployment", named(name), name))
                .into(),
            groups: vec!["config.openservicemesh.io".into(), "policy.openservicemesh.io".into()],
            signs: vec![
                mutating(Trace::NamePrefix("osm-webhook-".into())),
                validating(Trace::NamePrefix("osm-validator-mesh-".into())),
            ],
            opt_ins: vec![OptIn::namespace_label(MONITORED, None)],
            proxies: Vec::new(),
        }
    }

    fn releases(&self) -> Releases {
        let line = |name: &str, oldest| Line::new(name, name).on_kubernetes(oldest);
        Releases {
            lines: vec![line("1.0", "1.20"), line("1.1", "1.20"), line("1.2", "1.22.9")],
            steps_up: Some(1),
            source: "https://release-v1-2.docs.openservicemesh.io/docs/guides/upgrade/".into(),
            ..Releases::default()
        }
    }
}

/// A namespace is a member by its label, and asks for proxies by an annotation beside it: only the two together do.
fn way() -> Vec<OptIn> {
    vec![OptIn::namespace_label(MONITORED, Some(CHART.name)), OptIn::namespace_annotation(INJECT, Some("enabled"))]
}

fn residue(home: &str) -> Vec<ResidueRule> {
    let made_at_run_time = "osm-bootstrap makes it when it starts";
    let mut rules = vec![
        made(core("Secret"), Some(home), named("osm-ca-bundle"), "osm-controller keeps the key of its authority in it"),
        made(core("Secret"), Some(home), named("mutating-webhook-cert-secret"), "of the injector's webhook"),
        made(core("Secret"), Some(home), named("validating-webhook-cert-secret"), "of the validator's webhook"),
        made(core("Secret"), Some(home), named("crd-converter-cert-secret"), "of the definitions' converter"),
        made(mutating(named("")).kind, None, Trace::NamePrefix("osm-webhook-".into()), made_at_run_time),
        made(validating(named("")).kind, None, Trace::NamePrefix("osm-validator-mesh-".into()), made_at_run_time),
        made(
            GroupKind::new("config.openservicemesh.io", "MeshConfig"),
            Some(home),
            named("osm-mesh-config"),
            made_at_run_time,
        ),
        asks(&OptIn::namespace_label(MONITORED, None)),
        ResidueRule { trace: Trace::Label(PROXY_ID.into()), ..orphaned(PROXY) },
    ];
    for group in ["config.openservicemesh.io", "policy.openservicemesh.io"] {
        rules.push(definitions(Trace::NameSuffix(format!(".{group}")), made_at_run_time));
    }
    rules.extend(DEFINED.map(|name| definitions(named(name), made_at_run_time)));
    rules
}
