//! What a mesh leaves behind: found by its rules, removed where that is ours to do, and named where it is not.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Consent, Residue, ResidueRule, Selector, Trace};
use meshery_core::{ErrorKind, GroupKind, Object, ObjectId, OperationOptions, Result};
use tokio::task::JoinSet;

use crate::cluster::{Api, Discovery};
use crate::lifecycle::run::list::{metadata, whole};
use crate::lifecycle::run::wire::Wire;
use crate::lifecycle::run::{one, panicked};

/// Whether an object is of the kind that a rule speaks of.
pub(super) fn fits(rule: &ResidueRule, object: &Object) -> bool {
    let in_place = rule.namespace.as_deref().is_none_or(|namespace| object.namespace() == Some(namespace));
    in_place && object.id().kind == rule.kind && rule.trace.fits(object)
}

/// Finds what is left behind, and removes what is ours to remove: one list a kind, and one request for each object that
/// goes.
pub(super) async fn clear(
    wire: &Wire,
    discovery: &Discovery,
    rules: &[ResidueRule],
    ours: &BTreeSet<ObjectId>,
    options: &OperationOptions,
) -> Result<Vec<Residue>> {
    let others = others(wire, discovery, rules, ours).await?;
    let (mut found, mut going) = (Vec::new(), JoinSet::new());
    for object in others.values().flatten() {
        let Some(rule) = rules.iter().find(|rule| fits(rule, object)) else { continue };
        let (mut removed, mut reason) = (false, rule.reason.clone());
        if let Some(sharer) = rule.shared_by.as_ref().and_then(|selector| sharer(selector, &others)) {
            reason = format!("{reason}; it stays for {sharer}");
        } else if let Some(option) = rule.consent.and_then(|consent| withheld(consent, options)) {
            reason = format!("{reason}; it stays unless the option {option} is given");
        } else if let Some(api) = discovery.preferred(&rule.kind).filter(|_| rule.remove) {
            let (wire, api, id, uid) = (wire.clone(), api.clone(), object.id(), object.uid().to_owned());
            going.spawn(async move { one::remove(&wire, &api, &id, &uid).await });
            removed = true;
        }
        found.push(Residue { object: object.id(), reason, removed });
    }
    while let Some(done) = going.join_next().await {
        done.map_err(panicked)??;
    }
    Ok(found)
}

/// Rules by which something goes: nothing stands in the way, and users have agreed to what they would lose.
pub(super) fn in_force<'a>(
    rules: &'a [ResidueRule],
    options: &'a OperationOptions,
) -> impl Iterator<Item = &'a ResidueRule> {
    let is_agreed = |rule: &&ResidueRule| rule.consent.is_none_or(|consent| withheld(consent, options).is_none());
    rules.iter().filter(|rule| rule.remove).filter(is_agreed)
}

/// The option that has not been given.
fn withheld(consent: Consent, options: &OperationOptions) -> Option<&'static str> {
    let (is_given, option) = match consent {
        Consent::Data => (options.remove_data, "remove_data"),
        Consent::Definitions => (options.remove_definitions, "remove_definitions"),
        _ => (false, "that this meshery does not know"),
    };
    (!is_given).then_some(option)
}

/// All objects by their kinds that are not of this instance, of the kinds that the rules speak of.
type Others = BTreeMap<GroupKind, Vec<Object>>;

async fn others(
    wire: &Wire,
    discovery: &Discovery,
    rules: &[ResidueRule],
    ours: &BTreeSet<ObjectId>,
) -> Result<Others> {
    let mut tasks = JoinSet::new();
    for (kind, look) in looks(rules) {
        let Some(api) = discovery.preferred(&kind).cloned() else { continue };
        let wire = wire.clone();
        tasks.spawn(async move { (kind, look.list(&wire, &api).await) });
    }
    let mut others = Others::new();
    while let Some(listed) = tasks.join_next().await {
        let (kind, listed) = listed.map_err(panicked)?;
        let mut objects = listed?;
        // What is on its way out is left to whoever sent it there.
        objects.retain(|object| !ours.contains(&object.id()) && !object.is_terminating());
        objects.sort_by_cached_key(Object::id);
        others.insert(kind, objects);
    }
    Ok(others)
}

/// Where objects of a kind have to be looked for, and how closely.
#[derive(Default)]
struct Look {
    /// Namespaces, or all of them.
    places: BTreeSet<Option<String>>,
    /// What is in an object is not in its metadata.
    inside: bool,
}

/// What has to be listed to find what the rules speak of, and who shares it.
fn looks(rules: &[ResidueRule]) -> BTreeMap<GroupKind, Look> {
    let mut looks: BTreeMap<GroupKind, Look> = BTreeMap::new();
    for rule in rules {
        let look = looks.entry(rule.kind.clone()).or_default();
        look.places.insert(rule.namespace.clone());
        look.inside |= matches!(rule.trace, Trace::Container(_));
        if let Some(sharers) = &rule.shared_by {
            looks.entry(sharers.kind.clone()).or_default().places.insert(None);
        }
    }
    looks
}

impl Look {
    async fn list(&self, wire: &Wire, api: &Api) -> Result<Vec<Object>> {
        let only = if self.places.len() == 1 { self.places.first().and_then(Option::as_deref) } else { None };
        let listed = if self.inside { whole(wire, api, only, None).await } else { metadata(wire, api, only).await };
        match listed {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            listed => listed,
        }
    }
}

/// Somebody who is not of this instance and needs the same.
fn sharer(selector: &Selector, others: &Others) -> Option<ObjectId> {
    let is_it = |object: &&Object| selector.labels.iter().all(|(name, value)| object.label(name) == Some(value));
    others.get(&selector.kind)?.iter().find(is_it).map(Object::id)
}
