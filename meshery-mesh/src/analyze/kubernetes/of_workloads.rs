//! What is derived from the workloads of each namespace by themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Workload, Workloads};

/// What is derived from the workloads of each namespace by themselves, and stays as long as they are the very same.
pub(in crate::analyze) struct OfWorkloads<T> {
    workloads: Arc<Workloads>,
    parts: BTreeMap<Arc<str>, Arc<T>>,
}

impl<T> OfWorkloads<T> {
    /// Derives it. What was derived before stays where the workloads are the same, if it is still true.
    pub(in crate::analyze) fn new(
        workloads: &Arc<Workloads>,
        before: Option<&Self>,
        is_true: impl Fn(&str, &T) -> bool,
        derive: impl Fn(&str, &[Workload]) -> T,
    ) -> Self {
        let part = |(name, all): (&Arc<str>, &[Workload])| {
            let known = before.filter(|it| workloads.is_same_in(name, &it.workloads)).and_then(|it| it.parts.get(name));
            let known = known.filter(|part| is_true(name, part)).cloned();
            (Arc::clone(name), known.unwrap_or_else(|| Arc::new(derive(name, all))))
        };
        Self { workloads: Arc::clone(workloads), parts: workloads.namespaces().map(part).collect() }
    }

    /// The part of a namespace.
    pub(in crate::analyze) fn get(&self, namespace: &str) -> Option<&T> {
        self.parts.get(namespace).map(|part| &**part)
    }

    /// All parts with their namespaces, sorted.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &T)> {
        self.parts.iter().map(|(namespace, part)| (namespace, &**part))
    }
}

impl<T: PartialEq> OfWorkloads<T> {
    /// Whether nothing else is derived than in another look.
    pub(in crate::analyze) fn is_same(&self, other: &Self) -> bool {
        let is_same = |(one, other): (&Arc<T>, &Arc<T>)| Arc::ptr_eq(one, other) || one == other;
        self.parts.keys().eq(other.parts.keys()) && self.parts.values().zip(other.parts.values()).all(is_same)
    }
}
