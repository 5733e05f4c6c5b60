//! What the documentation of the meshes says to do, whatever the mesh, and what goes wrong between meshes: MSH801 to MSH899.

mod addressed_to_absent_mesh;
mod app_binds_localhost;
mod circuit_breaker_absent;
mod control_plane_not_ha;
mod destinationrule_never_looked_up;
mod envoyfilter_unpinned;
mod exportto_default_all;
mod gateway_api_owned_twice;
mod injected_by_two_meshes;
mod injection_no_revision_default;
mod injectors_identical;
mod job_sidecar_not_native;
mod locality_without_outlier;
mod opaque_ports_default_lost;
mod outlier_ejects_all;
mod port_protocol_implicit;
mod port_server_first_undeclared;
mod proxy_resources_unset;
mod redirected_by_two_meshes;
mod retry_amplification;
mod retry_not_idempotent;
mod route_without_default;
mod split_backend_port_missing;
mod subset_policy_without_route;
mod timeout_inversion;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
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
