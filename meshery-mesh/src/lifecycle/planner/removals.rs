//! What becomes of each object that is not wanted any more, and in which order it goes.
//!
//! The reverse of how it came, but: whoever is called by the server goes before anything else, since what calls nobody
//! blocks nothing; custom resources go while their controller still runs; definitions and namespaces go last.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Change, ChangeAction};
use meshery_core::{GroupKind, Object, ObjectId};

use super::Wish;
use crate::cluster::Api;
use crate::lifecycle::applyset;
use crate::lifecycle::desired::{is_namespace, is_own};
use crate::lifecycle::graph::Graph;
use crate::lifecycle::hooks::{self, Hook};

/// An object that goes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lifecycle) struct Removal {
    pub(in crate::lifecycle) id: ObjectId,
    pub(in crate::lifecycle) api: Api,
    /// Which one of its name.
    pub(in crate::lifecycle) uid: String,
    /// Everything of an earlier turn must be gone before.
    pub(in crate::lifecycle) turn: Turn,
    /// And so must these.
    pub(in crate::lifecycle) after: BTreeSet<usize>,
}

/// An object that stays, and from which our sign is taken.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lifecycle) struct Return {
    pub(in crate::lifecycle) id: ObjectId,
    pub(in crate::lifecycle) api: Api,
    /// It was there before: whatever we wrote to it goes.
    pub(in crate::lifecycle) is_borrowed: bool,
}

#[derive(Default)]
pub(super) struct Removals {
    pub(super) going: Vec<Removal>,
    pub(super) changes: Vec<Change>,
    pub(super) returns: Vec<Return>,
    pub(super) released: BTreeSet<ObjectId>,
}

pub(super) fn plan(wish: &Wish<'_>) -> Removals {
    let mut planned = Removals::default();
    let wanted: BTreeSet<ObjectId> = wish.desired.all().map(Object::id).collect();
    let uninstalls = wish.kind == meshery_core::lifecycle::OperationKind::Uninstall;
    let (mut going, mut kept) = (Vec::new(), Vec::new());
    for (id, entry) in &wish.state.entries {
        if !uninstalls && wanted.contains(id) {
            continue;
        }
        let (Some(live), Some(api)) = (wish.live.get(id), wish.apis.get(&id.kind)) else {
            // It is gone already, perhaps with its kind: there is nothing to remember.
            planned.released.insert(id.clone());
            continue;
        };
        let content = wish.contents.get(&entry.intent);
        match reason_to_stay(wish, live, content, entry) {
            Some(reason) => {
                if applyset::of(live) == Some(wish.set) {
                    planned.returns.push(Return { id: id.clone(), api: api.clone(), is_borrowed: entry.is_borrowed });
                }
                planned.released.insert(id.clone());
                kept.push(Change { reason, ..Change::new(id.clone(), api.api_version(), ChangeAction::Keep) });
            }
            None => going.push((content.unwrap_or(live).clone(), live.uid().to_owned(), api.clone(), "")),
        }
    }
    let of_definitions = wish.dependents.iter().filter_map(|object| {
        let api = wish.apis.get(&object.id().kind)?;
        let is_known = wish.state.entries.contains_key(&object.id());
        (!is_known).then(|| (object.clone(), object.uid().to_owned(), api.clone(), "it goes with its definition"))
    });
    going.extend(of_definitions.collect::<Vec<_>>());
    order(&mut planned, &going);
    planned.changes.extend(kept);
    planned
}

