//! Seeing to it that whoever gives advice has seen what it is about.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Advice, Change, ChangeAction, ChangePlan, Credential, OperationKind, Part};
use meshery_core::{GroupKind, Object, ObjectId, Result};

use super::{Scene, version};
use crate::lifecycle::advise::{self, Definition, Held, Matter};
use crate::lifecycle::credentials::Pem;
use crate::lifecycle::detect::version_of;
use crate::lifecycle::digest;
use crate::lifecycle::engine::lore::Lore;
use crate::lifecycle::planner::Wish;
use crate::lifecycle::run::list::{by_name, whole_of};

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
        let taken_over = self.taken_over(plan, lore).await?;
        // What is taken over in another version goes through all that an upgrade goes through.
        let (kind, from) = match &taken_over {
            Some(version) => (OperationKind::Upgrade, version),
            None => (wish.kind, &plan.from_version),
        };
        let mut matter = Matter {
            kind,
            from,
            to: &plan.to_version,
            mesh: lore.info.as_ref(),
            releases: &lore.releases,
            kubernetes: kubernetes.as_deref(),
            definitions: self.definitions(wish, plan),
            credentials: self.credentials(plan, lore).await?,
            now: self.now,
            resources: BTreeMap::new(),
        };
        let kinds = advise::asked_for(&matter);
        let apis = kinds.iter().filter_map(|kind| self.discovery.preferred(kind)).cloned();
        matter.resources = whole_of(self.wire, apis.collect::<Vec<_>>()).await?;
        Ok(advise::advise(&matter))
    }

    /// Which version the mesh has that another installer's objects are and that is taken over.
    async fn taken_over(&self, plan: &ChangePlan, lore: &Lore) -> Result<Option<String>> {
        let adopted: BTreeSet<&ObjectId> = plan
            .changes
            .iter()
            .filter(|change| {
                change.action == ChangeAction::Adopt && lore.parts.iter().any(|it| it.kind == change.object.kind)
            })
            .map(|change| &change.object)
            .collect();
        if adopted.is_empty() || !plan.from_version.is_empty() {
            return Ok(None);
        }
        let live = by_name(self.wire, adopted, self.discovery).await?;
        let of_part = |part: &Part| {
            live.values().filter(|object| part.is(object)).find_map(|object| version_of(object, &part.container))
        };
        Ok(lore.parts.iter().find_map(of_part))
    }

    /// Certificates that the mesh depends on: what is wanted of them and, where something is going to be otherwise, what
    /// there is.
    async fn credentials<'b>(&self, plan: &ChangePlan, lore: &'b Lore) -> Result<Vec<Held<'b>>> {
        let known = &lore.facts.credentials;
        let objects: BTreeSet<&ObjectId> =
            known.iter().flat_map(|what| what.places().map(|place| &place.object)).collect();
        let rewrites = |action| matches!(action, ChangeAction::Adopt | ChangeAction::Replace | ChangeAction::Update);
        let is_rewritten = |change: &Change| rewrites(change.action) && objects.contains(&change.object);
        let goes_on = !plan.from_version.is_empty() && plan.from_version != plan.to_version;
        let looks = goes_on || plan.changes.iter().any(is_rewritten);
        let live = if looks { by_name(self.wire, objects, self.discovery).await? } else { BTreeMap::new() };
        let wanted: BTreeMap<ObjectId, &Object> = self.desired.all().map(|object| (object.id(), object)).collect();
        let held = |what: &'b Credential| {
            let is_said = wanted.contains_key(&what.certificate.object);
            // Of what is not wanted otherwise, such as its anchors, stays what there is.
            let coming = |id: &ObjectId| wanted.get(id).copied().or_else(|| live.get(id));
            Held {
                what,
                live: looks.then(|| Pem::of(what, |id| live.get(id))),
                wanted: is_said.then(|| Pem::of(what, coming)),
            }
        };
        Ok(known.iter().map(held).collect())
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
