//! The annotations of Istio that objects have, and the pods that they make.

use std::sync::Arc;

use meshery_core::resource::{Field, Kind, Node, Resource};
use meshery_core::{Finding, World};

use super::known::{self, Known};
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, DEPLOYMENT, NAMESPACE, POD, REPLICA_SET, SERVICE, SERVICE_ENTRY, WORKLOAD_ENTRY,
};
use crate::analyze::kubernetes::{ANNOTATED, Annotated, Holder, annotated};

/// The kinds whose annotations istioctl looks at.
const UPSTREAM: [Kind<'static>; 4] = [NAMESPACE, SERVICE, POD, DEPLOYMENT];
/// Those that matter beside what all meshes read.
const OTHERS: [Kind<'static>; 3] = [AUTHORIZATION_POLICY, SERVICE_ENTRY, WORKLOAD_ENTRY];

/// The one annotation that Istio documents and does not own.
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
/// The annotation that configures a pod's proxy.
pub(super) const CONFIG: &str = "proxy.istio.io/config";
/// What Istio itself puts on objects, wherever it likes.
const OWN: [&str; 3] = ["gateway.istio.io/controller-version", "istio.io/rev", "sidecar.istio.io/status"];
/// What Istio's own components write for each other.
const INTERNAL: &str = "internal.istio.io/";
/// The label of what Istio makes for a Gateway, with the Gateway's annotations.
const MANAGED: &str = "gateway.istio.io/managed";

/// An annotation of Istio.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Annotation<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    /// The kind that it stands on: that of the object, or `Pod` in a template of pods.
    pub(in crate::analyze) on: &'a str,
    pub(in crate::analyze) field: &'a Field,
    /// What Istio knows of it, if it does.
    pub(in crate::analyze) known: Option<&'static Known>,
    /// What has it: the object, or the template.
    pub(in crate::analyze) holder: &'a Node,
}

impl<'a> Annotation<'a> {
    /// Its name.
    pub(in crate::analyze) fn name(&self) -> &'a str {
        &self.field.key
    }

    /// Whether what has it has a label too.
    pub(in crate::analyze) fn is_beside_label(&self, label: &str) -> bool {
        self.holder.at(&["metadata", "labels", label]).is_some()
    }

    /// Whether it stands on a kind on which it has an effect. On one that nobody knows it has none anywhere.
    pub(in crate::analyze) fn is_placed(&self) -> bool {
        self.known.is_some_and(|known| known.kinds.is_empty() || known.kinds.contains(&self.on))
    }
}

/// What there is to say of each annotation of Istio by itself, but for those that Istio itself puts there.
pub(in crate::analyze) fn each_annotation(
    world: &World,
    find: impl Fn(&Annotation<'_>) -> Option<Finding>,
) -> Vec<Finding> {
    if world.settings().compatible {
        let own = |object| of_holder(Annotated { object, node: &object.root, holder: Holder::Workload });
        return world
            .nearby(&[])
            .each(&UPSTREAM, |object, _| own(object).filter_map(|it| find(&it)).collect::<Vec<_>>());
    }
    let find = |object| {
        let annotations = annotated(object).filter(|it| is_read(*it)).flat_map(of_holder);
        let annotations = annotations.filter(|annotation| !annotation.name().starts_with(INTERNAL));
        annotations.filter_map(|annotation| find(&annotation)).collect::<Vec<_>>()
    };
    world.nearby(&[]).each(&[&ANNOTATED[..], &OTHERS].concat(), |object, _| find(object))
}

/// A ReplicaSet has what it has from a Deployment, and what Istio makes for a Gateway from the Gateway.
fn is_read(annotated: Annotated<'_>) -> bool {
    annotated.object.kind() != REPLICA_SET && annotated.object.label(MANAGED).is_none()
}

fn of_holder(annotated: Annotated<'_>) -> impl Iterator<Item = Annotation<'_>> {
    let Annotated { object, node: holder, .. } = annotated;
    let on = if annotated.holder == Holder::Pod { POD.name } else { &object.kind };
    let of_istio =
        annotated.annotations().iter().filter(|field| is_of_istio(&field.key) && !OWN.contains(&&*field.key));
    of_istio.map(move |field| Annotation { object, on, field, known: known::annotation(&field.key), holder })
}

/// What ends like Istio's domain counts as Istio's.
fn is_of_istio(name: &str) -> bool {
    name == INGRESS_CLASS || name.split('/').next().is_some_and(|domain| domain.ends_with("istio.io"))
}
