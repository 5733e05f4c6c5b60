//! The annotations and labels that Istio knows, in its own registry of them.

/// An annotation that Istio knows.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyze) struct Known {
    pub(in crate::analyze) name: &'static str,
    /// On which kinds it has an effect; empty for all.
    pub(in crate::analyze) kinds: &'static [&'static str],
    pub(in crate::analyze) stage: Stage,
    pub(in crate::analyze) is_deprecated: bool,
}

/// How settled an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Stage {
    Alpha,
    Beta,
    Stable,
}

use Stage::{Alpha, Beta, Stable};

const fn known(name: &'static str, stage: Stage, kinds: &'static [&'static str]) -> Known {
    Known { name, kinds, stage, is_deprecated: false }
}

const fn deprecated(name: &'static str, stage: Stage, kinds: &'static [&'static str]) -> Known {
    Known { name, kinds, stage, is_deprecated: true }
}

const ANY: &[&str] = &[];
const GATEWAY: &[&str] = &["Gateway"];
const POD: &[&str] = &["Pod"];
const SERVICE: &[&str] = &["Service"];
const WORKLOAD_ENTRY: &[&str] = &["WorkloadEntry"];

/// Sorted by name.
const ANNOTATIONS: [Known; 68] = [
    deprecated("alpha.istio.io/canonical-serviceaccounts", Alpha, SERVICE),
    deprecated("alpha.istio.io/kubernetes-serviceaccounts", Alpha, SERVICE),
    known("ambient.istio.io/bypass-inbound-capture", Alpha, POD),
    known("ambient.istio.io/dns-capture", Alpha, POD),
    known("ambient.istio.io/redirection", Beta, POD),
    known("ambient.istio.io/waypoint-inbound-binding", Alpha, &["GatewayClass", "Gateway"]),
    known("galley.istio.io/analyze-suppress", Alpha, ANY),
    known("gateway.istio.io/controller-version", Alpha, ANY),
    known("gateway.istio.io/name-override", Alpha, GATEWAY),
    known("gateway.istio.io/service-account", Alpha, GATEWAY),
    known("inject.istio.io/templates", Alpha, POD),
    known("istio.io/autoRegistrationGroup", Alpha, WORKLOAD_ENTRY),
    known("istio.io/connectedAt", Alpha, WORKLOAD_ENTRY),
    known("istio.io/disconnectedAt", Alpha, WORKLOAD_ENTRY),
    known("istio.io/dry-run", Alpha, &["AuthorizationPolicy"]),
    known("istio.io/reroute-virtual-interfaces", Alpha, POD),
    known("istio.io/rev", Alpha, POD),
    known("istio.io/use-waypoint-canary-weight", Alpha, &["Service", "ServiceEntry", "Namespace"]),
    known("istio.io/workloadController", Alpha, WORKLOAD_ENTRY),
    known("kubernetes.io/ingress.class", Stable, &["Ingress"]),
    known("networking.istio.io/exportTo", Alpha, SERVICE),
    known("networking.istio.io/service-type", Alpha, GATEWAY),
    known("networking.istio.io/traffic-distribution", Alpha, &["Namespace", "Service", "ServiceEntry"]),
    known("prometheus.istio.io/merge-metrics", Alpha, POD),
    known("proxy.istio.io/config", Beta, POD),
    known("proxy.istio.io/overrides", Alpha, POD),
    known("readiness.status.sidecar.istio.io/applicationPorts", Alpha, POD),
    known("readiness.status.sidecar.istio.io/failureThreshold", Alpha, POD),
    known("readiness.status.sidecar.istio.io/initialDelaySeconds", Alpha, POD),
    known("readiness.status.sidecar.istio.io/periodSeconds", Alpha, POD),
    known("sidecar.istio.io/agentLogLevel", Alpha, POD),
    known("sidecar.istio.io/bootstrapOverride", Alpha, POD),
    known("sidecar.istio.io/componentLogLevel", Alpha, POD),
    deprecated("sidecar.istio.io/discoveryAddress", Alpha, POD),
    deprecated("sidecar.istio.io/extraStatTags", Alpha, POD),
    deprecated("sidecar.istio.io/inject", Beta, POD),
    known("sidecar.istio.io/interceptionMode", Alpha, POD),
    known("sidecar.istio.io/logLevel", Alpha, POD),
    known("sidecar.istio.io/nativeSidecar", Alpha, POD),
    known("sidecar.istio.io/proxyCPU", Alpha, POD),
    known("sidecar.istio.io/proxyCPULimit", Alpha, POD),
    known("sidecar.istio.io/proxyImage", Alpha, POD),
    known("sidecar.istio.io/proxyImageType", Alpha, POD),
    known("sidecar.istio.io/proxyMemory", Alpha, POD),
    known("sidecar.istio.io/proxyMemoryLimit", Alpha, POD),
    known("sidecar.istio.io/rewriteAppHTTPProbers", Alpha, POD),
    deprecated("sidecar.istio.io/statsCompression", Alpha, POD),
    known("sidecar.istio.io/statsEvictionInterval", Alpha, POD),
    known("sidecar.istio.io/statsFlushInterval", Alpha, POD),
    known("sidecar.istio.io/statsHistogramBins", Alpha, POD),
    known("sidecar.istio.io/statsHistogramBuckets", Alpha, POD),
    deprecated("sidecar.istio.io/statsInclusionPrefixes", Alpha, POD),
    deprecated("sidecar.istio.io/statsInclusionRegexps", Alpha, POD),
    deprecated("sidecar.istio.io/statsInclusionSuffixes", Alpha, POD),
    known("sidecar.istio.io/status", Alpha, POD),
    known("sidecar.istio.io/userVolume", Alpha, POD),
    known("sidecar.istio.io/userVolumeMount", Alpha, POD),
    known("status.sidecar.istio.io/port", Alpha, POD),
    known("topology.istio.io/controlPlaneClusters", Alpha, &["Namespace"]),
    known("traffic.istio.io/nodeSelector", Stable, SERVICE),
    known("traffic.sidecar.istio.io/excludeInboundPorts", Alpha, POD),
    known("traffic.sidecar.istio.io/excludeInterfaces", Alpha, POD),
    known("traffic.sidecar.istio.io/excludeOutboundIPRanges", Alpha, POD),
    known("traffic.sidecar.istio.io/excludeOutboundPorts", Alpha, POD),
    known("traffic.sidecar.istio.io/includeInboundPorts", Alpha, POD),
    known("traffic.sidecar.istio.io/includeOutboundIPRanges", Alpha, POD),
    known("traffic.sidecar.istio.io/includeOutboundPorts", Alpha, POD),
    deprecated("traffic.sidecar.istio.io/kubevirtInterfaces", Alpha, POD),
];

/// Labels, sorted.
const LABELS: [&str; 26] = [
    "gateway.istio.io/managed",
    "gateway.networking.k8s.io/gateway-class-name",
    "gateway.networking.k8s.io/gateway-name",
    "istio.io/dataplane-mode",
    "istio.io/ingress-use-waypoint",
    "istio.io/rev",
    "istio.io/tag",
    "istio.io/use-waypoint",
    "istio.io/use-waypoint-canary",
    "istio.io/use-waypoint-canary-namespace",
    "istio.io/use-waypoint-namespace",
    "istio.io/waypoint-for",
    "networking.istio.io/enable-autoallocate-ip",
    "networking.istio.io/gatewayPort",
    "operator.istio.io/component",
    "operator.istio.io/managed",
    "operator.istio.io/version",
    "security.istio.io/tlsMode",
    "service.istio.io/canonical-name",
    "service.istio.io/canonical-revision",
    "service.istio.io/workload-name",
    "sidecar.istio.io/inject",
    "topology.istio.io/cluster",
    "topology.istio.io/locality",
    "topology.istio.io/network",
    "topology.istio.io/subzone",
];

/// The annotation of this name.
pub(in crate::analyze) fn annotation(name: &str) -> Option<&'static Known> {
    ANNOTATIONS.binary_search_by(|known| known.name.cmp(name)).ok().and_then(|at| ANNOTATIONS.get(at))
}

/// The names of all annotations, sorted.
pub(in crate::analyze) fn annotations() -> impl Iterator<Item = &'static str> {
    ANNOTATIONS.iter().map(|known| known.name)
}

/// Whether there is a label of this name.
pub(in crate::analyze) fn is_label(name: &str) -> bool {
    LABELS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_sorted() {
        assert!(ANNOTATIONS.is_sorted_by(|a, b| a.name < b.name) && LABELS.is_sorted_by(|a, b| a < b));
        assert!(annotation("sidecar.istio.io/inject").is_some_and(|known| known.is_deprecated));
        assert!(annotation("sidecar.istio.io/injekt").is_none() && is_label("istio.io/rev"));
    }
}
