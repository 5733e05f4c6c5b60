//! The names of the namespaces that there are, asked by patterns.

use std::collections::BTreeSet;
use std::ops::Bound;

use meshery_core::world::{View, World};

use super::{Services, Workloads};
use crate::analyze::kinds::NAMESPACE;

/// Namespaces that every cluster has.
const GIVEN: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The names of namespaces. Where objects other than Namespaces count too, those that they are in.
pub(in crate::analyze) struct Namespaces {
    names: BTreeSet<String>,
    /// The names written backwards.
    reversed: BTreeSet<String>,
    /// The names without regard to case, as istioctl compares them.
    folded: BTreeSet<String>,
    compatible: bool,
}

impl View for Namespaces {
    fn of(world: &World) -> Self {
        let compatible = world.settings().compatible;
        let mut names: BTreeSet<String> = world.of(NAMESPACE).iter().map(|it| it.name.to_string()).collect();
        if !compatible {
            names.extend(GIVEN.map(String::from));
            names.extend(world.view::<Services>().namespaces().map(str::to_owned));
            names.extend(world.view::<Workloads>().namespaces().map(|(namespace, _)| namespace.to_string()));
        }
        Self {
            reversed: names.iter().map(|name| backwards(name)).collect(),
            folded: names.iter().map(|name| name.to_lowercase()).collect(),
            names,
            compatible,
        }
    }
}

impl Namespaces {
    /// Whether a pattern means one of them: a name, or with `*` at one end or alone.
    pub(in crate::analyze) fn matches(&self, pattern: &str) -> bool {
        if pattern == "*" {
            return !self.names.is_empty();
        }
        if let Some(end) = pattern.strip_prefix('*') {
            return any_starts_with(&self.reversed, &backwards(end));
        }
        if let Some(start) = pattern.strip_suffix('*') {
            return any_starts_with(&self.names, start);
        }
        if self.compatible { self.folded.contains(&pattern.to_lowercase()) } else { self.names.contains(pattern) }
    }

    /// All of them, sorted.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

fn any_starts_with(names: &BTreeSet<String>, start: &str) -> bool {
    let from = (Bound::Included(start), Bound::Unbounded);
    names.range::<str, _>(from).next().is_some_and(|name| name.starts_with(start))
}
