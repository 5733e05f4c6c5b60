//! What the two rules about waypoints look at.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::World;

use crate::analyze::istio::Host;
use crate::analyze::istio::layer7::{of_destination_rule, of_policy, of_telemetry, of_virtual_service};
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, DESTINATION_RULE, REQUEST_AUTHENTICATION, SERVICE, TELEMETRY, VIRTUAL_SERVICE, WASM_PLUGIN,
};

/// Objects, each with what in it is about requests.
type WithReason<'a> = Vec<(&'a Resource, &'a Node)>;

/// The policies about requests, and the routes about requests.
pub(super) fn http_config(world: &World) -> (WithReason<'_>, WithReason<'_>) {
    // All that these two say is about requests.
    let whole: fn(&Resource) -> Option<&Node> = |object| object.root.at(&["spec"]);
    let policies = [
        (AUTHORIZATION_POLICY, of_policy as fn(&Resource) -> Option<&Node>),
        (REQUEST_AUTHENTICATION, whole),
        (TELEMETRY, of_telemetry),
        (WASM_PLUGIN, whole),
    ];
    let routes = [
        (DESTINATION_RULE, of_destination_rule as fn(&Resource) -> Option<&Node>),
        (VIRTUAL_SERVICE, of_virtual_service),
    ];
    let policies = policies.into_iter().flat_map(|(kind, reason)| with_reason(world.of(kind), reason));
    let routes = routes.into_iter().flat_map(|(kind, reason)| with_reason(world.of(kind), reason));
    (policies.collect(), routes.collect())
}

fn with_reason(
    objects: &[Arc<Resource>],
    reason: fn(&Resource) -> Option<&Node>,
) -> impl Iterator<Item = (&Resource, &Node)> {
    objects.iter().filter_map(move |object| Some((&**object, reason(object)?)))
}

/// What a policy says that it is for, by name.
pub(super) fn targets(policy: &Resource) -> Vec<&Node> {
    let one = policy.root.at(&["spec", "targetRef"]).filter(|target| !target.is_empty());
    one.into_iter().chain(policy.items(&["spec", "targetRefs"])).collect()
}

/// A Service that a host means.
pub(super) struct Destination<'a> {
    /// The host.
    pub(super) place: &'a Node,
    pub(super) namespace: &'a str,
    pub(super) service: &'a Resource,
}

/// The Services that the hosts of a VirtualService or DestinationRule mean, each once.
pub(super) fn destinations<'a>(world: &'a World, object: &'a Resource) -> Vec<Destination<'a>> {
    let own = object.namespace_or_default();
    let hosts = object.items(&["spec", "hosts"]).iter().chain(object.root.at(&["spec", "host"]));
    let mut seen = BTreeSet::new();
    let found = hosts.filter_map(|place| {
        let (name, namespace) = Host::parse(place.as_str()?, own).as_service()?;
        let service = world.get(SERVICE, namespace, name)?;
        seen.insert((namespace, name)).then_some(Destination { place, namespace, service })
    });
    found.collect()
}
