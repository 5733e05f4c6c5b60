//! What DestinationRules say of TLS without saying who vouches for the server.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::Reach;
use meshery_core::{Finding, Span, World};

use super::host::Host;
use crate::analyze::kinds::{DESTINATION_RULE, SERVICE};
use crate::analyze::kubernetes::Services;

/// For what the settings hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Level {
    /// For all ports of the host.
    Host,
    /// For one of them.
    Port,
}

/// Settings without certificate authorities.
pub(in crate::analyze) struct Unverified {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) place: Span,
    pub(in crate::analyze) host: String,
    /// The port, where they hold for one.
    pub(in crate::analyze) port: Option<i64>,
    pub(in crate::analyze) effect: Effect,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Effect {
    /// Any certificate is taken.
    Anyone,
    /// Only what a public authority signed is taken.
    Public,
}

/// What there is to say of the settings that name no certificate authority, and for which that matters.
pub(in crate::analyze) fn unverified(
    world: &World,
    level: Level,
    say: impl Fn(&Unverified) -> Finding,
) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let nearby = world.nearby(&[SERVICE]);
    let services = nearby.view::<Services>();
    nearby.each(&[DESTINATION_RULE], |object, reach| {
        let mut found = Vec::new();
        let host = object.text(&["spec", "host"]).unwrap_or_default();
        for (tls, port) in settings(object, level, compatible) {
            let effect = match compatible || skips(tls) {
                true => Effect::Anyone,
                false if is_internal(host, object.namespace_or_default(), &services, reach) => Effect::Public,
                // Of a host outside a public authority may well vouch.
                false => continue,
            };
            if lacks_authority(object, tls, compatible) {
                let (object, host) = (Arc::clone(object), host.to_owned());
                found.push(say(&Unverified { object, place: tls.span, host, port, effect }));
            }
        }
        found
    })
}

/// The TLS settings of a level. istioctl does not look at those of subsets.
fn settings(object: &Resource, level: Level, compatible: bool) -> Vec<(&Node, Option<i64>)> {
    let subsets = object.items(&["spec", "subsets"]).iter().filter(|_| !compatible);
    let policies = object.root.at(&["spec", "trafficPolicy"]).into_iter();
    let policies = policies.chain(subsets.filter_map(|subset| subset.get("trafficPolicy")));
    match level {
        Level::Host => policies.filter_map(|policy| Some((policy.get("tls")?, None))).collect(),
        Level::Port => {
            let ports = policies.filter_map(|policy| policy.get("portLevelSettings")).flat_map(Node::items);
            let number = |port: &Node| port.at(&["port", "number"]).and_then(Node::as_int);
            ports.filter_map(|port| Some((port.get("tls")?, number(port)))).collect()
        }
    }
}

fn lacks_authority(object: &Resource, tls: &Node, compatible: bool) -> bool {
    let has = |key: &str| tls.get(key).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    let selects = || {
        let selector = object.root.at(&["spec", "workloadSelector"]);
        selector.is_some_and(|selector| !matches!(selector.value, Value::Null))
    };
    // Without a selector a credential counts only where a gateway is the client, which nobody can see here.
    let has_credential = has("credentialName") && (!compatible || selects());
    let mode = tls.get("mode").and_then(Node::as_str);
    matches!(mode, Some("SIMPLE" | "MUTUAL")) && !has("caCertificates") && !has_credential
}

fn skips(tls: &Node) -> bool {
    tls.get("insecureSkipVerify").and_then(Node::as_bool) == Some(true)
}

/// Whether a host is a Service of the cluster, whose name no public authority signs.
fn is_internal(host: &str, own: &str, services: &Services, reach: &mut Reach) -> bool {
    match Host::parse(host, own) {
        Host::Service { name, namespace, .. } => {
            reach.add(namespace);
            services.get(namespace, name).is_none_or(|service| !service.is_external_name())
        }
        Host::Either { .. } | Host::External(_) => false,
    }
}
