//! Which listeners a route asks for.

use std::sync::Arc;

use meshery_core::resource::Resource;

use super::listeners::{Listener, Listeners};
use super::reference::Reference;
use super::routes::parents;

/// A parent of a route that is there, and the listeners of it that the route asks for.
pub(in crate::analyze) struct Attachment<'a> {
    pub(in crate::analyze) parent: Reference<'a>,
    /// The Gateway or ListenerSet.
    pub(in crate::analyze) object: &'a Arc<Resource>,
    /// All listeners of it.
    pub(in crate::analyze) all: &'a [Listener],
    /// Those of the section and port that the route names.
    pub(in crate::analyze) asked: Vec<&'a Listener>,
}

/// The Gateways and ListenerSets that a route names, as far as they are there.
pub(in crate::analyze) fn attachments<'a>(
    route: &'a Resource,
    listeners: &'a Listeners,
) -> impl Iterator<Item = Attachment<'a>> {
    parents(route).filter_map(move |parent| {
        let own = listeners.named(&parent)?;
        let is_asked = |listener: &&Listener| {
            parent.section().is_none_or(|section| *listener.name == *section)
                && parent.port().is_none_or(|port| listener.port == port)
        };
        let asked = own.listeners.iter().filter(is_asked).collect();
        Some(Attachment { parent, object: &own.object, all: &own.listeners, asked })
    })
}
