//! What is in a namespace needs it.

use super::{Edges, Need, Objects};

pub(super) fn edges(objects: &Objects<'_>, edges: &mut Edges) {
    for (who, object) in objects.all.iter().enumerate() {
        let namespace = object.namespace().and_then(|name| objects.find("", "Namespace", None, name));
        if let Some(whom) = namespace {
            edges.insert((who, whom), Need::Exists);
        }
        // What limits a namespace has to be there before what it limits.
        if super::pod_spec(object).is_some() {
            for kind in ["LimitRange", "ResourceQuota"] {
                let limits = objects.of("", kind).filter(|(_, limit)| limit.namespace() == object.namespace());
                edges.extend(limits.map(|(whom, _)| ((who, whom), Need::Exists)));
            }
        }
    }
}
