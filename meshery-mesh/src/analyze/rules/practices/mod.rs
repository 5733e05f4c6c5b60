//! What the documentation of the meshes says to do, whatever the mesh, and what goes wrong between meshes: MSH801 to MSH899.

mod addressed_to_absent_mesh;
mod app_binds_localhost;
mod authz_deny_positive_http;
mod authz_host_without_port_pattern;
mod authz_l7_on_tcp_port;
mod authz_no_default_deny;
mod authz_trustdomain_mismatch;
mod circuit_breaker_absent;
mod control_plane_not_ha;
mod destinationrule_never_looked_up;
mod egress_allow_any;
mod envoyfilter_unpinned;
mod exportto_default_all;
mod gateway_api_owned_twice;
mod gateway_cert_expiry;
mod gateway_cert_names;
mod gateway_host_wildcard;
mod gateway_plain_http_no_redirect;
mod identity_ca_lifetime;
mod injected_by_two_meshes;
mod injection_no_revision_default;
mod injection_webhook_failopen;
mod injectors_identical;
mod job_sidecar_not_native;
mod jwt_jwks_insecure;
mod jwt_without_require;
mod locality_without_outlier;
mod mesh_ended;
mod mtls_contradicted;
mod mtls_not_strict;
mod mtls_port_level_dead;
mod networkpolicy_missing_meshed;
mod opaque_ports_default_lost;
mod outlier_ejects_all;
mod path_normalization_weak;
mod pod_capability_netadmin;
mod pod_skips_proxy;
mod pod_uid_proxy;
mod policy_port_skipped;
mod port_protocol_implicit;
mod port_server_first_undeclared;
mod proxy_resources_unset;
mod redirected_by_two_meshes;
mod retry_amplification;
mod retry_not_idempotent;
mod root_ca_differs;
mod route_without_default;
mod sa_default_shared;
mod split_backend_port_missing;
mod subset_policy_without_route;
mod timeout_inversion;
mod tls_origination_unverified;
mod tls_version_outdated;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &mtls_not_strict::RULE,
    &mtls_port_level_dead::RULE,
    &mtls_contradicted::RULE,
    &authz_no_default_deny::RULE,
    &authz_deny_positive_http::RULE,
    &authz_l7_on_tcp_port::RULE,
    &authz_host_without_port_pattern::RULE,
    &authz_trustdomain_mismatch::RULE,
    &jwt_without_require::RULE,
    &jwt_jwks_insecure::RULE,
    &path_normalization_weak::RULE,
    &tls_origination_unverified::RULE,
    &egress_allow_any::RULE,
    &networkpolicy_missing_meshed::RULE,
    &gateway_host_wildcard::RULE,
    &gateway_plain_http_no_redirect::RULE,
    &tls_version_outdated::RULE,
    &gateway_cert_expiry::RULE,
    &gateway_cert_names::RULE,
    &root_ca_differs::RULE,
    &identity_ca_lifetime::RULE,
    &sa_default_shared::RULE,
    &pod_skips_proxy::RULE,
    &policy_port_skipped::RULE,
    &pod_capability_netadmin::RULE,
    &pod_uid_proxy::RULE,
    &injection_webhook_failopen::RULE,
    &mesh_ended::RULE,
    &retry_amplification::RULE,
    &retry_not_idempotent::RULE,
    &timeout_inversion::RULE,
    &outlier_ejects_all::RULE,
    &circuit_breaker_absent::RULE,
    &locality_without_outlier::RULE,
    &exportto_default_all::RULE,
    &envoyfilter_unpinned::RULE,
    &split_backend_port_missing::RULE,
    &route_without_default::RULE,
    &subset_policy_without_route::RULE,
    &destinationrule_never_looked_up::RULE,
    &port_protocol_implicit::RULE,
    &port_server_first_undeclared::RULE,
    &opaque_ports_default_lost::RULE,
    &app_binds_localhost::RULE,
    &injection_no_revision_default::RULE,
    &job_sidecar_not_native::RULE,
    &control_plane_not_ha::RULE,
    &proxy_resources_unset::RULE,
    &injected_by_two_meshes::RULE,
    &redirected_by_two_meshes::RULE,
    &addressed_to_absent_mesh::RULE,
    &injectors_identical::RULE,
    &gateway_api_owned_twice::RULE,
];
