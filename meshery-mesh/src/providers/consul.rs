//! Consul's service mesh on a cluster, of the chart `consul`: its settings are `charts` and `values`.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Enrolment, Line, Marks, MeshFacts, OptIn, Releases, Source, Trace,
};
use meshery_core::{GroupKind, InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::json;

use super::charts::{OneChart, namespace};
use super::facts::{
    core, data, extra, injects, labelled, lease, made, mutating, named, orphaned, part, ready, sidecars, users,
    validating, writes_webhooks,
};

const CHART: OneChart =
    OneChart { repository: "https://helm.releases.hashicorp.com", name: "consul", namespace: "consul" };
const PROXY: &str = "consul-dataplane";
const INJECT: &str = "consul.hashicorp.com/connect-inject";
const GROUP: &str = "consul.hashicorp.com";

pub(super) struct Consul;

impl MeshProvider for Consul {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("consul", "Consul", "Consul's servers and its injector on a cluster")
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for Consul {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        // Without a name of its own the chart calls everything by the release and the chart, `consul-consul`.
        let values = json!({ "global": { "name": CHART.name }, "connectInject": { "enabled": true } });
        CHART.source(wanted, wanted.version.clone(), values)
    }

    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let home = namespace(wanted, CHART.namespace);
        let manager = "consul-k8s-control-plane";
        MeshFacts {
            runtime_owners: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
                .map(|kind| writes_webhooks(manager, kind, &[]))
                .into(),
            residue: vec![
                made(lease(), Some(home), named("consul-controller-lock"), "the injectors elect a leader by it"),
                made(
                    core("Secret"),
                    Some(home),
                    labelled(&[("managed-by", "consul-k8s")]),
                    "consul-k8s keeps certificates and tokens in it",
                ),
                made(
                    core("Secret"),
                    Some(home),
                    named("consul-connect-inject-webhook-cert"),
                    "consul-webhook-cert-manager keeps the certificate of the webhooks in it",
                ),
                data(
                    core("PersistentVolumeClaim"),
                    home,
                    labelled(&[("app", "consul"), ("component", "server")]),
                    "the servers keep their state in it: intentions, configuration entries, the key-value store",
                ),
                users(
                    GroupKind::new("gateway.networking.k8s.io", "GatewayClass"),
                    named("consul"),
                    "its controller is gone: remove it, or let another controller take its gateways",
                ),
                orphaned(PROXY),
            ],
            finalizers: vec![
                "finalizers.consul.hashicorp.com".into(),
                "gateway-exists-finalizer.consul.hashicorp.com".into(),
                "gateway-finalizer.consul.hashicorp.com".into(),
            ],
            ..MeshFacts::default()
        }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready(), injects(vec![opt_in()], PROXY)]
    }

    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        let opt_out = OptIn::namespace_annotation(INJECT, Some("false")).on_pod();
        Some(sidecars(vec![opt_in()], PROXY, vec![opt_out]))
    }

    fn marks(&self) -> Marks {
        let component = |name| labelled(&[("app", "consul"), ("component", name)]);
        Marks {
            parts: vec![
                part("Deployment", component("connect-injector"), "sidecar-injector"),
                // External servers, or those of another cluster, do as well.
                extra("StatefulSet", component("server"), ""),
                extra("Deployment", component("webhook-cert-manager"), "webhook-cert-manager"),
                extra("Deployment", component("mesh-gateway"), ""),
            ],
            groups: vec!["auth.consul.hashicorp.com".into(), GROUP.into()],
            signs: vec![
                mutating(Trace::NameSuffix("consul-connect-injector".into())),
                validating(Trace::NameSuffix("consul-connect-injector".into())),
            ],
            opt_ins: vec![opt_in()],
            proxies: vec![PROXY.into()],
        }
    }

    /// consul-k8s follows Consul's own rule: from one major release to the next.
    fn releases(&self) -> Releases {
        let lines = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "2.0"]
            .map(|name| Line::new(name, name).on_kubernetes(if name < "1.2" { "1.21" } else { "1.22" }));
        Releases {
            lines: lines.into(),
            steps_up: Some(2),
            source: "https://developer.hashicorp.com/consul/docs/upgrade/k8s".into(),
            ..Releases::default()
        }
    }
}

fn opt_in() -> OptIn {
    OptIn::namespace_annotation(INJECT, Some("true")).on_pod()
}
