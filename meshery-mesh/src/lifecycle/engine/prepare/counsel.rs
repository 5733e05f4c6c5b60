//! Seeing to it that whoever gives advice has seen what it is about.

use std::collections::BTreeMap;

use meshery_core::lifecycle::{Advice, Change, ChangeAction, ChangePlan, OperationKind};
use meshery_core::{GroupKind, ObjectId, Result};

use super::{Scene, version};
use crate::lifecycle::advise::{self, Definition, Matter};
use crate::lifecycle::digest;
use crate::lifecycle::engine::lore::Lore;
use crate::lifecycle::planner::Wish;
use crate::lifecycle::run::list::whole_of;

impl Scene<'_> {
    /// What speaks against a plan. Users' resources are looked at only where a rule has a reason to.
    pub(super) async fn counsel(
        &self,
        wish: &Wish<'_>,
        plan: &ChangePlan,
        lore: &Lore,
        kubernetes: Option<String>,
    ) -> Result<Vec<Advice>> {
        if wish.kind == OperationKind::Uninstall {
            return Ok(Vec::new());
        }
        let kubernetes = match kubernetes {
            None if lore.asks_for_kubernetes(plan) => Some(version(self.wire).await?),
            known => known,
        };
        let mut matter = Matter {
            kind: wish.kind,
            from: &plan.from_version,
            to: &plan.to_version,
            mesh: lore.info.as_ref(),
            releases: &lore.releases,
            kubernetes: kubernetes.as_deref(),
            definitions: self.definitions(wish, plan),
            lasting: lasting(plan, lore),
            resources: BTreeMap::new(),
        };
        let kinds = advise::asked_for(&matter);
        let apis = kinds.iter().filter_map(|kind| self.discovery.preferred(kind)).cloned();
        matter.resources = whole_of(self.wire, apis.collect::<Vec<_>>()).await?;
        Ok(advise::advise(&matter))
    }

    /// Definitions that are there and become others, or are not wanted any more.
    fn definitions<'a>(&'a self, wish: &Wish<'a>, plan: &ChangePlan) -> Vec<Definition<'a>> {
        let definition = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
        let changed = self.desired.objects.iter().filter(|object| {
            let is_same = |intent: &str| intent == digest::of(object.value());
            object.id().kind == definition
                && !self.state.entries.get(&object.id()).is_some_and(|entry| is_same(&entry.intent))
        });
        let mut definitions: Vec<Definition<'a>> = Vec::new();
        for wanted in changed {
            let live = wish.live.whole(&wanted.id());
            definitions.extend(live.map(|live| Definition { live, wanted: Some(wanted), stays: true }));
        }
        for change in plan.changes.iter().filter(|change| change.object.kind == definition) {
            let leaves = matches!(change.action, ChangeAction::Keep | ChangeAction::Delete);
            if let Some(live) = wish.live.whole(&change.object).filter(|_| leaves) {
                let stays = change.action == ChangeAction::Keep;
                definitions.push(Definition { live, wanted: None, stays });
            }
        }
        definitions
    }
}

/// Objects of the plan that would be written anew, though they are made to last.
fn lasting(plan: &ChangePlan, lore: &Lore) -> Vec<(ObjectId, String)> {
    let writes = |action| matches!(action, ChangeAction::Adopt | ChangeAction::Replace | ChangeAction::Update);
    // Every release gives its objects labels and annotations of its own.
    let is_other = |change: &&Change| change.fields.iter().any(|field| !field.path.starts_with(".metadata"));
    let changes = plan.changes.iter().filter(|change| writes(change.action)).filter(is_other);
    let reason = |id: &ObjectId| {
        let made = lore.facts.lasting.iter().find(|made| made.kind == id.kind && made.name == id.name)?;
        Some((id.clone(), made.reason.clone()))
    };
    changes.filter_map(|change| reason(&change.object)).collect()
}
