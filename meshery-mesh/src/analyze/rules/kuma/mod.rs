//! Rules over Kuma's objects, and over Kubernetes' as Kuma takes them: MSH501 to MSH599.

mod address_invalid;
mod annotation_ignored;
mod annotation_misspelt;
mod annotation_value_invalid;
mod dataplane_invalid;
mod duration_invalid;
mod entry_twice;
mod gateway_listener_invalid;
mod gateway_route_invalid;
mod identity_invalid;
mod label_reserved;
mod load_balancing_invalid;
mod match_invalid;
mod mesh_backend_invalid;
mod mesh_unknown;
mod name_invalid;
mod namespace_wrong;
mod number_out_of_range;
mod old_policy_invalid;
mod passthrough_match_invalid;
mod patch_invalid;
mod policies_contradict;
mod policy_direction;
mod port_invalid;
mod reference_unknown;
mod route_invalid;
mod selector_invalid;
mod setting_missing;
mod target_field_excluded;
mod target_kind_removed;
mod target_kind_unsupported;
mod telemetry_field_invalid;
mod template_invalid;
mod tls_invalid;
mod type_without_settings;
mod value_unknown;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &target_kind_unsupported::RULE,
    &target_kind_removed::RULE,
    &target_field_excluded::RULE,
    &policy_direction::RULE,
    &setting_missing::RULE,
    &duration_invalid::RULE,
    &number_out_of_range::RULE,
    &port_invalid::RULE,
    &type_without_settings::RULE,
    &value_unknown::RULE,
    &match_invalid::RULE,
    &entry_twice::RULE,
    &load_balancing_invalid::RULE,
    &passthrough_match_invalid::RULE,
    &route_invalid::RULE,
    &patch_invalid::RULE,
    &tls_invalid::RULE,
    &address_invalid::RULE,
    &telemetry_field_invalid::RULE,
    &template_invalid::RULE,
    &selector_invalid::RULE,
    &identity_invalid::RULE,
    &mesh_backend_invalid::RULE,
    &dataplane_invalid::RULE,
    &gateway_listener_invalid::RULE,
    &gateway_route_invalid::RULE,
    &old_policy_invalid::RULE,
    &name_invalid::RULE,
    &mesh_unknown::RULE,
    &reference_unknown::RULE,
    &policies_contradict::RULE,
    &namespace_wrong::RULE,
    &label_reserved::RULE,
    &annotation_misspelt::RULE,
    &annotation_value_invalid::RULE,
    &annotation_ignored::RULE,
];
