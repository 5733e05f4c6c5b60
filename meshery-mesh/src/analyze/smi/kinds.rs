//! The kinds of SMI and of Open Service Mesh.

use meshery_core::resource::Kind;

pub(in crate::analyze) const SPLIT: Kind<'static> = Kind::new("split.smi-spec.io", "TrafficSplit");
pub(in crate::analyze) const TARGET: Kind<'static> = Kind::new("access.smi-spec.io", "TrafficTarget");
pub(in crate::analyze) const HTTP_ROUTES: Kind<'static> = Kind::new("specs.smi-spec.io", "HTTPRouteGroup");
pub(in crate::analyze) const TCP_ROUTE: Kind<'static> = Kind::new("specs.smi-spec.io", "TCPRoute");
pub(in crate::analyze) const UDP_ROUTE: Kind<'static> = Kind::new("specs.smi-spec.io", "UDPRoute");
pub(in crate::analyze) const EGRESS: Kind<'static> = Kind::new("policy.openservicemesh.io", "Egress");
pub(in crate::analyze) const INGRESS_BACKEND: Kind<'static> = Kind::new("policy.openservicemesh.io", "IngressBackend");
pub(in crate::analyze) const UPSTREAM_SETTING: Kind<'static> =
    Kind::new("policy.openservicemesh.io", "UpstreamTrafficSetting");
pub(in crate::analyze) const OSM_CONFIG: Kind<'static> = Kind::new("config.openservicemesh.io", "MeshConfig");
