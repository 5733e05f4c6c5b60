//! The kinds that only these rules read.

use meshery_core::resource::Kind;

use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE, TCP_ROUTE, TLS_ROUTE};

/// The group of the Gateway API.
pub(in crate::analyze) const GROUP: &str = "gateway.networking.k8s.io";
/// The group of what may become a part of it.
const X_GROUP: &str = "gateway.networking.x-k8s.io";

pub(in crate::analyze) const LISTENER_SET: Kind<'static> = Kind::new(GROUP, "ListenerSet");
pub(in crate::analyze) const REFERENCE_GRANT: Kind<'static> = Kind::new(GROUP, "ReferenceGrant");
pub(in crate::analyze) const UDP_ROUTE: Kind<'static> = Kind::new(GROUP, "UDPRoute");
pub(in crate::analyze) const BACKEND_TLS_POLICY: Kind<'static> = Kind::new(GROUP, "BackendTLSPolicy");

/// The routes of every protocol.
pub(in crate::analyze) const ROUTES: [Kind<'static>; 5] = [GRPC_ROUTE, HTTP_ROUTE, TCP_ROUTE, TLS_ROUTE, UDP_ROUTE];

/// The policies that are attached to what routes lead to.
pub(in crate::analyze) const BACKEND_POLICIES: [Kind<'static>; 2] =
    [BACKEND_TLS_POLICY, Kind::new(X_GROUP, "XBackendTrafficPolicy")];
