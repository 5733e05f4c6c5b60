//! What rules derive from Kubernetes' own objects.

mod label_index;
mod namespaces;
mod placed_pods;
mod secrets;
mod services;
mod workloads;

pub(super) use label_index::{LabelIndex, SelectorIndex};
pub(super) use namespaces::Namespaces;
pub(super) use placed_pods::{PlacedPods, is_of_place};
pub(super) use secrets::Content;
pub(super) use services::{Port, Service, Services};
pub(super) use workloads::{Workload, Workloads, template_of};
