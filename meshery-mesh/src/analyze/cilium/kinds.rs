//! The kinds of Cilium.

use meshery_core::resource::Kind;

const fn cilium(name: &'static str) -> Kind<'static> {
    Kind::new("cilium.io", name)
}

pub(in crate::analyze) const CIDR_GROUP: Kind<'static> = cilium("CiliumCIDRGroup");
pub(in crate::analyze) const CLUSTERWIDE_ENVOY_CONFIG: Kind<'static> = cilium("CiliumClusterwideEnvoyConfig");
pub(in crate::analyze) const CLUSTERWIDE_POLICY: Kind<'static> = cilium("CiliumClusterwideNetworkPolicy");
pub(in crate::analyze) const EGRESS_GATEWAY: Kind<'static> = cilium("CiliumEgressGatewayPolicy");
pub(in crate::analyze) const ENVOY_CONFIG: Kind<'static> = cilium("CiliumEnvoyConfig");
pub(in crate::analyze) const POLICY: Kind<'static> = cilium("CiliumNetworkPolicy");