fn reason_to_stay(
    wish: &Wish<'_>,
    live: &Object,
    content: Option<&Object>,
    entry: &crate::lifecycle::inventory::Entry,
) -> Option<String> {
    let id = live.id();
    if entry.is_borrowed {
        return Some("it was there before".into());
    }
    match applyset::of(live) {
        Some(set) if set == wish.set => {}
        Some(set) => return Some(format!("it is part of another set now: {set}")),
        None => return Some("somebody has taken our label from it".into()),
    }
    if !entry.uid.is_empty() && entry.uid != live.uid() {
        return Some("it is another one of the same name".into());
    }
    let is_definition = id.kind.is("apiextensions.k8s.io", "CustomResourceDefinition");
    if is_definition && !wish.options.remove_definitions {
        return Some(
            "definitions stay unless the option remove_definitions is given: every resource of theirs would go".into(),
        );
    }
    let keeps = |object: &Object| object.annotation("helm.sh/resource-policy") == Some("keep");
    if !is_definition && (keeps(live) || content.is_some_and(keeps)) {
        return Some("its annotation helm.sh/resource-policy says keep".into());
    }
    if is_namespace(&id)
        && let Some(inhabitants) = wish.inhabited.get(&id.name)
    {
        return Some(format!("others have objects in it: {inhabitants}"));
    }
    None
}

/// When an object goes, roughly: the rest is told by who needs whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lifecycle) enum Turn {
    /// Whoever is called by the server.
    Called,
    /// Custom resources.
    Custom,
    Ordinary,
    Definition,
    Namespace,
}

fn turn(object: &Object, defined: &BTreeSet<GroupKind>) -> Turn {
    let kind = object.id().kind;
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("admissionregistration.k8s.io", _) | ("apiregistration.k8s.io", "APIService") => Turn::Called,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Turn::Definition,
        ("", "Namespace") => Turn::Namespace,
        _ if defined.contains(&kind) || !is_own(&kind.group) => Turn::Custom,
        _ => Turn::Ordinary,
    }
}

/// An object that goes: its last content, which one it is, the way to it, and why.
type Going<'a> = (Object, String, Api, &'a str);

fn order(planned: &mut Removals, going: &[Going<'_>]) {
    let objects: Vec<Object> = going.iter().map(|(object, ..)| object.clone()).collect();
    let defined: BTreeSet<GroupKind> = objects
        .iter()
        .filter(|object| object.kind() == "CustomResourceDefinition")
        .map(|definition| GroupKind::new(definition.text("/spec/group"), definition.text("/spec/names/kind")))
        .collect();
    let turns: Vec<Turn> = objects.iter().map(|object| turn(object, &defined)).collect();
    let graph = Graph::of(&objects);
    let mut after = vec![BTreeSet::new(); objects.len()];
    for who in 0..objects.len() {
        // Whom it needs goes after it. Between turns, turns alone say who goes first.
        for whom in graph.needs(who).keys().filter(|whom| turns[who] == turns[**whom]) {
            after[*whom].insert(who);
        }
    }
    let mut places: Vec<usize> = (0..objects.len()).collect();
    let depth = depths(&after);
    places.sort_by_cached_key(|place| (turns[*place], depth[*place], objects[*place].id()));
    planned.changes = places
        .iter()
        .map(|place| {
            let (object, _, api, reason) = &going[*place];
            let change = Change::new(object.id(), api.api_version(), ChangeAction::Delete);
            Change { reason: (*reason).to_owned(), hook: hook(object), ..change }
        })
        .collect();
    let new_place: BTreeMap<usize, usize> = places.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    planned.going = places
        .iter()
        .map(|place| {
            let (object, uid, api, _) = &going[*place];
            let after = after[*place].iter().map(|old| new_place[old]).collect();
            Removal { id: object.id(), api: api.clone(), uid: uid.clone(), turn: turns[*place], after }
        })
        .collect();
}

fn hook(object: &Object) -> Option<String> {
    match Hook::of(object) {
        Ok(hooks::Kind::Hook(_)) => object.annotation("helm.sh/hook").map(str::to_owned),
        _ => None,
    }
}

/// How many have to be gone before each, one after the other.
fn depths(after: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut depths = vec![0; after.len()];
    // Circles were broken in the graph: this comes to an end, mostly after a few rounds.
    for _ in 0..after.len() {
        let mut moved = false;
        for place in 0..after.len() {
            let depth = after[place].iter().map(|before| depths[*before] + 1).max().unwrap_or(0);
            moved |= std::mem::replace(&mut depths[place], depth) != depth;
        }
        if !moved {
            break;
        }
    }
    depths
}
