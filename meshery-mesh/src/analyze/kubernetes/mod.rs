//! What rules derive from Kubernetes' own objects.

mod annotated;
mod by_namespace;
mod label_index;
mod namespaces;
mod of_workloads;
mod placed_pods;
mod secrets;
mod services;
mod workloads;

pub(super) use annotated::{ANNOTATED, Annotated, Holder, annotated, each_annotated};
pub(super) use by_namespace::{ByNamespace, are_same};
pub(super) use label_index::{LabelIndex, SelectorIndex};
pub(super) use namespaces::Namespaces;
pub(super) use of_workloads::OfWorkloads;
pub(super) use placed_pods::{PlacedPods, is_of_place};
pub(super) use secrets::Content;
pub(super) use services::{Port, Service, Services};
pub(super) use workloads::{SERVED, WORKLOADS, Workload, Workloads, each_service, each_workload, template_of};
