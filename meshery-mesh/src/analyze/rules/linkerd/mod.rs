//! Rules over Linkerd's objects, and over Kubernetes' as Linkerd takes them: MSH401 to MSH499.

mod access_policy_unknown;
mod anchors_differ;
mod annotation_invalid;
mod annotation_misplaced;
mod annotation_unknown;
mod authentication_unknown;
mod authentications_contradicted;
mod backend_without_port;
mod balancing_annotation_invalid;
mod certificate_algorithm;
mod certificate_expiring_soon;
mod certificate_not_valid;
mod certificate_untrusted;
mod client_identity_invalid;
mod cluster_networks;
mod control_plane_single;
mod egress_parent_without_port;
mod extension_twice;
mod kube_system_not_excluded;
mod label_or_annotation;
mod link_invalid;
mod mirror_orphaned;
mod networks_invalid;
mod opaque_ports_differ;
mod policy_target_unsupported;
mod proxy_init_not_root;
mod rate_limit_invalid;
mod route_ignored;
mod route_parent_unknown;
mod route_path_relative;
mod route_rules_not_one;
mod route_timeout_invalid;
mod route_value_invalid;
mod server_invalid;
mod servers_overlap;
mod service_profile_condition_invalid;
mod service_profile_invalid;
mod target_unknown;
mod unauthenticated_contradicted;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &policy_target_unsupported::RULE,
    &authentications_contradicted::RULE,
    &client_identity_invalid::RULE,
    &access_policy_unknown::RULE,
    &networks_invalid::RULE,
    &unauthenticated_contradicted::RULE,
    &route_path_relative::RULE,
    &route_value_invalid::RULE,
    &egress_parent_without_port::RULE,
    &backend_without_port::RULE,
    &balancing_annotation_invalid::RULE,
    &route_timeout_invalid::RULE,
    &route_rules_not_one::RULE,
    &rate_limit_invalid::RULE,
    &service_profile_condition_invalid::RULE,
    &service_profile_invalid::RULE,
    &target_unknown::RULE,
    &authentication_unknown::RULE,
    &route_parent_unknown::RULE,
    &route_ignored::RULE,
    &servers_overlap::RULE,
    &server_invalid::RULE,
    &annotation_unknown::RULE,
    &annotation_invalid::RULE,
    &annotation_misplaced::RULE,
    &label_or_annotation::RULE,
    &opaque_ports_differ::RULE,
    &extension_twice::RULE,
    &control_plane_single::RULE,
    &kube_system_not_excluded::RULE,
    &cluster_networks::RULE,
    &proxy_init_not_root::RULE,
    &certificate_not_valid::RULE,
    &certificate_expiring_soon::RULE,
    &certificate_algorithm::RULE,
    &certificate_untrusted::RULE,
    &link_invalid::RULE,
    &mirror_orphaned::RULE,
    &anchors_differ::RULE,
];
