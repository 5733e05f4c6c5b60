//! Which selectors of Gateways mean the same workloads.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::world::{Labels, Selector, View, World};

use super::gateways::{Configured, selector_text};

/// Which selectors of Gateways have a workload in common.
pub(in crate::analyze) struct Overlap {
    common: BTreeMap<Selector, BTreeSet<Selector>>,
    compatible: bool,
}

impl View for Overlap {
    fn of(world: &World) -> Self {
        let compatible = world.settings().compatible;
        let configured = world.view::<Configured>();
        let mut by_labels: BTreeMap<Labels, Vec<&Selector>> = BTreeMap::new();
        for (selector, workloads) in configured.iter() {
            for workload in workloads {
                let selectors = by_labels.entry(workload.labels.clone()).or_default();
                if selectors.last() != Some(&selector) {
                    selectors.push(selector);
                }
            }
        }
        let groups: BTreeSet<Vec<&Selector>> = by_labels.into_values().filter(|group| group.len() > 1).collect();
        let mut common: BTreeMap<Selector, BTreeSet<Selector>> = BTreeMap::new();
        for group in groups {
            for selector in &group {
                let others = group.iter().filter(|other| *other != selector).map(|other| (*other).clone());
                common.entry((*selector).clone()).or_default().extend(others);
            }
        }
        Self { common, compatible }
    }
}

impl Overlap {
    /// The other selectors that have a workload in common with this one.
    pub(in crate::analyze) fn others(&self, selector: &Selector) -> impl Iterator<Item = &Selector> {
        self.common.get(selector).into_iter().flatten()
    }

    /// Whether Gateways with these selectors configure one workload, if they configure any. For istioctl they do only if
    /// the one is a part of the other as text, and a pod has the labels of both.
    pub(in crate::analyze) fn meet(&self, one: &Selector, other: &Selector) -> bool {
        if one == other {
            return true;
        }
        let common = || self.common.get(one).is_some_and(|others| others.contains(other));
        if self.compatible {
            let (one, other) = (selector_text(one), selector_text(other));
            return (one.contains(&other) || other.contains(&one)) && common();
        }
        one.equal.contains(&other.equal) || other.equal.contains(&one.equal) || common()
    }
}
