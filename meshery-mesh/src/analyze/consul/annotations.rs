//! The annotations of Consul that pods and Services have.

use std::sync::Arc;

use meshery_core::resource::{Field, Node, Resource};
use meshery_core::{Finding, World};

use crate::analyze::consul::values::go;
use crate::analyze::kinds::REPLICA_SET;
use crate::analyze::kubernetes::{Annotated, Holder, each_annotated};

/// What the names of Consul's annotations begin with.
pub(super) const PREFIX: &str = "consul.hashicorp.com/";
/// What the names of annotations begin with whose rest anybody may choose.
pub(in crate::analyze) const META: &str = "service-meta-";

/// The annotations and labels that consul-k8s reads or writes, without their common beginning.
pub(in crate::analyze) const KNOWN: [&str; 72] = [
    "config-checksum",
    "connect-inject",
    "connect-inject-managed-by",
    "connect-inject-mount-volume",
    "connect-inject-status",
    "connect-k8s-version",
    "connect-service",
    "connect-service-port",
    "connect-service-upstreams",
    "consul-dns",
    "consul-envoy-proxy-concurrency",
    "consul-k8s-version",
    "consul-namespace",
    "consul-sidecar-user-volume",
    "consul-sidecar-user-volume-mount",
    "default-replicas",
    "enable-consul-dataplane-as-sidecar",
    "enable-metrics",
    "enable-metrics-merging",
    "enable-sidecar-proxy-lifecycle",
    "enable-sidecar-proxy-lifecycle-shutdown-drain-listeners",
    "envoy-extra-args",
    "gateway-consul-service-name",
    "gateway-kind",
    "gateway-namespace",
    "gateway-wan-address-source",
    "gateway-wan-address-static",
    "gateway-wan-port",
    "kubernetes-service",
    "merged-metrics-port",
    "mesh-gateway-container-port",
    "mesh-inject",
    "mesh-service-destinations",
    "original-pod",
    "peering-token",
    "peering-version",
    "prometheus-ca-file",
    "prometheus-ca-path",
    "prometheus-cert-file",
    "prometheus-key-file",
    "prometheus-scrape-path",
    "prometheus-scrape-port",
    "proxy-config-map",
    "redirect-traffic-config",
    "service-ignore",
    "service-metrics-endpoints",
    "service-metrics-path",
    "service-metrics-port",
    "service-name",
    "service-port",
    "service-sync",
    "service-tags",
    "sidecar-proxy-cpu-limit",
    "sidecar-proxy-cpu-request",
    "sidecar-proxy-lifecycle-graceful-port",
    "sidecar-proxy-lifecycle-graceful-shutdown-path",
    "sidecar-proxy-lifecycle-graceful-startup-path",
    "sidecar-proxy-lifecycle-shutdown-grace-period-seconds",
    "sidecar-proxy-lifecycle-startup-grace-period-seconds",
    "sidecar-proxy-liveness-failure-seconds",
    "sidecar-proxy-memory-limit",
    "sidecar-proxy-memory-request",
    "sidecar-proxy-startup-failure-seconds",
    "telemetry-collector",
    "transparent-proxy",
    "transparent-proxy-exclude-inbound-ports",
    "transparent-proxy-exclude-outbound-cidrs",
    "transparent-proxy-exclude-outbound-ports",
    "transparent-proxy-exclude-uids",
    "transparent-proxy-overwrite-probes",
    "transparent-proxy-status",
    "use-proxy-health-check",
];

/// An annotation of Consul.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Annotation<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    pub(in crate::analyze) field: &'a Field,
    /// The pod, or the template of one; `None` for a Service.
    pub(in crate::analyze) pod: Option<&'a Node>,
}

impl<'a> Annotation<'a> {
    /// Its name without the common beginning.
    pub(in crate::analyze) fn name(&self) -> &'a str {
        self.field.key.strip_prefix(PREFIX).unwrap_or_default()
    }

    /// The number of the port that a text names: one of the pod's containers by its name, or a number.
    pub(in crate::analyze) fn port(&self, text: &str) -> Option<i64> {
        let containers = self.pod?.at(&["spec", "containers"]).map(Node::items).unwrap_or_default();
        let ports = containers.iter().flat_map(|it| it.get("ports").map(Node::items).unwrap_or_default());
        let mut named = ports.filter(|port| port.get("name").and_then(Node::as_str) == Some(text));
        let named = named.find_map(|port| port.get("containerPort")?.as_int());
        named.or_else(|| go::integer(text).map(i64::from))
    }

    /// Another annotation beside it, by its name without the common beginning.
    pub(in crate::analyze) fn beside(&self, name: &str) -> Option<&'a str> {
        let key = format!("{PREFIX}{name}");
        self.pod?.at(&["metadata", "annotations", &key])?.as_str()
    }
}

/// What there is to say by itself of each annotation of Consul on Services and pods, and in templates of pods.
pub(in crate::analyze) fn each_annotation(
    world: &World,
    find: impl Fn(&Annotation<'_>) -> Option<Finding>,
) -> Vec<Finding> {
    each_annotated(world, |annotated| {
        let Annotated { object, node, holder } = annotated;
        let pod = match holder {
            Holder::Service => None,
            // A ReplicaSet has its template from a Deployment.
            Holder::Pod if object.kind() != REPLICA_SET => Some(node),
            _ => return Vec::new(),
        };
        let of_consul = annotated.annotations().iter().filter(|field| field.key.starts_with(PREFIX));
        of_consul.filter_map(|field| find(&Annotation { object, field, pod })).collect()
    })
}
