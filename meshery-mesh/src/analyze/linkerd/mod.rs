//! What the rules over Linkerd's objects share.
//!
//! | module | holds |
//! |---|---|
//! | `annotations` | the annotations that the proxy injector reads, and their values |
//! | `balancing` | the annotations of routes and Services: retries, timeouts, circuit breaking |
//! | `control_plane` | how Linkerd is installed, and its certificates |
//! | `identity` | names of clients |
//! | `kinds` | the kinds of Linkerd |
//! | `networks` | lists of networks with exceptions |
//! | `opaque` | lists of ports |
//! | `reference` | how objects name each other |
//! | `routes` | the routes that Linkerd's policy controller takes |

pub(super) mod annotations;
pub(super) mod balancing;
mod control_plane;
pub(super) mod identity;
pub(super) mod kinds;
pub(super) mod networks;
pub(super) mod opaque;
mod reference;
pub(super) mod routes;
pub(in crate::analyze) mod values;

use meshery_core::Span;
use meshery_core::resource::Resource;

pub(super) use super::place::place;
pub(super) use control_plane::{ControlPlane, Held, Part, day_of};
pub(super) use reference::Reference;

/// Where a field of an object's `spec` stands; its `spec`, or its head, where that is missing.
pub(super) fn spec_place(object: &Resource, key: &str) -> Span {
    object.root.get("spec").filter(|spec| !spec.fields().is_empty()).map_or(object.head(), |spec| place(spec, key))
}
