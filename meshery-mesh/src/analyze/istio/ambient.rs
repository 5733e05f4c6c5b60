//! Ambient mode: through which waypoint traffic goes.

use meshery_core::resource::{Node, Resource};

/// The label of a namespace, Service or pod that names the waypoint of its traffic.
pub(in crate::analyze) const USE_WAYPOINT: &str = "istio.io/use-waypoint";
/// The label that says in which other namespace the waypoint is.
pub(in crate::analyze) const WAYPOINT_NAMESPACE: &str = "istio.io/use-waypoint-namespace";
/// Whose pods these are, of those that run for a Gateway.
pub(in crate::analyze) const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";

/// The waypoint that labels name, if they name one; `none` is none.
pub(in crate::analyze) fn waypoint(labels: Option<&Node>) -> Option<&str> {
    let name = labels?.get(USE_WAYPOINT)?.as_str()?;
    (!name.is_empty() && name != "none").then_some(name)
}

/// Whether traffic goes through a waypoint: what an object says for itself goes before what its namespace says.
pub(in crate::analyze) fn is_enrolled(labels: Option<&Node>, namespace: Option<&Resource>) -> bool {
    if labels.and_then(|labels| labels.get(USE_WAYPOINT)).is_some() {
        return waypoint(labels).is_some();
    }
    waypoint(namespace.and_then(|namespace| namespace.root.at(&["metadata", "labels"]))).is_some()
}
