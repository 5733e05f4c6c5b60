//! Rules over Consul's objects, and over Kubernetes' as Consul takes them: MSH601 to MSH699.

mod access_log_contradictory;
mod annotation_invalid;
mod annotation_misspelt;
mod client_certificate_incomplete;
mod credential_injection_invalid;
mod destination_invalid;
mod duration_invalid;
mod enterprise_only;
mod entry_twice;
mod failover_contradictory;
mod field_missing;
mod intention_contradictory;
mod jwt_provider_invalid;
mod jwt_provider_unknown;
mod listener_contradictory;
mod load_balancer_contradictory;
mod match_not_one;
mod name_not_as_required;
mod number_out_of_range;
mod object_twice;
mod path_without_slash;
mod protocol_without_requests;
mod redirect_incomplete;
mod rewrite_unmatched;
mod set_by_annotation;
mod splits_not_100;
mod subset_invalid;
mod subset_unknown;
mod target_ambiguous;
mod tls_versions_contradictory;
mod upstream_defaults_named;
mod value_not_allowed;
mod wildcard_misplaced;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &value_not_allowed::RULE,
    &number_out_of_range::RULE,
    &field_missing::RULE,
    &entry_twice::RULE,
    &path_without_slash::RULE,
    &match_not_one::RULE,
    &rewrite_unmatched::RULE,
    &splits_not_100::RULE,
    &intention_contradictory::RULE,
    &target_ambiguous::RULE,
    &redirect_incomplete::RULE,
    &failover_contradictory::RULE,
    &load_balancer_contradictory::RULE,
    &subset_invalid::RULE,
    &subset_unknown::RULE,
    &jwt_provider_invalid::RULE,
    &jwt_provider_unknown::RULE,
    &name_not_as_required::RULE,
    &object_twice::RULE,
    &access_log_contradictory::RULE,
    &set_by_annotation::RULE,
    &upstream_defaults_named::RULE,
    &destination_invalid::RULE,
    &listener_contradictory::RULE,
    &client_certificate_incomplete::RULE,
    &tls_versions_contradictory::RULE,
    &duration_invalid::RULE,
    &credential_injection_invalid::RULE,
    &wildcard_misplaced::RULE,
    &enterprise_only::RULE,
    &protocol_without_requests::RULE,
    &annotation_misspelt::RULE,
    &annotation_invalid::RULE,
];
