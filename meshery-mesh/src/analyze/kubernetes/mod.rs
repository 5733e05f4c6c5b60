//! What rules derive from Kubernetes' own objects.

mod label_index;
mod namespaces;
mod placed_pods;
mod secrets;
mod services;
mod workloads;

use std::sync::Arc;

use meshery_core::resource::Resource;

pub(super) use label_index::{LabelIndex, SelectorIndex};
pub(super) use namespaces::Namespaces;
pub(super) use placed_pods::{PlacedPods, is_of_place};
pub(super) use secrets::Content;
pub(super) use services::{Port, Service, Services};
pub(super) use workloads::{SERVED, WORKLOADS, Workload, Workloads, template_of};

/// Objects that are sorted by namespace, by namespace.
pub(super) fn by_namespace(objects: &[Arc<Resource>]) -> impl Iterator<Item = (&str, &[Arc<Resource>])> {
    let namespaces = objects.chunk_by(|a, b| a.namespace_or_default() == b.namespace_or_default());
    namespaces.filter_map(|objects| Some((objects.first()?.namespace_or_default(), objects)))
}

/// Whether they are the very same.
pub(super) fn are_same(some: &[Arc<Resource>], others: &[Arc<Resource>]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| Arc::ptr_eq(one, other))
}
