//! What a plan must be allowed to do.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{ChangeAction, Permission};
use meshery_core::{GroupKind, Object, ObjectId};

use super::{Blueprint, Return, Wish};
use crate::cluster::Api;

type Names = BTreeSet<String>;

/// A group, a resource of it, and a namespace.
type Place = (String, String, Option<String>);
/// By object, verbs; those of a whole collection are no object's.
type Verbs = BTreeMap<Option<String>, BTreeSet<&'static str>>;

#[derive(Default)]
pub(in crate::lifecycle) struct Needs(BTreeMap<Place, Verbs>);

impl Needs {
    pub(in crate::lifecycle) fn add(
        &mut self,
        api: &Api,
        namespace: Option<&str>,
        name: Option<&str>,
        verbs: &[&'static str],
    ) {
        let namespace = namespace.filter(|_| api.namespaced).map(str::to_owned);
        let resource = self.0.entry((api.group.clone(), api.plural.clone(), namespace)).or_default();
        // Who creates cannot be bound to names: the name is no part of the request.
        let (unnamed, named): (Vec<&str>, Vec<&str>) =
            verbs.iter().copied().partition(|verb| matches!(*verb, "create" | "list" | "watch"));
        if !unnamed.is_empty() {
            resource.entry(None).or_default().extend(unnamed);
        }
        if !named.is_empty() {
            resource.entry(name.map(str::to_owned)).or_default().extend(named);
        }
    }

    /// Objects that need the same are one line.
    pub(in crate::lifecycle) fn permissions(self) -> Vec<Permission> {
        let mut permissions = Vec::new();
        for ((group, resource, namespace), objects) in self.0 {
            let mut by_verbs: BTreeMap<(bool, BTreeSet<&str>), Names> = BTreeMap::new();
            for (name, verbs) in objects {
                by_verbs.entry((name.is_some(), verbs)).or_default().extend(name);
            }
            for ((_, verbs), names) in by_verbs {
                let verbs = verbs.into_iter().map(str::to_owned).collect();
                permissions.push(Permission {
                    group: group.clone(),
                    resource: resource.clone(),
                    namespace: namespace.clone(),
                    names,
                    verbs,
                });
            }
        }
        permissions
    }
}

pub(super) fn of(wish: &Wish<'_>, blueprint: &Blueprint) -> Vec<Permission> {
    let mut needs = Needs::default();
    let home = wish.options.inventory_namespace.as_str();
    let secret = Api::core("Secret", "secrets", true);
    needs.add(&secret, Some(home), Some(&format!("meshery-{}", wish.spec.name)), &["create", "delete", "get", "patch"]);
    let mut kinds: BTreeMap<&GroupKind, (&Api, BTreeSet<Option<&str>>)> = BTreeMap::new();
    let looked_at = wish.desired.all().map(Object::id).collect::<Vec<_>>();
    let known: Vec<&ObjectId> = looked_at.iter().chain(wish.state.entries.keys()).collect();
    for id in &known {
        if let Some(api) = wish.desired.apis.get(&id.kind).or_else(|| wish.apis.get(&id.kind)) {
            kinds.entry(&id.kind).or_insert((api, BTreeSet::new())).1.insert(id.namespace.as_deref());
        }
    }
    for (api, namespaces) in kinds.into_values() {
        let only = if namespaces.len() == 1 { namespaces.first().copied().flatten() } else { None };
        needs.add(api, only, None, &["list", "watch"]);
    }
    for write in blueprint.writes.iter().filter(|write| write.action.writes()) {
        let verbs: &[&str] = match write.action {
            ChangeAction::Create => &["create", "patch"],
            ChangeAction::Replace => &["create", "delete", "patch"],
            _ => &["patch"],
        };
        needs.add(&write.api, write.id.namespace.as_deref(), Some(&write.id.name), verbs);
    }
    for hook in blueprint.before.iter().chain(&blueprint.after) {
        let id = hook.object.id();
        if let Some(api) = wish.desired.apis.get(&id.kind) {
            needs.add(api, id.namespace.as_deref(), Some(&id.name), &["create", "delete", "get", "patch"]);
        }
    }
    for removal in &blueprint.removals {
        needs.add(&removal.api, removal.id.namespace.as_deref(), Some(&removal.id.name), &["delete"]);
    }
    for Return { id, api, .. } in &blueprint.returns {
        needs.add(api, id.namespace.as_deref(), Some(&id.name), &["patch"]);
    }
    needs.permissions()
}
