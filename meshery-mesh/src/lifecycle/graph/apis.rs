//! A custom resource needs its definition, and whoever converts or serves it.

use super::{Edges, Need, Objects};

pub(super) fn edges(objects: &Objects<'_>, edges: &mut Edges) {
    for (whom, definition) in objects.of("apiextensions.k8s.io", "CustomResourceDefinition") {
        let (group, kind) = (definition.text("/spec/group"), definition.text("/spec/names/kind"));
        for (who, _) in
            objects.all.iter().enumerate().filter(|(_, object)| object.group() == group && object.kind() == kind)
        {
            edges.insert((who, whom), Need::Served);
        }
    }
    for (whom, service) in objects.of("apiregistration.k8s.io", "APIService") {
        let (group, version) = (service.text("/spec/group"), service.text("/spec/version"));
        let served =
            objects.all.iter().enumerate().filter(|(_, object)| object.group() == group && object.version() == version);
        edges.extend(served.map(|(who, _)| ((who, whom), Need::Served)));
    }
}
