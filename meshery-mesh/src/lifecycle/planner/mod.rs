//! From what is wanted, what there is and what is remembered to what has to be done. Pure: the same in any order gives
//! the same bytes.
//!
//! | module | holds |
//! |---|---|
//! | `writes` | what becomes of each object that is wanted |
//! | `removals` | what becomes of each that is not wanted any more, and in which order it goes |
//! | `blockade` | webhooks that would block what they need |
//! | `ownership` | whose fields are whose |
//! | `permissions` | what all of it must be allowed to do |

pub(super) mod blockade;
pub(super) mod ownership;
pub(super) mod permissions;
mod removals;
mod writes;

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Change, ChangeAction, ChangePlan, OperationKind, RuntimeOwner};
use meshery_core::{InstanceSpec, Object, ObjectId, OperationOptions, Result};

use super::applyset;
use super::desired::Desired;
use super::graph::Need;
use super::hooks::{self, Hook, Time};
use super::inventory::{Contents, State};
use super::observe::Live;
use crate::cluster::Api;

pub(super) use removals::{Removal, Return, Turn};
pub(super) use writes::suspects;

/// All that a plan is made from.
pub(super) struct Wish<'a> {
    pub(super) spec: &'a InstanceSpec,
    pub(super) kind: OperationKind,
    pub(super) options: &'a OperationOptions,
    /// What members say they are part of.
    pub(super) set: &'a str,
    pub(super) manager: &'a str,
    pub(super) desired: &'a Desired,
    pub(super) live: &'a Live,
    pub(super) state: &'a State,
    pub(super) contents: &'a Contents,
    pub(super) runtime: &'a [RuntimeOwner],
    /// What dry runs said of objects of which it was not plain what would become of them.
    pub(super) answers: &'a BTreeMap<ObjectId, Answer>,
    /// Resources that go with their definitions.
    pub(super) dependents: &'a [Object],
    /// Namespaces in which others have objects, and what these are.
    pub(super) inhabited: &'a BTreeMap<String, String>,
    /// Under which path kinds are found that are not wanted any more.
    pub(super) apis: &'a BTreeMap<meshery_core::GroupKind, Api>,
}

impl Wish<'_> {
    /// What is sent of an object: with the sign of the set, and without what is left to others.
    pub(super) fn sent(&self, object: Object, yields: &ownership::Yields) -> Object {
        ownership::without(object.with_label(applyset::PART_OF, self.set), yields)
    }
}

/// What a dry run said of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// Nothing would change.
    Same,
    /// So it would be.
    Becomes(Box<Object>),
    /// Somebody else owns fields of it: `(manager, field)`.
    Contested(Vec<(String, String)>),
}

/// What has to be done.
#[derive(Debug)]
pub(super) struct Blueprint {
    /// The same for people and for other languages.
    pub(super) plan: ChangePlan,
    /// Hooks before anything else.
    pub(super) before: Vec<Hook>,
    /// Everything that is wanted; those without a change as well, for others may need them.
    pub(super) writes: Vec<Write>,
    /// Hooks once all is there.
    pub(super) after: Vec<Hook>,
    /// What goes.
    pub(super) removals: Vec<Removal>,
    /// What was borrowed, and is given back.
    pub(super) returns: Vec<Return>,
    /// What stays, and is not ours any more.
    pub(super) released: BTreeSet<ObjectId>,
}

/// What has to be done about one object that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) id: ObjectId,
    pub(super) api: Api,
    /// What is sent.
    pub(super) object: Object,
    /// The digest of what is wanted, before others' fields were left out.
    pub(super) intent: String,
    pub(super) action: ChangeAction,
    /// The form in which it is there.
    pub(super) live: Option<Object>,
    /// One of its name is on its way out, and must be gone first.
    pub(super) awaits_end: bool,
    /// It was there before, and stays afterwards.
    pub(super) is_borrowed: bool,
    /// Its controller is to say how it is.
    pub(super) is_reported: bool,
    /// Which of the others it needs.
    pub(super) needs: BTreeMap<usize, Need>,
    /// Fields that are left to others.
    pub(super) yields: ownership::Yields,
}

/// Makes the plan.
///
/// # Errors
/// [`Conflict`](meshery_core::ErrorKind::Conflict) for all objects that are somebody else's, and for fields that cannot
/// change.
pub(super) fn plan(wish: &Wish<'_>) -> Result<Blueprint> {
    let writes = writes::plan(wish)?;
    let removed = removals::plan(wish);
    let hooks = |time| wish.desired.hooks.iter().filter(move |hook| hook.comes(wish.kind, time)).cloned().collect();
    let mut blueprint = Blueprint {
        plan: ChangePlan::new(&wish.spec.name, wish.kind),
        before: hooks(Time::Before),
        writes: writes.writes,
        after: hooks(Time::After),
        removals: removed.going,
        returns: removed.returns,
        released: removed.released,
    };
    if wish.kind != OperationKind::Uninstall
        && !writes.changes.iter().any(|change| change.action.writes())
        && blueprint.removals.is_empty()
        && is_there(wish)
    {
        // Nothing to do is nothing to be done before or after it.
        blueprint.before.clear();
        blueprint.after.clear();
    }
    let of = |hooks: &[Hook], time| hooks.iter().map(|hook| hook_change(hook, wish.kind, time)).collect::<Vec<_>>();
    let (before, after) = (of(&blueprint.before, Time::Before), of(&blueprint.after, Time::After));
    blueprint.plan.changes = [before, writes.changes, after, removed.changes].concat();
    blueprint.plan.notes.clone_from(&wish.desired.notes);
    blueprint.plan.from_version = wish.state.current().map(|revision| revision.version.clone()).unwrap_or_default();
    blueprint.plan.to_version.clone_from(&wish.spec.version);
    blueprint.plan.permissions = permissions::of(wish, &blueprint);
    Ok(blueprint)
}

/// Whether what is wanted is what the current revision is.
pub(super) fn is_there(wish: &Wish<'_>) -> bool {
    let wanted = wish.desired.written_down().map(|object| super::digest::of(object.value())).collect();
    wish.state.pending().is_none()
        && wish
            .state
            .current()
            .is_some_and(|current| wish.state.consists_of(current, &wanted) && current.version == wish.spec.version)
}

fn hook_change(hook: &Hook, kind: OperationKind, time: Time) -> Change {
    let action = if hook.replaces() { ChangeAction::Replace } else { ChangeAction::Create };
    let change = Change::new(hook.object.id(), hook.object.api_version(), action);
    Change { hook: Some(hooks::name(kind, time)), ..change }
}

#[cfg(test)]
mod tests;
