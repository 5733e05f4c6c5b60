//! What a mesh leaves behind: found by its rules, removed where that is ours to do, and named where it is not.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Residue, ResidueRule, Selector, Trace};
use meshery_core::{ErrorKind, GroupKind, Object, ObjectId, Result};

use super::survey;
use crate::cluster::{Api, Discovery};
use crate::lifecycle::run::list::whole;
use crate::lifecycle::run::one;
use crate::lifecycle::run::wire::Wire;

/// Whether an object is of the kind that a rule speaks of.
pub(super) fn fits(rule: &ResidueRule, object: &Object) -> bool {
    let in_place = rule.namespace.as_deref().is_none_or(|namespace| object.namespace() == Some(namespace));
    let id = object.id();
    in_place
        && id.kind == rule.kind
        && match &rule.trace {
            Trace::Annotation(name) => object.annotation(name).is_some(),
            Trace::Container(name) => ["/spec/containers", "/spec/initContainers"]
                .iter()
                .flat_map(|list| object.items(list))
                .any(|container| container["name"] == name.as_str()),
            Trace::Label(name) => object.label(name).is_some(),
            Trace::Labels(labels) => labels.iter().all(|(name, value)| object.label(name) == Some(value)),
            Trace::Name(name) => object.name() == name,
            Trace::NamePrefix(prefix) => object.name().starts_with(prefix.as_str()),
            _ => false,
        }
}

/// Finds what is left behind, and removes what is ours to remove: one request a kind, and one for each object that goes.
pub(super) async fn clear(
    wire: &Wire,
    discovery: &Discovery,
    rules: &[ResidueRule],
    ours: &BTreeSet<ObjectId>,
) -> Result<Vec<Residue>> {
    let (mut found, mut sharers) = (Vec::new(), Vec::new());
    for (kind, rules) in by_kind(rules) {
        let Some(api) = discovery.preferred(kind) else { continue };
        for object in
            look(wire, api, &rules).await?.into_iter().filter(|object| !ours.contains(&object.id())).collect::<Vec<_>>()
        {
            let Some(rule) = rules.iter().find(|rule| fits(rule, &object)) else { continue };
            let sharer = match &rule.shared_by {
                Some(selector) => sharer(wire, discovery, selector, ours, &mut sharers).await?,
                None => None,
            };
            let (mut removed, mut reason) = (false, rule.reason.clone());
            if let Some(sharer) = sharer {
                reason = format!("{reason}; it stays for {sharer}");
            } else if rule.remove {
                one::remove(wire, api, &object.id(), object.uid()).await?;
                removed = true;
            }
            found.push(Residue { object: object.id(), reason, removed });
        }
    }
    Ok(found)
}

fn by_kind(rules: &[ResidueRule]) -> BTreeMap<&GroupKind, Vec<&ResidueRule>> {
    let mut kinds: BTreeMap<&GroupKind, Vec<&ResidueRule>> = BTreeMap::new();
    for rule in rules {
        kinds.entry(&rule.kind).or_default().push(rule);
    }
    kinds
}

/// All objects of a kind among which these rules may find any.
async fn look(wire: &Wire, api: &Api, rules: &[&ResidueRule]) -> Result<Vec<Object>> {
    let places: BTreeSet<Option<&str>> = rules.iter().map(|rule| rule.namespace.as_deref()).collect();
    let only = if places.len() == 1 { places.first().copied().flatten() } else { None };
    // What is in an object is not in its metadata.
    let inside = rules.iter().any(|rule| matches!(rule.trace, Trace::Container(_)));
    let listed = if inside { whole(wire, api, only, None).await } else { survey::list(wire, api, only).await };
    match listed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed,
    }
}

/// Who needs the same, by what he is found by.
type Sharers = Vec<(Selector, Option<ObjectId>)>;

/// Somebody who is not of this instance and needs the same.
async fn sharer(
    wire: &Wire,
    discovery: &Discovery,
    selector: &Selector,
    ours: &BTreeSet<ObjectId>,
    known: &mut Sharers,
) -> Result<Option<ObjectId>> {
    if let Some((_, sharer)) = known.iter().find(|(asked, _)| asked == selector) {
        return Ok(sharer.clone());
    }
    let all = match discovery.preferred(&selector.kind) {
        Some(api) => survey::list(wire, api, None).await?,
        None => Vec::new(),
    };
    let is_it = |object: &&Object| {
        let labelled = selector.labels.iter().all(|(name, value)| object.label(name) == Some(value));
        labelled && !ours.contains(&object.id())
    };
    let sharer = all.iter().find(is_it).map(Object::id);
    known.push((selector.clone(), sharer.clone()));
    Ok(sharer)
}
