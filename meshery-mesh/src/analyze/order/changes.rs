//! What changes: the objects before and after, and where in the given order each is applied.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::analyzer::order::Action;
use meshery_core::resource::{Node, Resource, Value};

use crate::analyze::kinds::{JOB, POD, REPLICA_SET};

/// Cluster, group, kind, namespace and name.
type Id = (Option<Arc<str>>, String, Arc<str>, String, Arc<str>);

/// An object before and after.
pub(super) struct Object {
    pub(super) before: Option<Arc<Resource>>,
    pub(super) after: Option<Arc<Resource>>,
    /// What is done, and when in the given order; `None` for what stays as it is.
    pub(super) change: Option<(Action, usize)>,
}

impl Object {
    /// The object as it will be, or else as it was.
    pub(super) fn latest(&self) -> Option<&Arc<Resource>> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// When in the given order it is applied.
    pub(super) fn position(&self) -> Option<usize> {
        self.change.map(|(_, position)| position)
    }
}

/// All objects before and after: what is to be applied in the order of its files, and then what is to be removed, in the
/// reverse order of the files that have it no longer.
pub(super) fn changes(running: &[Arc<Resource>], wanted: &[Arc<Resource>], pruned: &BTreeSet<String>) -> Vec<Object> {
    let mut found: BTreeMap<Id, usize> = BTreeMap::new();
    let mut objects: Vec<Object> = Vec::new();
    let counted = |object: &&Arc<Resource>| !object.name.is_empty() && !is_made_by_another(object);
    for object in wanted.iter().filter(counted) {
        let position = objects.len();
        let at = *found.entry(id(object)).or_insert_with(|| {
            objects.push(Object { before: None, after: None, change: Some((Action::Create, position)) });
            position
        });
        if let Some(known) = objects.get_mut(at) {
            // Of two with one name the last one is what stays.
            known.after = Some(Arc::clone(object));
        }
    }
    let applied = objects.len();
    for object in running.iter().filter(counted) {
        let next = objects.len();
        let at = *found.entry(id(object)).or_insert(next);
        let Some(known) = objects.get_mut(at) else {
            let stays = Some(Arc::clone(object));
            objects.push(Object { before: stays.clone(), after: stays, change: None });
            continue;
        };
        known.before = Some(Arc::clone(object));
        // What is wanted stands where it was first met, which is when it is applied.
        match known.after.as_ref().filter(|_| at < applied) {
            Some(after) => known.change = (!is_same(object, after)).then_some((Action::Change, at)),
            None => known.after = Some(Arc::clone(object)),
        }
    }
    remove(&mut objects, wanted, pruned);
    objects
}

/// Marks what is to go.
fn remove(objects: &mut [Object], wanted: &[Arc<Resource>], pruned: &BTreeSet<String>) {
    let wanted: BTreeSet<Id> = wanted.iter().map(|object| id(object)).collect();
    let mut position = objects.len();
    for object in objects.iter_mut().rev() {
        let Some(before) = &object.before else { continue };
        if object.change.is_none() && pruned.contains(&*before.file.name) && !wanted.contains(&id(before)) {
            object.after = None;
            object.change = Some((Action::Remove, position));
            position += 1;
        }
    }
}

fn id(object: &Resource) -> Id {
    let (group, namespace) = (object.group().to_owned(), object.namespace_or_default().to_owned());
    (object.cluster.clone(), group, Arc::clone(&object.kind), namespace, Arc::clone(&object.name))
}

/// Pods and what makes them for another object: who applies files does not apply them, and they follow their owner.
fn is_made_by_another(object: &Resource) -> bool {
    [POD, REPLICA_SET, JOB].contains(&object.kind()) && !object.items(&["metadata", "ownerReferences"]).is_empty()
}

/// Whether two objects say the same, in whatever order and place. What the API server adds does not count.
fn is_same(a: &Resource, b: &Resource) -> bool {
    let parts = |object: &Resource| -> Vec<(Arc<str>, Node)> {
        let fields =
            object.root.fields().iter().filter(|field| !matches!(&*field.key, "status" | "metadata" | "apiVersion"));
        let mut parts: Vec<_> = fields.map(|field| (Arc::clone(&field.key), field.value.clone())).collect();
        let metadata = |key: &str| object.root.at(&["metadata", key]).filter(|it| !it.is_empty());
        let named = ["labels", "annotations"].map(|key| metadata(key).map(|value| (key.into(), value.clone())));
        parts.extend(named.into_iter().flatten());
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        parts
    };
    let (a, b) = (parts(a), parts(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && is_alike(&a.1, &b.1))
}

/// The reader bounds how deep a document may be.
fn is_alike(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_alike(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let b: BTreeMap<&str, &Node> = b.iter().map(|field| (&*field.key, &field.value)).collect();
            let same =
                |field: &meshery_core::resource::Field| b.get(&*field.key).is_some_and(|b| is_alike(&field.value, b));
            a.len() == b.len() && a.iter().all(same)
        }
        (a, b) => a == b,
    }
}
