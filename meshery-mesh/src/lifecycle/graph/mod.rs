//! What has to be there before what: a graph, not a list of kinds. Whatever is not told apart by a rule goes side by side.
//!
//! Each rule is one function from all objects to the edges that it knows of; `RULES` lists them.

mod accounts;
mod apis;
mod contents;
mod namespaces;
mod services;

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::{GroupKind, Object, ObjectId};

/// How much of an object has to be there before another may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// It is there.
    Exists,
    /// It is ready, if anybody waits for that at all.
    Ready,
    /// It is ready, always: the server would refuse the other one otherwise.
    Served,
}

/// One object needs another: `(who, whom)`, by their places.
type Edges = BTreeMap<(usize, usize), Need>;

/// Every rule.
const RULES: &[fn(&Objects<'_>, &mut Edges)] =
    &[accounts::edges, apis::edges, contents::edges, namespaces::edges, services::edges];

/// Objects that can be looked up.
pub(super) struct Objects<'a> {
    all: &'a [Object],
    by_id: BTreeMap<ObjectId, usize>,
}

impl<'a> Objects<'a> {
    fn new(all: &'a [Object]) -> Self {
        Self { all, by_id: all.iter().enumerate().map(|(place, object)| (object.id(), place)).collect() }
    }

    fn find(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Option<usize> {
        self.by_id.get(&ObjectId::new(group, kind, namespace, name)).copied()
    }

    fn of(&self, group: &'a str, kind: &'a str) -> impl Iterator<Item = (usize, &'a Object)> {
        let all = self.all.iter().enumerate();
        all.filter(move |(_, object)| object.group() == group && object.kind() == kind)
    }
}

/// Which objects need which, by their places in a list.
///
/// ```
/// use meshery_mesh::analyze::Source;
/// use meshery_mesh::lifecycle::graph::{Graph, Need};
/// use meshery_mesh::lifecycle::manifests;
///
/// let file = Source::new("mesh.yaml", "
/// apiVersion: v1
/// kind: ServiceAccount
/// metadata: { name: istiod, namespace: mesh }
/// ---
/// apiVersion: v1
/// kind: Namespace
/// metadata: { name: mesh }
/// ");
/// let objects = manifests::read(&[file])?;
/// let graph = Graph::of(&objects);
/// assert_eq!(graph.needs(0).get(&1), Some(&Need::Exists));
/// assert_eq!(graph.order(), [1, 0]);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// By the place of an object, whom it needs.
    needs: Vec<BTreeMap<usize, Need>>,
}

impl Graph {
    /// The graph of these objects.
    pub fn of(objects: &[Object]) -> Self {
        let looked_up = Objects::new(objects);
        let mut edges = Edges::new();
        for rule in RULES {
            rule(&looked_up, &mut edges);
        }
        let mut needs = vec![BTreeMap::new(); objects.len()];
        for ((who, whom), need) in edges.into_iter().filter(|((who, whom), _)| who != whom) {
            needs[who].insert(whom, need);
        }
        let mut graph = Self { needs };
        graph.break_cycles();
        graph
    }

    /// Whom an object needs.
    pub fn needs(&self, who: usize) -> &BTreeMap<usize, Need> {
        &self.needs[who]
    }

    /// Who needs an object.
    pub fn needed_by(&self, whom: usize) -> impl Iterator<Item = usize> {
        self.needs.iter().enumerate().filter(move |(_, needs)| needs.contains_key(&whom)).map(|(who, _)| who)
    }

    /// An order in which everybody comes after whom he needs, and otherwise as they stand.
    pub fn order(&self) -> Vec<usize> {
        let mut needed_by = vec![Vec::new(); self.needs.len()];
        for (who, needs) in self.needs.iter().enumerate() {
            for whom in needs.keys() {
                needed_by[*whom].push(who);
            }
        }
        let mut missing: Vec<usize> = self.needs.iter().map(BTreeMap::len).collect();
        let mut free: BTreeSet<usize> = (0..missing.len()).filter(|place| missing[*place] == 0).collect();
        let mut order = Vec::with_capacity(missing.len());
        while let Some(next) = free.pop_first() {
            order.push(next);
            for who in &needed_by[next] {
                missing[*who] -= 1;
                if missing[*who] == 0 {
                    free.insert(*who);
                }
            }
        }
        order
    }

    /// Two objects that need each other, by whatever way, can only come one before the other: of each circle, the last
    /// edge that is found, of the weakest kind, is given up.
    fn break_cycles(&mut self) {
        while let Some(circle) = self.circle() {
            let edges = circle
                .iter()
                .zip(circle.iter().cycle().skip(1))
                .map(|(who, whom)| (self.needs[*who][whom], *who, *whom));
            let Some((_, who, whom)) = edges.min_by_key(|(need, who, whom)| (*need, usize::MAX - who, *whom)) else {
                return;
            };
            self.needs[who].remove(&whom);
        }
    }

    /// Some circle, if there is one: what is left once all that can come has come.
    fn circle(&self) -> Option<Vec<usize>> {
        let come: BTreeSet<usize> = self.order().into_iter().collect();
        let start = (0..self.needs.len()).find(|place| !come.contains(place))?;
        let (mut path, mut at) = (Vec::new(), start);
        loop {
            if let Some(begin) = path.iter().position(|seen| *seen == at) {
                return Some(path.split_off(begin));
            }
            path.push(at);
            at = *self.needs[at].keys().find(|whom| !come.contains(whom))?;
        }
    }
}

/// Whether objects of this kind run pods.
pub(super) fn runs_pods(kind: &GroupKind) -> bool {
    pods_of(&kind.group, &kind.kind).is_some()
}

/// The specification of the pods that an object runs, if it runs any.
fn pod_spec(object: &Object) -> Option<&serde_json::Value> {
    object.get(pods_of(object.group(), object.kind())?)
}

fn pods_of(group: &str, kind: &str) -> Option<&'static str> {
    let pointer = match (group, kind) {
        ("", "Pod") => "/spec",
        ("batch", "CronJob") => "/spec/jobTemplate/spec/template/spec",
        ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => "/spec/template/spec",
        _ => return None,
    };
    Some(pointer)
}

#[cfg(test)]
mod tests;
