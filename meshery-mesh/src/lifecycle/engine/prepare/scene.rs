//! What has to be known of a cluster beyond the objects themselves before anything is planned.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::ResidueRule;
use meshery_core::{Error, GroupKind, Object, ObjectId, OperationOptions, Result};
use tokio::task::JoinSet;

use crate::cluster::{Api, Discovery};
use crate::lifecycle::desired::{Desired, is_namespace};
use crate::lifecycle::engine::lore::Lore;
use crate::lifecycle::engine::{residue, survey};
use crate::lifecycle::inventory::State;
use crate::lifecycle::observe::Live;
use crate::lifecycle::planner::{Answer, Wish, ownership, suspects};
use crate::lifecycle::run::list::whole_of;
use crate::lifecycle::run::one::{self, Question};
use crate::lifecycle::run::panicked;
use crate::lifecycle::run::wire::Wire;

/// What is wanted, what there is, and what is remembered.
pub(super) struct Scene<'a> {
    pub(super) wire: &'a Wire,
    pub(super) discovery: &'a Discovery,
    pub(super) desired: &'a Desired,
    pub(super) state: &'a State,
    pub(super) live: &'a Live,
    /// What time it is by the server's clock, in seconds since 1970.
    pub(super) now: i64,
}

impl Scene<'_> {
    /// The way to every kind of which the instance has something, in the version that it was written in as long as that
    /// is served.
    pub(super) fn apis(&self) -> BTreeMap<GroupKind, Api> {
        let preferred = |kind: &GroupKind| Some((kind.clone(), self.discovery.preferred(kind)?.clone()));
        let mut apis: BTreeMap<GroupKind, Api> = self.discovery.kinds().filter_map(preferred).collect();
        for (id, entry) in &self.state.entries {
            if let Some(api) = self.discovery.find(&entry.api_version, &id.kind.kind) {
                apis.insert(id.kind.clone(), api.clone());
            }
        }
        apis
    }

    /// What is in the inventory and not wanted any more.
    fn leaving(&self) -> impl Iterator<Item = &Object> {
        let wanted: BTreeSet<ObjectId> = self.desired.all().map(Object::id).collect();
        let unwanted = self.state.entries.keys().filter(move |id| !wanted.contains(*id));
        unwanted.filter_map(|id| self.live.get(id))
    }

    /// Resources that would go with their definitions, whole: they are given to the caller before they go.
    pub(super) async fn dependents(&self) -> Result<Vec<Object>> {
        let definitions = self.leaving().filter(|object| object.kind() == "CustomResourceDefinition");
        // Metadata tells no kind, but a definition is named after it.
        let apis = definitions.filter_map(|definition| self.discovery.of_definition(definition.name())).cloned();
        let apis: Vec<Api> = apis.collect();
        let mut found: Vec<Object> = whole_of(self.wire, apis).await?.into_values().flatten().collect();
        found.sort_by_cached_key(Object::id);
        Ok(found)
    }

    /// Namespaces of ours that are to go.
    fn vacated(&self) -> BTreeSet<String> {
        let going = self.leaving().filter(|object| is_namespace(&object.id()));
        let ours = going.filter(|object| self.state.entries.get(&object.id()).is_some_and(|entry| !entry.is_borrowed));
        ours.map(|object| object.name().to_owned()).collect()
    }

    /// Namespaces that are to go and in which others have objects.
    pub(super) async fn inhabited(&self, lore: &Lore, options: &OperationOptions) -> Result<BTreeMap<String, String>> {
        let vacated = self.vacated();
        if vacated.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (ours, rules) = (self.state.entries.keys().cloned().collect(), lore.caused());
        let going: Vec<&ResidueRule> = residue::in_force(&rules, options).collect();
        survey::inhabited(self.wire, self.discovery, &vacated, &ours, &going).await
    }
}

/// Asks by dry runs what would become of objects to which somebody has written.
pub(super) async fn ask_about(wire: &Wire, wish: &Wish<'_>) -> Result<BTreeMap<ObjectId, Answer>> {
    let mut tasks = JoinSet::new();
    let suspects: BTreeSet<ObjectId> = suspects(wish).into_iter().collect();
    for object in wish.desired.objects.iter().filter(|object| suspects.contains(&object.id())) {
        let (Some(live), Some(api)) = (wish.live.get(&object.id()), wish.desired.apis.get(&object.id().kind)) else {
            continue;
        };
        let yields = ownership::yields(live, wish.manager, wish.runtime);
        let sent = wish.sent(object.clone(), &yields);
        let (wire, api, live, manager) = (wire.clone(), api.clone(), live.clone(), wish.manager.to_owned());
        let overrules = !wish.options.overrule.is_empty();
        tasks.spawn(async move {
            let question = Question { api: &api, object: &sent, live: &live, force: false };
            let mut answer = one::ask(&wire, &manager, &question).await?;
            // Whether those who may be overruled are all that stand in the way is found out when it is written.
            if overrules && matches!(answer, Answer::Contested(_)) {
                answer = one::ask(&wire, &manager, &Question { force: true, ..question }).await?;
            }
            Ok::<_, Error>((live.id(), answer))
        });
    }
    let mut answers = BTreeMap::new();
    while let Some(answer) = tasks.join_next().await {
        let (id, answer) = answer.map_err(panicked)??;
        answers.insert(id, answer);
    }
    Ok(answers)
}
