//! Rules over the objects of Cilium, SMI and Open Service Mesh: MSH701 to MSH799.

mod cilium_cidr_group_unknown;
mod cilium_cidr_invalid;
mod cilium_egress_gateway;
mod cilium_http_pattern;
mod cilium_layer_seven;
mod cilium_listener_unknown;
mod cilium_names_unseen;
mod cilium_peers_combined;
mod cilium_policy_empty;
mod cilium_port_invalid;
mod cilium_service_unknown;
mod osm_egress_invalid;
mod osm_ingress_backend;
mod osm_target_namespace;
mod osm_upstream_setting;
mod smi_route_unknown;
mod smi_routes_invalid;
mod smi_split_invalid;
mod smi_split_ports;
mod smi_split_service_unknown;
mod smi_target_incomplete;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &cilium_policy_empty::RULE,
    &cilium_peers_combined::RULE,
    &cilium_layer_seven::RULE,
    &cilium_port_invalid::RULE,
    &cilium_cidr_invalid::RULE,
    &cilium_http_pattern::RULE,
    &cilium_names_unseen::RULE,
    &cilium_cidr_group_unknown::RULE,
    &cilium_listener_unknown::RULE,
    &cilium_service_unknown::RULE,
    &cilium_egress_gateway::RULE,
    &smi_split_ports::RULE,
    &smi_split_invalid::RULE,
    &smi_split_service_unknown::RULE,
    &smi_target_incomplete::RULE,
    &smi_route_unknown::RULE,
    &smi_routes_invalid::RULE,
    &osm_target_namespace::RULE,
    &osm_ingress_backend::RULE,
    &osm_egress_invalid::RULE,
    &osm_upstream_setting::RULE,
];
