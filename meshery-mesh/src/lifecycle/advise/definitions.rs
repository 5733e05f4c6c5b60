//! Definitions that a release does not bring any more, and that stay.

use meshery_core::lifecycle::{Advice, AdviceCode};
use meshery_core::{GroupKind, ObjectId};

use super::{Definition, Matter, Rule};

pub(super) const RULE: Rule = Rule { name: "definitions", asks_for, advise };

fn kept<'a>(matter: &'a Matter<'_>) -> impl Iterator<Item = &'a Definition<'a>> {
    let is_kept = |definition: &&Definition<'_>| definition.wanted.is_none() && definition.stays;
    matter.definitions.iter().filter(|_| matter.goes_on()).filter(is_kept)
}

fn asks_for(matter: &Matter<'_>) -> Vec<GroupKind> {
    kept(matter).map(Definition::kind).collect()
}

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let objects: Vec<ObjectId> = kept(matter).map(|definition| definition.live.id()).collect();
    if objects.is_empty() {
        return Vec::new();
    }
    let resources: usize = kept(matter).map(|definition| matter.of(&definition.kind()).len()).sum();
    let message = format!(
        "{} does not bring {} definitions any more that are there, with {resources} resources of theirs: they stay, and \
         nobody keeps them up to date",
        matter.to,
        objects.len()
    );
    let remedy = "install them from where they come from, or remove them with the option remove_definitions";
    vec![Advice::new(AdviceCode::DefinitionsKept, message).with_remedy(remedy).about(objects)]
}
