//! Rules over Istio's objects, and over Kubernetes' as Istio takes them: MSH101 to MSH209, and beyond them `fields` and
//! `contradictions`.

mod annotation_alpha;
mod annotation_deprecated;
mod annotation_invalid;
mod annotation_misplaced;
mod annotation_unknown;
mod application_uid_of_proxy;
mod authorization_namespace_unknown;
mod authorization_needs_mtls;
mod authorization_without_workload;
mod condition_negative;
pub(super) mod contradictions;
mod control_plane_by_address;
mod control_plane_webhook_invalid;
mod destinationrule_ca_missing;
mod destinationrule_host_unknown;
mod destinationrule_port_ca_missing;
mod destinationrule_subset_without_pod;
mod envoyfilter_add_ignored;
mod envoyfilter_relative_operation;
mod envoyfilter_relative_operation_of_version;
mod envoyfilter_remove_ignored;
mod envoyfilter_replace_ignored;
mod exportto_namespace_unknown;
mod external_name_port_unnamed;
mod fault_delay_percent;
pub(super) mod fields;
mod gateway_api_outdated;
mod gateway_certificate_shared;
mod gateway_port_unserved;
mod gateway_secret_unknown;
mod gateway_secret_unusable;
mod gateway_server_conflicting;
mod gateway_without_servers;
mod gateway_workload_unknown;
mod jwks_fetch_unrestricted;
mod mesh_network_registry_unknown;
mod namespace_injected_by_default;
mod namespace_labels_conflicting;
mod namespace_without_injection;
mod peerauthentication_mesh_contradicted;
mod peerauthentication_namespace_contradicted;
mod pod_image_unresolved;
mod pod_without_sidecar;
mod policy_selects_gateway;
mod proxy_image_not_injected;
mod rbac_removed;
mod service_differs_between_clusters;
mod service_port_unnamed;
mod service_protocol_conflict;
mod service_target_port_conflict;
mod serviceentry_protocol_conflict;
mod serviceentry_without_addresses;
mod sidecar_egress_proxy;
mod sidecar_image_outdated;
mod sidecar_in_ambient;
mod sidecar_selector_matches_nothing;
mod sidecars_on_one_workload;
mod sidecars_without_selector;
mod telemetries_on_one_workload;
mod telemetries_without_selector;
mod telemetry_lightstep;
mod telemetry_selector_matches_nothing;
mod telemetry_without_provider;
mod virtualservice_claims_unchecked;
mod virtualservice_gateway_unknown;
mod virtualservice_host_not_on_gateway;
mod virtualservice_host_unknown;
mod virtualservice_ingress_past_subset;
mod virtualservice_internal_gateway;
mod virtualservice_port_required;
mod virtualservice_port_unknown;
mod virtualservice_subset_unknown;
mod virtualservices_share_host;
mod webhook_service_unknown;
mod webhooks_overlap;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &virtualservice_host_unknown::RULE,
    &annotation_unknown::RULE,
    &annotation_misplaced::RULE,
    &annotation_invalid::RULE,
    &annotation_deprecated::RULE,
    &annotation_alpha::RULE,
    &jwks_fetch_unrestricted::RULE,
    &authorization_without_workload::RULE,
    &authorization_namespace_unknown::RULE,
    &condition_negative::RULE,
    &service_protocol_conflict::RULE,
    &service_target_port_conflict::RULE,
    &application_uid_of_proxy::RULE,
    &fault_delay_percent::RULE,
    &sidecar_egress_proxy::RULE,
    &rbac_removed::RULE,
    &destinationrule_ca_missing::RULE,
    &destinationrule_port_ca_missing::RULE,
    &destinationrule_subset_without_pod::RULE,
    &destinationrule_host_unknown::RULE,
    &envoyfilter_relative_operation::RULE,
    &envoyfilter_replace_ignored::RULE,
    &envoyfilter_add_ignored::RULE,
    &envoyfilter_remove_ignored::RULE,
    &envoyfilter_relative_operation_of_version::RULE,
    &control_plane_webhook_invalid::RULE,
    &control_plane_by_address::RULE,
    &gateway_workload_unknown::RULE,
    &gateway_port_unserved::RULE,
    &gateway_certificate_shared::RULE,
    &gateway_secret_unknown::RULE,
    &gateway_secret_unusable::RULE,
    &gateway_server_conflicting::RULE,
    &gateway_without_servers::RULE,
    &namespace_without_injection::RULE,
    &pod_without_sidecar::RULE,
    &namespace_labels_conflicting::RULE,
    &namespace_injected_by_default::RULE,
    &sidecar_image_outdated::RULE,
    &proxy_image_not_injected::RULE,
    &pod_image_unresolved::RULE,
    &policy_selects_gateway::RULE,
    &gateway_api_outdated::RULE,
    &mesh_network_registry_unknown::RULE,
    &service_differs_between_clusters::RULE,
    &service_port_unnamed::RULE,
    &external_name_port_unnamed::RULE,
    &sidecar_selector_matches_nothing::RULE,
    &sidecars_on_one_workload::RULE,
    &sidecars_without_selector::RULE,
    &sidecar_in_ambient::RULE,
    &serviceentry_without_addresses::RULE,
    &serviceentry_protocol_conflict::RULE,
    &telemetry_without_provider::RULE,
    &telemetry_selector_matches_nothing::RULE,
    &telemetries_on_one_workload::RULE,
    &telemetries_without_selector::RULE,
    &telemetry_lightstep::RULE,
    &webhooks_overlap::RULE,
    &webhook_service_unknown::RULE,
    &virtualservices_share_host::RULE,
    &virtualservice_port_required::RULE,
    &virtualservice_port_unknown::RULE,
    &virtualservice_ingress_past_subset::RULE,
    &virtualservice_subset_unknown::RULE,
    &virtualservice_gateway_unknown::RULE,
    &virtualservice_host_not_on_gateway::RULE,
    &virtualservice_internal_gateway::RULE,
    &virtualservice_claims_unchecked::RULE,
    &exportto_namespace_unknown::RULE,
    &authorization_needs_mtls::RULE,
    &peerauthentication_namespace_contradicted::RULE,
    &peerauthentication_mesh_contradicted::RULE,
];
