//! The annotations of Kuma, and its labels that are switches.

use std::sync::Arc;

use meshery_core::resource::{Field, Node, Resource};
use meshery_core::{Finding, World};

use crate::analyze::kubernetes::{Annotated, Holder, each_annotated};
use crate::analyze::values::{address, duration};

/// What a value has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// On or off.
    Switch,
    /// True or false.
    Truth,
    /// A whole number from 0.
    Number,
    /// A port.
    Port,
    /// Ports and ranges of them, with commas between.
    Ports,
    /// Addresses and ranges of them, with commas between.
    Addresses,
    /// A stretch of time.
    Time,
    /// How much Envoy logs.
    Level,
    /// Which IP addresses are used.
    Family,
    /// Pairs, with semicolons between.
    Pairs,
    /// Anything.
    Text,
}

/// What may be said in the words of [`Kind::Switch`] and [`Kind::Truth`].
const TRUTHS: [&str; 4] = ["true", "false", "yes", "no"];
const PROTOCOLS: [&str; 6] = ["tcp", "tls", "grpc", "http", "http2", "kafka"];
const LEVELS: [&str; 8] = ["trace", "debug", "info", "warning", "warn", "error", "critical", "off"];
/// What the annotation of a Service's port ends with.
const PROTOCOL: &str = ".service.kuma.io/protocol";
/// The label that puts proxies into pods.
const INJECTION: &str = "kuma.io/sidecar-injection";

/// The annotations that Kuma 2 or 3 knows, and what their values are.
const KNOWN: [(&str, Kind); 60] = [
    ("k8s.kuma.io/is-headless-service", Kind::Text),
    ("k8s.kuma.io/service-account", Kind::Text),
    ("k8s.kuma.io/service-name", Kind::Text),
    ("k8s.kuma.io/spire-support", Kind::Text),
    ("k8s.kuma.io/synced", Kind::Text),
    ("kuma.io/application-probe-proxy-port", Kind::Number),
    ("kuma.io/builtin-dns", Kind::Switch),
    ("kuma.io/builtin-dns-logging", Kind::Switch),
    ("kuma.io/builtin-dns-port", Kind::Port),
    ("kuma.io/builtindns", Kind::Text),
    ("kuma.io/builtindnsport", Kind::Text),
    ("kuma.io/container-patches", Kind::Text),
    ("kuma.io/direct-access-services", Kind::Text),
    ("kuma.io/display-name", Kind::Text),
    ("kuma.io/egress", Kind::Switch),
    ("kuma.io/envoy-admin-port", Kind::Port),
    ("kuma.io/envoy-component-log-level", Kind::Text),
    ("kuma.io/envoy-log-level", Kind::Level),
    ("kuma.io/gateway", Kind::Text),
    ("kuma.io/ignore", Kind::Switch),
    ("kuma.io/ingress", Kind::Switch),
    ("kuma.io/ingress-public-address", Kind::Text),
    ("kuma.io/ingress-public-port", Kind::Port),
    ("kuma.io/init-first", Kind::Switch),
    ("kuma.io/mesh", Kind::Text),
    ("kuma.io/reachable-backends", Kind::Text),
    ("kuma.io/service-account-token-volume", Kind::Text),
    ("kuma.io/sidecar-drain-time", Kind::Time),
    ("kuma.io/sidecar-env-vars", Kind::Pairs),
    ("kuma.io/sidecar-injected", Kind::Truth),
    ("kuma.io/sidecar-injection", Kind::Text),
    ("kuma.io/sidecar-proxy-concurrency", Kind::Number),
    ("kuma.io/sidecar-uid", Kind::Number),
    ("kuma.io/synced", Kind::Text),
    ("kuma.io/tags", Kind::Text),
    ("kuma.io/transparent-proxying", Kind::Switch),
    ("kuma.io/transparent-proxying-ebpf", Kind::Switch),
    ("kuma.io/transparent-proxying-ebpf-bpf-fs-path", Kind::Text),
    ("kuma.io/transparent-proxying-ebpf-cgroup-path", Kind::Text),
    ("kuma.io/transparent-proxying-ebpf-instance-ip-env-var-name", Kind::Text),
    ("kuma.io/transparent-proxying-ebpf-programs-source-path", Kind::Text),
    ("kuma.io/transparent-proxying-ebpf-tc-attach-iface", Kind::Text),
    ("kuma.io/transparent-proxying-inbound-port", Kind::Port),
    ("kuma.io/transparent-proxying-inbound-v6-port", Kind::Number),
    ("kuma.io/transparent-proxying-ip-family-mode", Kind::Family),
    ("kuma.io/transparent-proxying-outbound-port", Kind::Port),
    ("kuma.io/transparent-proxying-reachable-services", Kind::Text),
    ("kuma.io/virtual-probes", Kind::Switch),
    ("kuma.io/virtual-probes-port", Kind::Port),
    ("kuma.io/wait-for-dataplane-ready", Kind::Switch),
    ("prometheus.metrics.kuma.io/path", Kind::Text),
    ("prometheus.metrics.kuma.io/port", Kind::Port),
    ("traffic.kuma.io/drop-invalid-packets", Kind::Truth),
    ("traffic.kuma.io/exclude-inbound-ips", Kind::Addresses),
    ("traffic.kuma.io/exclude-inbound-ports", Kind::Ports),
    ("traffic.kuma.io/exclude-outbound-ips", Kind::Addresses),
    ("traffic.kuma.io/exclude-outbound-ports", Kind::Ports),
    ("traffic.kuma.io/exclude-outbound-ports-for-uids", Kind::Text),
    ("traffic.kuma.io/iptables-logs", Kind::Truth),
    ("traffic.kuma.io/transparent-proxy-config", Kind::Text),
];

