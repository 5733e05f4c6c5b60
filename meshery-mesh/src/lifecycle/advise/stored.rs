//! Versions of a kind that a new definition does not have any more: resources may be stored in them, and others may ask for
//! them.

use std::collections::BTreeSet;

use meshery_core::lifecycle::{Advice, AdviceCode};
use meshery_core::{GroupKind, Object, ObjectId};

use super::{Definition, Matter, Rule, some};

pub(super) const RULE: Rule = Rule { name: "stored", asks_for, advise };

/// The versions of a definition that it serves, or all of them.
fn versions(definition: &Object, only_served: bool) -> BTreeSet<&str> {
    let versions = definition.items("/spec/versions").iter();
    let fits = versions.filter(|version| !only_served || version["served"] == true);
    fits.filter_map(|version| version["name"].as_str()).collect()
}

/// The versions that are served now and will not be.
fn withdrawn<'a>(definition: &Definition<'a>) -> Vec<&'a str> {
    let Some(wanted) = definition.wanted else { return Vec::new() };
    let remaining = versions(wanted, true);
    versions(definition.live, true).into_iter().filter(|version| !remaining.contains(version)).collect()
}

fn asks_for(matter: &Matter<'_>) -> Vec<GroupKind> {
    let is_shortened = |definition: &&Definition<'_>| !withdrawn(definition).is_empty();
    matter.definitions.iter().filter(is_shortened).map(Definition::kind).collect()
}

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let each = |definition| unreadable(definition).into_iter().chain(unserved(matter, definition));
    matter.definitions.iter().flat_map(each).collect()
}

/// The server takes no definition without a version in which something may be stored.
fn unreadable(definition: &Definition<'_>) -> Option<Advice> {
    let defined = versions(definition.wanted?, false);
    let stored = definition.live.items("/status/storedVersions").iter().filter_map(|version| version.as_str());
    let lost: Vec<&str> = stored.filter(|version| !defined.contains(version)).collect();
    if lost.is_empty() {
        return None;
    }
    let (id, lost) = (definition.live.id(), lost.join(", "));
    let message = format!("{id}: resources may be stored as {lost}, which the new definition does not have");
    let remedy = format!("write every resource anew, then take {lost} from status.storedVersions of the definition");
    Some(Advice::new(AdviceCode::StoredVersionRetired, message).blocking().with_remedy(remedy).about(vec![id]))
}

/// Whoever wrote a resource in such a version will want to do so again.
fn unserved(matter: &Matter<'_>, definition: &Definition<'_>) -> Option<Advice> {
    let gone = withdrawn(definition);
    let kind = definition.kind();
    let asks = |object: &&Object| {
        let written = object.items("/metadata/managedFields").iter().filter_map(|owner| owner["apiVersion"].as_str());
        let mut versions = written.filter_map(|written| written.strip_prefix(kind.group.as_str())?.strip_prefix('/'));
        versions.any(|version| gone.contains(&version))
    };
    let objects: Vec<ObjectId> = matter.of(&kind).iter().filter(asks).map(Object::id).collect();
    if objects.is_empty() {
        return None;
    }
    let message =
        format!("{kind} is not served as {} any more, in which {} were written", gone.join(", "), some(&objects));
    let remedy = "write their manifests in a version that goes on";
    Some(Advice::new(AdviceCode::VersionRetired, message).with_remedy(remedy).about(objects))
}
