//! Rules over Linkerd's objects, and over Kubernetes' as Linkerd takes them: MSH401 to MSH499.

mod access_policy_unknown;
mod authentication_unknown;
mod authentications_contradicted;
mod backend_without_port;
mod balancing_annotation_invalid;
mod client_identity_invalid;
mod egress_parent_without_port;
mod networks_invalid;
mod policy_target_unsupported;
mod rate_limit_invalid;
mod route_ignored;
mod route_parent_unknown;
mod route_path_relative;
mod route_rules_not_one;
mod route_timeout_invalid;
mod route_value_invalid;
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
];