/// An annotation of Kuma, or its label that is a switch.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Annotation<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    pub(in crate::analyze) field: &'a Field,
    /// Whether it is read as an annotation, and not as a label.
    pub(in crate::analyze) is_read: bool,
    /// What has it: the object, or a template of pods.
    holder: &'a Node,
}

impl Annotation<'_> {
    /// Whether what has it has a label too.
    pub(in crate::analyze) fn has_label(&self, name: &str) -> bool {
        self.holder.at(&["metadata", "labels", name]).is_some()
    }
}

/// What there is to say by itself of each one of namespaces, Services and pods, and of the templates of pods.
pub(in crate::analyze) fn each_annotation(
    world: &World,
    find: impl Fn(&Annotation<'_>) -> Option<Finding>,
) -> Vec<Finding> {
    each_annotated(world, |annotated| {
        let is_read = annotated.holder != Holder::Workload;
        of_holder(annotated).filter(|_| is_read).filter_map(|annotation| find(&annotation)).collect::<Vec<_>>()
    })
}

fn of_holder(annotated: Annotated<'_>) -> impl Iterator<Item = Annotation<'_>> {
    let Annotated { object, node: holder, .. } = annotated;
    let annotations = annotated.annotations().iter().filter(|field| is_own(&field.key)).map(|field| (field, true));
    let labels = annotated.labels().iter().filter(|field| &*field.key == INJECTION).map(|field| (field, false));
    annotations.chain(labels).map(move |(field, is_read)| Annotation { object, field, is_read, holder })
}

/// Whether a name is in Kuma's domain.
fn is_own(name: &str) -> bool {
    name.split_once('/').is_some_and(|(domain, _)| domain == "kuma.io" || domain.ends_with(".kuma.io"))
}

/// Whether Kuma knows an annotation.
pub(in crate::analyze) fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|(known, _)| *known == name)
        || name.ends_with(PROTOCOL)
        || name.starts_with("prometheus.metrics.kuma.io/aggregate-")
        || name == "traffic.kuma.io/transparent-proxy-configmap-name"
}

/// The annotations that Kuma knows.
pub(in crate::analyze) fn known_names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name)
}

/// What a value should be, if it is not.
pub(in crate::analyze) fn wanted(name: &str, value: &str) -> Option<String> {
    let kind = KNOWN.iter().find(|(known, _)| *known == name).map_or(Kind::Text, |(_, kind)| *kind);
    let kind = if name == INJECTION { Kind::Switch } else { kind };
    if name.ends_with(PROTOCOL) {
        let is_good = PROTOCOLS.contains(&value.to_ascii_lowercase().as_str());
        return (!is_good).then(|| format!("one of {}", PROTOCOLS.join(", ")));
    }
    let is_port = |text: &str| address::is_port(text);
    let is_port_or_range = |text: &str| match text.split_once('-') {
        Some((from, to)) => is_port(from) && is_port(to),
        None => is_port(text) || text == "0",
    };
    let is_address = |text: &str| address::is_ip(text) || address::range(text).is_some();
    let all =
        |is_good: &dyn Fn(&str) -> bool| value.split(',').map(str::trim).all(|item| item.is_empty() || is_good(item));
    let is_pair = |pair: &str| pair.matches('=').count() == 1;
    let (is_good, wanted) = match kind {
        Kind::Switch => (TRUTHS.contains(&value) || matches!(value, "enabled" | "disabled"), "enabled or disabled"),
        Kind::Truth => (TRUTHS.contains(&value), "\"true\" or \"false\""),
        Kind::Number => (value.parse::<u32>().is_ok(), "a whole number from 0, in quotes"),
        Kind::Port => (is_port(value) || value == "0", "a port, in quotes"),
        Kind::Ports => (all(&is_port_or_range), "ports with commas between, in quotes"),
        Kind::Addresses => (all(&is_address), "IP addresses or ranges with commas between"),
        Kind::Time => (duration::seconds(value).is_some(), "a duration, as 30s"),
        Kind::Level => (LEVELS.contains(&value), "a level of Envoy's log, as info"),
        Kind::Family => (matches!(value, "dualstack" | "ipv4" | "ipv6"), "dualstack, ipv4 or ipv6"),
        Kind::Pairs => (value.split(';').all(is_pair), "pairs as KEY1=value1;KEY2=value2"),
        Kind::Text => (true, ""),
    };
    (!is_good).then(|| wanted.to_owned())
}
