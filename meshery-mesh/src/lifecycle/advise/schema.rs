//! Fields that resources have, and that a new definition does not know any more: the server drops them without a word at
//! the next write.

use std::collections::BTreeSet;

use meshery_core::lifecycle::{Advice, AdviceCode};
use meshery_core::{GroupKind, Object, ObjectId};
use serde_json::Value;

use super::{Definition, Matter, Rule, some};

pub(super) const RULE: Rule = Rule { name: "schema", asks_for, advise };

/// The way to a field: `*` stands for any item of a list and any key of a map.
type Path = Vec<String>;

fn asks_for(matter: &Matter<'_>) -> Vec<GroupKind> {
    matter.definitions.iter().filter(|definition| !lost(definition).is_empty()).map(Definition::kind).collect()
}

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    matter.definitions.iter().flat_map(|definition| dropped(matter, definition)).collect()
}

fn dropped(matter: &Matter<'_>, definition: &Definition<'_>) -> Vec<Advice> {
    let (kind, mut advice) = (definition.kind(), Vec::new());
    for path in lost(definition) {
        let has = |object: &&Object| is_at(object.value(), &path);
        let objects: Vec<ObjectId> = matter.of(&kind).iter().filter(has).map(Object::id).collect();
        if !objects.is_empty() {
            let message = format!(
                "the new definition of {kind} has no field .{} any more, which is set in {}",
                path.join("."),
                some(&objects)
            );
            let remedy = "see in the release notes what takes its place, and change the resources first";
            advice.push(Advice::new(AdviceCode::FieldRetired, message).with_remedy(remedy).about(objects));
        }
    }
    advice
}

/// Fields that every version has lost which both have, without those below others that are lost.
fn lost(definition: &Definition<'_>) -> Vec<Path> {
    let Some(wanted) = definition.wanted else { return Vec::new() };
    let of_version = |old: &Value| {
        let new = wanted.items("/spec/versions").iter().find(|new| new["name"] == old["name"])?;
        let mut lost = BTreeSet::new();
        compare(&old["schema"]["openAPIV3Schema"], &new["schema"]["openAPIV3Schema"], &mut Vec::new(), &mut lost);
        Some(lost)
    };
    let by_version = definition.live.items("/spec/versions").iter().filter_map(of_version);
    by_version.reduce(|all, lost| &all & &lost).into_iter().flatten().collect()
}

fn compare(old: &Value, new: &Value, path: &mut Path, lost: &mut BTreeSet<Path>) {
    if new["x-kubernetes-preserve-unknown-fields"] == true || !old.is_object() {
        return;
    }
    let open = new["additionalProperties"].is_object() || new["additionalProperties"] == true;
    for (name, old) in old["properties"].as_object().into_iter().flatten() {
        path.push(name.clone());
        match new["properties"].get(name) {
            Some(new) => compare(old, new, path, lost),
            None if open => {}
            None => drop(lost.insert(path.clone())),
        }
        path.pop();
    }
    for inner in ["items", "additionalProperties"] {
        if old[inner].is_object() && new[inner].is_object() {
            path.push("*".into());
            compare(&old[inner], &new[inner], path, lost);
            path.pop();
        }
    }
}

/// Whether there is anything at a path.
pub(super) fn is_at(value: &Value, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return !value.is_null() };
    match (value, first.as_str()) {
        (Value::Array(items), "*") => items.iter().any(|item| is_at(item, rest)),
        (Value::Object(fields), "*") => fields.values().any(|field| is_at(field, rest)),
        (Value::Object(fields), name) => fields.get(name).is_some_and(|field| is_at(field, rest)),
        _ => false,
    }
}
