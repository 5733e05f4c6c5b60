//! Rules over Gateway API objects: MSH301 to MSH399. What the definitions say themselves, by schema or by CEL, is not among
//! them: these foresee what a controller reports in the status of objects.

mod address_shared;
mod backend_kind_unsupported;
mod backend_port_unknown;
mod backend_protocol_unsupported;
mod bundle_mixed;
mod certificate_names_differ;
mod certificate_unknown;
mod certificate_unusable;
mod class_unknown;
mod grant_broad;
mod grant_namespace_unknown;
mod grant_unused;
mod hostname_unmatched;
mod kind_not_installed;
mod listener_kinds_unsupported;
mod listener_shared;
mod listeners_conflict;
mod listeners_overlap;
mod mesh_hostnames_ignored;
mod mesh_parent_headless;
mod mesh_route_overridden;
mod mesh_routes_mixed;
mod parent_kind_unsupported;
mod parent_section_unknown;
mod parent_unknown;
mod policies_conflict;
mod policy_target_unknown;
mod redirect_loop;
mod reference_not_granted;
mod regex_invalid;
mod route_not_allowed;
mod rule_unreachable;
mod service_unknown;
mod weights_zero;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &parent_unknown::RULE,
    &parent_section_unknown::RULE,
    &parent_kind_unsupported::RULE,
    &route_not_allowed::RULE,
    &hostname_unmatched::RULE,
    &listener_kinds_unsupported::RULE,
    &listeners_conflict::RULE,
    &listeners_overlap::RULE,
    &listener_shared::RULE,
    &address_shared::RULE,
    &class_unknown::RULE,
    &service_unknown::RULE,
    &backend_kind_unsupported::RULE,
    &backend_port_unknown::RULE,
    &backend_protocol_unsupported::RULE,
    &reference_not_granted::RULE,
    &grant_namespace_unknown::RULE,
    &grant_unused::RULE,
    &grant_broad::RULE,
    &certificate_unknown::RULE,
    &certificate_unusable::RULE,
    &certificate_names_differ::RULE,
    &policy_target_unknown::RULE,
    &policies_conflict::RULE,
    &weights_zero::RULE,
    &rule_unreachable::RULE,
    &redirect_loop::RULE,
    &mesh_parent_headless::RULE,
    &mesh_routes_mixed::RULE,
    &kind_not_installed::RULE,
    &bundle_mixed::RULE,
    &regex_invalid::RULE,
    &mesh_hostnames_ignored::RULE,
    &mesh_route_overridden::RULE,
];
