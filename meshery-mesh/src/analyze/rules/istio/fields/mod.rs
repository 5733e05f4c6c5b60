//! What istiod's own validation refuses or warns of, beyond what the definitions say: MSH210 to MSH259.

mod authorization_condition_invalid;
mod authorization_denies_tcp;
mod authorization_rule_invalid;
mod destinationrule_tls_invalid;
mod envoyfilter_changes_internals;
mod envoyfilter_patch_invalid;
mod gateway_tls_invalid;
mod istio_address_invalid;
mod istio_annotation_refused;
mod istio_duration_invalid;
mod istio_export_invalid;
mod istio_host_invalid;
mod istio_item_twice;
mod istio_labels_invalid;
mod istio_locality_invalid;
mod istio_name_invalid;
mod istio_number_invalid;
mod istio_part_missing;
mod istio_parts_conflict;
mod istio_port_invalid;
mod istio_selector_without_labels;
mod istio_setting_deprecated;
mod istio_setting_invalid;
mod istio_setting_without_effect;
mod istio_target_invalid;
mod istio_tls_setting_ignored;
mod mesh_config_invalid;
mod mesh_provider_invalid;
mod requestauthentication_private_key;
mod requestauthentication_token_invalid;
mod serviceentry_resolution_contradicted;
mod sidecar_egress_host_twice;
mod sidecar_listener_invalid;
mod telemetry_invalid;
mod virtualservice_action_invalid;
mod virtualservice_gateway_named_the_old_way;
mod virtualservice_header_invalid;
mod virtualservice_match_ineffective;
mod virtualservice_match_invalid;
mod virtualservice_rule_unreachable;
mod virtualservice_sni_outside_hosts;
mod virtualservice_weights_missing;
mod virtualservice_without_rules;

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::fields::{Checked, Idea};

/// Sorted by code.
pub(in crate::analyze::rules) const RULES: &[&Rule] = &[
    &istio_host_invalid::RULE,
    &istio_port_invalid::RULE,
    &istio_address_invalid::RULE,
    &istio_duration_invalid::RULE,
    &istio_number_invalid::RULE,
    &istio_name_invalid::RULE,
    &istio_item_twice::RULE,
    &istio_labels_invalid::RULE,
    &istio_target_invalid::RULE,
    &istio_part_missing::RULE,
    &istio_parts_conflict::RULE,
    &istio_export_invalid::RULE,
    &istio_annotation_refused::RULE,
    &virtualservice_header_invalid::RULE,
    &virtualservice_match_invalid::RULE,
    &virtualservice_action_invalid::RULE,
    &virtualservice_weights_missing::RULE,
    &istio_setting_invalid::RULE,
    &virtualservice_sni_outside_hosts::RULE,
    &gateway_tls_invalid::RULE,
    &destinationrule_tls_invalid::RULE,
    &istio_locality_invalid::RULE,
    &serviceentry_resolution_contradicted::RULE,
    &sidecar_listener_invalid::RULE,
    &authorization_rule_invalid::RULE,
    &authorization_condition_invalid::RULE,
    &requestauthentication_token_invalid::RULE,
    &envoyfilter_patch_invalid::RULE,
    &telemetry_invalid::RULE,
    &mesh_config_invalid::RULE,
    &mesh_provider_invalid::RULE,
    &istio_selector_without_labels::RULE,
    &istio_setting_deprecated::RULE,
    &authorization_denies_tcp::RULE,
    &istio_tls_setting_ignored::RULE,
    &sidecar_egress_host_twice::RULE,
    &istio_setting_without_effect::RULE,
    &requestauthentication_private_key::RULE,
    &envoyfilter_changes_internals::RULE,
    &virtualservice_rule_unreachable::RULE,
    &virtualservice_match_ineffective::RULE,
    &virtualservice_without_rules::RULE,
    &virtualservice_gateway_named_the_old_way::RULE,
];

/// What of this idea is wrong with the objects of a world.
fn found(world: &World, rule: &RuleInfo, idea: Idea) -> Vec<Finding> {
    let checked = world.view::<Checked>();
    let mut findings = Vec::new();
    for (object, problems) in &checked.problems {
        for problem in problems.iter().filter(|problem| problem.idea == idea) {
            let finding = rule.finding(object, problem.span, problem.message.as_str()).with_help(problem.help.as_str());
            findings.push(match problem.other {
                Some(other) => finding.with_related(object, other, "the other one"),
                None => finding,
            });
        }
    }
    findings
}
