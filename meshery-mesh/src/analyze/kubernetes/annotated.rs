//! What has annotations and labels that a mesh reads of workloads and what leads to them.

use std::sync::Arc;

use meshery_core::resource::{Field, Kind, Node, Resource};
use meshery_core::{Finding, World};

use super::workloads::{SERVED, template_of};
use crate::analyze::kinds::{NAMESPACE, POD, SERVICE, and_others};

/// The kinds of what has them.
pub(in crate::analyze) const ANNOTATED: [Kind<'static>; SERVED.len() + 1] = and_others(NAMESPACE, &SERVED);

/// What has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Holder {
    Namespace,
    /// A pod, or the template of one.
    Pod,
    Service,
    /// What makes pods, and has some of its own.
    Workload,
}

/// An object of one of [`ANNOTATED`], or the template of pods in it.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyze) struct Annotated<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    pub(in crate::analyze) node: &'a Node,
    pub(in crate::analyze) holder: Holder,
}

impl<'a> Annotated<'a> {
    /// Its annotations.
    pub(in crate::analyze) fn annotations(self) -> &'a [Field] {
        self.metadata("annotations")
    }

    /// Its labels.
    pub(in crate::analyze) fn labels(self) -> &'a [Field] {
        self.metadata("labels")
    }

    fn metadata(self, name: &str) -> &'a [Field] {
        self.node.at(&["metadata", name]).map(Node::fields).unwrap_or_default()
    }
}

/// What there is to say by itself of each object that has some, and of each template of pods.
pub(in crate::analyze) fn each_annotated<F: IntoIterator<Item = Finding>>(
    world: &World,
    find: impl Fn(Annotated<'_>) -> F,
) -> Vec<Finding> {
    world.nearby(&[]).each(&ANNOTATED, |object, _| annotated(object).flat_map(&find).collect::<Vec<_>>())
}

/// An object itself, and the template of pods in it.
pub(in crate::analyze) fn annotated(object: &Arc<Resource>) -> impl Iterator<Item = Annotated<'_>> {
    let holder = match object.kind() {
        NAMESPACE => Holder::Namespace,
        SERVICE => Holder::Service,
        POD => Holder::Pod,
        _ => Holder::Workload,
    };
    let template = template_of(object).filter(|_| holder == Holder::Workload);
    let own = Annotated { object, node: &object.root, holder };
    [own].into_iter().chain(template.map(|node| Annotated { object, node, holder: Holder::Pod }))
}
