//! The annotations that the proxy injector reads, and their values.

use super::opaque;
use crate::analyze::linkerd::values::cidr::Cidr;
use crate::analyze::values::{duration, quantity};

/// Whether a pod gets a proxy.
pub(in crate::analyze) const INJECT: &str = "linkerd.io/inject";
/// The ports on which the protocol is not looked for.
pub(in crate::analyze) const OPAQUE: &str = "config.linkerd.io/opaque-ports";

/// What the value of an annotation is.
#[derive(Clone, Copy)]
pub(in crate::analyze) enum Form {
    /// Any text.
    Text,
    /// One of these.
    Words(&'static [&'static str]),
    /// What Go takes for true or false.
    Flag,
    /// A port.
    Port,
    /// Ports and ranges of them.
    Ports,
    /// A whole number, not below zero.
    Count,
    /// A number.
    Number,
    /// A duration of Go.
    Duration,
    /// An amount of a resource.
    Quantity,
    /// Networks.
    Networks,
}

/// The policies that hold where no Server selects a port.
pub(in crate::analyze) const POLICIES: &[&str] =
    &["all-authenticated", "all-unauthenticated", "audit", "cluster-authenticated", "cluster-unauthenticated", "deny"];
const PULL: Form = Form::Words(&["Always", "IfNotPresent", "Never"]);

/// All annotations that a pod or its namespace may have.
const KNOWN: &[(&str, Form)] = &[
    ("config.alpha.linkerd.io/proxy-enable-native-sidecar", Form::Flag),
    ("config.alpha.linkerd.io/proxy-wait-before-exit-seconds", Form::Count),
    ("config.alpha.linkerd.io/trace-collector-service-account", Form::Text),
    ("config.beta.linkerd.io/proxy-enable-native-sidecar", Form::Flag),
    ("config.linkerd.io/access-log", Form::Words(&["apache", "json"])),
    ("config.linkerd.io/additional-env", Form::Text),
    ("config.linkerd.io/admin-port", Form::Port),
    ("config.linkerd.io/admission-webhooks", Form::Text),
    ("config.linkerd.io/close-wait-timeout", Form::Duration),
    ("config.linkerd.io/control-port", Form::Port),
    ("config.linkerd.io/debug-image", Form::Text),
    ("config.linkerd.io/debug-image-pull-policy", PULL),
    ("config.linkerd.io/debug-image-version", Form::Text),
    ("config.linkerd.io/default-inbound-policy", Form::Words(POLICIES)),
    ("config.linkerd.io/destination-get-networks", Form::Networks),
    ("config.linkerd.io/disable-identity", Form::Flag),
    ("config.linkerd.io/disable-tap", Form::Flag),
    ("config.linkerd.io/enable-debug-sidecar", Form::Flag),
    ("config.linkerd.io/enable-external-profiles", Form::Flag),
    ("config.linkerd.io/enable-gateway", Form::Flag),
    ("config.linkerd.io/image-pull-policy", PULL),
    ("config.linkerd.io/inbound-port", Form::Port),
    ("config.linkerd.io/init-image", Form::Text),
    ("config.linkerd.io/init-image-version", Form::Text),
    (OPAQUE, Form::Text),
    ("config.linkerd.io/outbound-port", Form::Port),
    ("config.linkerd.io/pod-inbound-ports", Form::Ports),
    ("config.linkerd.io/proxy-additional-env", Form::Text),
    ("config.linkerd.io/proxy-await", Form::Words(&["disabled", "enabled"])),
    ("config.linkerd.io/proxy-cpu-limit", Form::Quantity),
    ("config.linkerd.io/proxy-cpu-ratio-limit", Form::Number),
    ("config.linkerd.io/proxy-cpu-request", Form::Quantity),
    ("config.linkerd.io/proxy-disable-inbound-protocol-detect-timeout", Form::Flag),
    ("config.linkerd.io/proxy-disable-outbound-protocol-detect-timeout", Form::Flag),
    ("config.linkerd.io/proxy-enable-native-sidecar", Form::Flag),
    ("config.linkerd.io/proxy-ephemeral-storage-limit", Form::Quantity),
    ("config.linkerd.io/proxy-ephemeral-storage-request", Form::Quantity),
    ("config.linkerd.io/proxy-gid", Form::Count),
    ("config.linkerd.io/proxy-image", Form::Text),
    ("config.linkerd.io/proxy-inbound-connect-timeout", Form::Duration),
    ("config.linkerd.io/proxy-inbound-discovery-cache-unused-timeout", Form::Duration),
    ("config.linkerd.io/proxy-log-format", Form::Words(&["json", "plain"])),
    ("config.linkerd.io/proxy-log-level", Form::Text),
    ("config.linkerd.io/proxy-memory-limit", Form::Quantity),
    ("config.linkerd.io/proxy-memory-request", Form::Quantity),
    ("config.linkerd.io/proxy-outbound-connect-timeout", Form::Duration),
    ("config.linkerd.io/proxy-outbound-discovery-cache-unused-timeout", Form::Duration),
    ("config.linkerd.io/proxy-require-identity-inbound-ports", Form::Ports),
    ("config.linkerd.io/proxy-uid", Form::Count),
    ("config.linkerd.io/proxy-version", Form::Text),
    ("config.linkerd.io/shutdown-grace-period", Form::Duration),
    ("config.linkerd.io/skip-inbound-ports", Form::Ports),
    ("config.linkerd.io/skip-outbound-ports", Form::Ports),
    ("config.linkerd.io/skip-subnets", Form::Networks),
    ("config.linkerd.io/trace-collector", Form::Text),
    (INJECT, Form::Words(&["disabled", "enabled", "ingress"])),
];

/// Whether it configures the proxy.
pub(in crate::analyze) fn is_config(key: &str) -> bool {
    ["config.linkerd.io/", "config.alpha.linkerd.io/", "config.beta.linkerd.io/"].iter().any(|it| key.starts_with(it))
}

/// The names of all annotations.
pub(in crate::analyze) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name)
}

/// What the value of an annotation is; `None` for one that is unknown.
pub(in crate::analyze) fn form(name: &str) -> Option<Form> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, form)| *form)
}

impl Form {
    /// Whether a value is of this form.
    pub(in crate::analyze) fn takes(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Words(words) => words.contains(&value),
            Self::Flag => {
                ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"].contains(&value)
            }
            Self::Port => value.parse::<u16>().is_ok_and(|port| port > 0),
            Self::Ports => opaque::ports(value).is_some(),
            Self::Count => value.parse::<u64>().is_ok(),
            Self::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Duration => duration::nanoseconds(value).is_some(),
            Self::Quantity => quantity::amount(value).is_some(),
            Self::Networks => value.split(',').all(|network| Cidr::network(network.trim()).is_some()),
        }
    }

    /// What a value must be, for messages.
    pub(in crate::analyze) fn wanted(self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Words(words) => format!("one of {}", words.join(", ")),
            Self::Flag => "true or false".into(),
            Self::Port => "a port".into(),
            Self::Ports => "ports and ranges of ports between commas, such as \"80,8000-8100\"".into(),
            Self::Count => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Duration => "a duration, such as \"500ms\" or \"1m\"".into(),
            Self::Quantity => "an amount, such as \"100m\" or \"64Mi\"".into(),
            Self::Networks => "networks between commas, such as \"10.0.0.0/8\"".into(),
        }
    }
}
