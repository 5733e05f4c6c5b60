//! What the two rules about waypoints look at.

use std::collections::BTreeSet;

use meshery_core::Finding;
use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::World;

use crate::analyze::istio::Host;
use crate::analyze::istio::layer7::{of_destination_rule, of_policy, of_telemetry, of_virtual_service};
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, DESTINATION_RULE, REQUEST_AUTHENTICATION, SERVICE, TELEMETRY, VIRTUAL_SERVICE, WASM_PLUGIN,
};

/// What in an object is about requests.
type Reason = fn(&Resource) -> Option<&Node>;

const POLICIES: [(Kind<'_>, Reason); 4] = [
    (AUTHORIZATION_POLICY, of_policy),
    // All that these two say is about requests.
    (REQUEST_AUTHENTICATION, |object| object.root.get("spec")),
    (TELEMETRY, of_telemetry),
    (WASM_PLUGIN, |object| object.root.get("spec")),
];
const ROUTES: [(Kind<'_>, Reason); 2] =
    [(DESTINATION_RULE, of_destination_rule), (VIRTUAL_SERVICE, of_virtual_service)];

/// What there is to say of each policy and of each route about requests, with what in it is.
pub(super) fn each_about_requests(
    world: &World,
    of_policy: impl Fn(&Resource, &Node) -> Vec<Finding>,
    of_routes: impl Fn(&Resource, &Node) -> Vec<Finding>,
) -> Vec<Finding> {
    let find = |object: &Resource, reason: Reason, of: &dyn Fn(&Resource, &Node) -> Vec<Finding>| {
        reason(object).map(|reason| of(object, reason)).unwrap_or_default()
    };
    let policies = POLICIES.iter().flat_map(|(kind, reason)| world.each(*kind, |it| find(it, *reason, &of_policy)));
    let routes = ROUTES.iter().flat_map(|(kind, reason)| world.each(*kind, |it| find(it, *reason, &of_routes)));
    policies.chain(routes).collect()
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
