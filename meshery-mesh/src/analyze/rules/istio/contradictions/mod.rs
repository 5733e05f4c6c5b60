//! What istiod takes, and what contradicts itself, another object, or the mode of the data plane: MSH260 to MSH299.

mod ambient;
mod ambient_config_unread;
mod ambient_without_waypoint;
mod app_protocol_unknown;
mod authorization_host_unknown;
mod authorization_method_unknown;
mod authorization_principal_unknown;
mod destinationrule_against_strict;
mod destinationrule_hides_mtls;
mod destinationrule_mtls_unanswered;
mod destinationrules_share_host;
mod gateways_share_host;
mod peerauthentications_on_one_workload;
mod peerauthentications_without_selector;
mod selector_matches_nothing;
mod service_port_without_container;
mod serviceentries_share_host;
mod serviceentry_addresses_incomplete;
mod sidecar_and_ambient;
mod sidecar_egress_host_unknown;
mod sidecar_of_mesh_with_selector;
mod sidecar_outbound_mode_unset;
mod strict_without_clients;
mod subset_without_labels;
mod virtualservice_destination_twice;
mod virtualservice_gateway_by_domain;
mod virtualservice_weight_of_one;
mod virtualservices_share_gateway_host;
mod waypoint_outside_ambient;
mod waypoint_unknown;
mod workload_without_authorization;
mod workloadgroup_account_unknown;
mod workloadgroups_share_labels;

use meshery_core::resource::{Node, Resource, Span};

use crate::analyze::Rule;
use crate::analyze::istio::{Breadth, GATEWAY_NAME, PROXY, breadth};
use crate::analyze::kubernetes::Workload;

/// Sorted by code.
pub(in crate::analyze::rules) const RULES: &[&Rule] = &[
    &destinationrule_mtls_unanswered::RULE,
    &destinationrule_against_strict::RULE,
    &strict_without_clients::RULE,
    &destinationrule_hides_mtls::RULE,
    &destinationrules_share_host::RULE,
    &subset_without_labels::RULE,
    &authorization_principal_unknown::RULE,
    &authorization_host_unknown::RULE,
    &sidecar_egress_host_unknown::RULE,
    &sidecar_of_mesh_with_selector::RULE,
    &sidecar_outbound_mode_unset::RULE,
    &virtualservice_gateway_by_domain::RULE,
    &virtualservices_share_gateway_host::RULE,
    &peerauthentications_without_selector::RULE,
    &peerauthentications_on_one_workload::RULE,
    &selector_matches_nothing::RULE,
    &serviceentry_addresses_incomplete::RULE,
    &serviceentries_share_host::RULE,
    &app_protocol_unknown::RULE,
    &service_port_without_container::RULE,
    &workload_without_authorization::RULE,
    &workloadgroup_account_unknown::RULE,
    &workloadgroups_share_labels::RULE,
    &sidecar_and_ambient::RULE,
    &waypoint_unknown::RULE,
    &waypoint_outside_ambient::RULE,
    &ambient_without_waypoint::RULE,
    &ambient_config_unread::RULE,
    &gateways_share_host::RULE,
    &authorization_method_unknown::RULE,
    &virtualservice_weight_of_one::RULE,
    &virtualservice_destination_twice::RULE,
];

/// For whom a DestinationRule says how clients use TLS, and the mode, if it is for a whole namespace or the mesh.
fn client_mode(rule: &Resource) -> Option<(Breadth<'_>, &Node)> {
    let mode = rule.root.at(&["spec", "trafficPolicy", "tls", "mode"])?;
    Some((breadth(rule.text(&["spec", "host"])?)?, mode))
}

/// Where a resource says this at its top, which stands for what is missing in it.
fn key_of(resource: &Resource, key: &str) -> Span {
    let field = resource.root.fields().iter().find(|field| &*field.key == key);
    field.map_or_else(|| resource.head(), |field| field.key_span)
}

/// The place of what may be missing.
fn path_or(resource: &Resource, path: &[&str], otherwise: Span) -> Span {
    resource.root.at(path).map_or(otherwise, |node| node.span)
}

/// Whether something else made it, which is told of in its place.
fn is_made(resource: &Resource) -> bool {
    !resource.items(&["metadata", "ownerReferences"]).is_empty()
}

/// Whether it is a gateway or a waypoint, whose proxy is no sidecar.
fn is_gateway(workload: &Workload) -> bool {
    let templates = workload.annotation("inject.istio.io/templates").is_some_and(|it| it.contains("gateway"));
    let arguments = workload.container(PROXY).and_then(|proxy| proxy.get("args")).map(Node::items).unwrap_or_default();
    let routes = arguments.iter().any(|argument| matches!(argument.as_str(), Some("router" | "waypoint")));
    templates || routes || workload.labels.get(GATEWAY_NAME).is_some()
}
