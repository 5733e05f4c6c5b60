//! A rehearsal: every write of a plan as a dry run, so that what the server and its webhooks refuse is known before the
//! first of them is done.

use std::collections::BTreeSet;

use meshery_core::lifecycle::{Advice, AdviceCode, ChangeAction, OperationKind};
use meshery_core::{Error, ObjectId, Result};
use tokio::task::JoinSet;

use super::Scene;
use crate::lifecycle::planner::{Blueprint, Wish, Write};
use crate::lifecycle::run::one::{self, Rehearsed};
use crate::lifecycle::run::panicked;

/// How many objects that could not be tried are named.
const NAMED: usize = 5;

impl Scene<'_> {
    /// Tries every write, where that is asked for, and puts into the plan what is refused and what could not be tried.
    pub(super) async fn rehearse(&self, wish: &Wish<'_>, blueprint: &mut Blueprint) -> Result<()> {
        if !wish.options.rehearse || wish.kind == OperationKind::Uninstall {
            return Ok(());
        }
        let (tried, untried) = self.parted(&blueprint.writes);
        let mut tasks = JoinSet::new();
        for write in tried {
            let (wire, write, manager) = (self.wire.clone(), write.clone(), wish.manager.to_owned());
            tasks.spawn(async move {
                let rehearsed = one::rehearse(&wire, &manager, &write).await?;
                Ok::<_, Error>((write.id, rehearsed))
            });
        }
        let (mut untried, mut refused): (BTreeSet<ObjectId>, Vec<Advice>) = (untried, Vec::new());
        let mut passed = 0;
        while let Some(done) = tasks.join_next().await {
            match done.map_err(panicked)?? {
                (_, Rehearsed::Passed) => passed += 1,
                (id, Rehearsed::Impossible) => drop(untried.insert(id)),
                (id, Rehearsed::Refused(why)) => refused.push(advice(id, &why)),
            }
        }
        blueprint.plan.notes.push(note(passed + refused.len(), &untried));
        blueprint.plan.advice.extend(refused);
        Ok(())
    }

    /// Writes that can be tried, and those of which the kind or the namespace is only about to come, or the object itself
    /// has to go first.
    fn parted<'a>(&self, writes: &'a [Write]) -> (Vec<&'a Write>, BTreeSet<ObjectId>) {
        let coming: BTreeSet<&str> = writes
            .iter()
            .filter(|write| write.action == ChangeAction::Create && write.id.kind.is("", "Namespace"))
            .map(|write| write.id.name.as_str())
            .collect();
        let can_be_tried = |write: &&Write| {
            let has_namespace = !write.id.namespace.as_deref().is_some_and(|namespace| coming.contains(namespace));
            let is_served = self.discovery.find(&write.api.api_version(), &write.api.kind).is_some();
            has_namespace && is_served && !write.awaits_end && write.action != ChangeAction::Replace
        };
        let all = writes.iter().filter(|write| write.action.writes());
        let (tried, untried): (Vec<_>, Vec<_>) = all.partition(can_be_tried);
        (tried, untried.into_iter().map(|write| write.id.clone()).collect())
    }
}

fn advice(id: ObjectId, why: &str) -> Advice {
    Advice::new(AdviceCode::WriteRefused, format!("the server refuses {id}: {why}"))
        .blocking()
        .with_remedy("change what is wanted, or what refuses it")
        .about(vec![id])
}

fn note(tried: usize, untried: &BTreeSet<ObjectId>) -> String {
    if untried.is_empty() {
        return format!("rehearsed: all {tried} writes");
    }
    let mut names: Vec<String> = untried.iter().take(NAMED).map(ToString::to_string).collect();
    if untried.len() > NAMED {
        names.push(format!("{} more", untried.len() - NAMED));
    }
    let (left, names) = (untried.len(), names.join(", "));
    format!("rehearsed: {tried} writes; not {left}, for what they need is not there yet, or cannot be tried: {names}")
}
