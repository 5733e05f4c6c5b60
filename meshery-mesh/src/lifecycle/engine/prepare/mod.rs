//! From a wish to a plan: what is wanted is put into the server's words, what there is is looked at, and what cannot be
//! told is asked.
//!
//! | module | holds |
//! |---|---|
//! | `ask` | what is asked for, and what that means for an instance |
//! | `counsel` | seeing to it that whoever gives advice has seen what it is about |
//! | `rehearsal` | trying every write before the first is done |
//! | `scene` | what has to be known of a cluster beyond the objects themselves |

mod ask;
mod counsel;
mod rehearsal;
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::lifecycle::{MeshFacts, OperationKind, RevisionState};
use meshery_core::{InstanceSpec, Object, ObjectId, OperationOptions, Result};
use scene::{Scene, ask_about};

pub(super) use ask::{Ask, Have, spec_of};

use super::known::none;
use super::lore::Lore;
use super::unlisted;
use crate::cluster::{Discovery, Request};
use crate::lifecycle::desired::{Desired, OldApis};
use crate::lifecycle::digest;
use crate::lifecycle::inventory::store::{Read, Store, Stored};
use crate::lifecycle::inventory::{Contents, State};
use crate::lifecycle::observe::{Live, Look, Scope, Watches, observe, scopes};
use crate::lifecycle::planner::{self, Blueprint, Wish, ownership};
use crate::lifecycle::run::one::Manner;
use crate::lifecycle::run::wire::Wire;
use crate::providers::Registry;

/// All that is known before anything is done.
pub(super) struct Prepared {
    pub(super) spec: InstanceSpec,
    pub(super) kind: OperationKind,
    pub(super) store: Store,
    pub(super) stored: Option<Stored>,
    /// When it was read, by the server's clock, in seconds since 1970.
    pub(super) now: u64,
    pub(super) manner: Arc<Manner>,
    pub(super) facts: MeshFacts,
    pub(super) discovery: Discovery,
    /// All that is wanted, as it is kept.
    pub(super) wanted: Vec<Object>,
    pub(super) blueprint: Blueprint,
    pub(super) dependents: Vec<Object>,
    /// Releases of Helm whose objects were adopted, by their namespaces and names.
    pub(super) releases: BTreeSet<(String, String)>,
    /// Whether the current revision is already what is wanted.
    pub(super) is_there: bool,
}

pub(super) async fn prepare(
    wire: &Wire,
    mut ask: Ask,
    options: &OperationOptions,
    meshes: &Registry,
) -> Result<(Prepared, Watches)> {
    InstanceSpec::new(ask.name(), "default", vec![]).check()?;
    let store = Store::new(ask.name(), &options.inventory_namespace);
    let (known, kubernetes) = (ask.discovery(), ask.kubernetes());
    let (mut discovery, Read { now, stored }) = ground(wire, &store, known).await?;
    if stored.is_none() && !matches!(ask, Ask::Have(_)) {
        return Err(none(ask.name()));
    }
    let empty = State::default();
    let state = stored.as_ref().map_or(&empty, |stored| &stored.state);
    let remembers = !ask.says_what();
    let mut contents = Contents::default();
    if let Some(stored) = stored.as_ref().filter(|_| remembers) {
        contents = store.contents(wire, stored).await?;
    }
    let (spec, kind, objects) = ask.mean(state, &contents)?;
    spec.check()?;
    let desired = desired(objects, &discovery, &spec, kind, options)?;
    // What another installer has made a moment ago.
    let adopted = desired.objects.iter().filter(|_| options.adopt).map(Object::id);
    unlisted::learn(wire, &mut discovery, adopted).await?;
    // Whoever wants what there is already needs not know what it was.
    if let Some(stored) = stored.as_ref().filter(|_| !remembers && !is_known(&desired, state)) {
        contents = store.contents(wire, stored).await?;
    }
    let lore = Lore::of(&spec, meshes);
    let manner = Arc::new(manner(&spec, &lore.facts, options));
    let (live, watches) = look(wire, &desired, state, &discovery, kind).await?;
    let scene = Scene { wire, discovery: &discovery, desired: &desired, state, live: &live, now: now.cast_signed() };
    let dependents = if options.remove_definitions { scene.dependents().await? } else { Vec::new() };
    let mut wish = Wish {
        spec: &spec,
        kind,
        options,
        set: &store.set(),
        manager: &manner.manager,
        desired: &desired,
        live: &live,
        state,
        contents: &contents,
        runtime: &manner.runtime,
        answers: &BTreeMap::new(),
        dependents: &dependents,
        inhabited: &scene.inhabited(&lore, options).await?,
        apis: &scene.apis(),
    };
    let answers = ask_about(wire, &wish).await?;
    wish.answers = &answers;
    let mut blueprint = planner::plan(&wish)?;
    let is_there = kind != OperationKind::Uninstall && planner::is_there(&wish);
    blueprint.plan.revision = next_revision(kind, state, is_there);
    blueprint.plan.advice = scene.counsel(&wish, &blueprint.plan, &lore, kubernetes).await?;
    scene.rehearse(&wish, &mut blueprint).await?;
    let releases = super::records::releases(state, &live);
    let prepared = Prepared {
        spec,
        kind,
        store,
        stored,
        now,
        manner,
        facts: lore.facts,
        discovery,
        wanted: desired.written_down().cloned().collect(),
        blueprint,
        dependents,
        releases,
        is_there,
    };
    Ok((prepared, watches))
}

/// How everything is written.
fn manner(spec: &InstanceSpec, facts: &MeshFacts, options: &OperationOptions) -> Manner {
    Manner {
        manager: spec.field_manager(),
        runtime: ownership::runtime_owners(&facts.runtime_owners),
        options: options.clone(),
        finalizers: facts.finalizers.clone(),
    }
}

/// Whether all that is wanted is what was last written, and nothing else was.
fn is_known(desired: &Desired, state: &State) -> bool {
    let is_known = |object: &Object| {
        state.entries.get(&object.id()).is_some_and(|entry| entry.intent == digest::of(object.value()))
    };
    let wanted: BTreeSet<ObjectId> = desired.all().map(Object::id).collect();
    state.pending().is_none()
        && desired.objects.iter().filter(|object| !desired.implied.contains(&object.id())).all(is_known)
        && state.entries.keys().all(|id| wanted.contains(id))
}

/// What is wanted, in the server's words.
fn desired(
    objects: Vec<Object>,
    discovery: &Discovery,
    spec: &InstanceSpec,
    kind: OperationKind,
    options: &OperationOptions,
) -> Result<Desired> {
    let uninstalls = kind == OperationKind::Uninstall;
    let old = if uninstalls || kind == OperationKind::Rollback { OldApis::Replace } else { OldApis::Refuse };
    let mut desired = Desired::of(objects, discovery, spec, options.create_namespaces && !uninstalls, old)?;
    if uninstalls {
        desired.objects.clear();
        desired.notes.clear();
    }
    Ok(desired)
}

/// What there is of what is wanted and of what is remembered.
async fn look(
    wire: &Wire,
    desired: &Desired,
    state: &State,
    discovery: &Discovery,
    kind: OperationKind,
) -> Result<(Live, Watches)> {
    let (mut live, watches) = observe(wire, looked_at(desired, state, discovery, kind)).await?;
    live.look_closer(wire, state.entries.keys(), discovery).await?;
    Ok((live, watches))
}

/// Where that is looked for.
fn looked_at(desired: &Desired, state: &State, discovery: &Discovery, kind: OperationKind) -> Vec<Scope> {
    let ids: BTreeSet<ObjectId> = desired.all().map(Object::id).chain(state.entries.keys().cloned()).collect();
    let look = if kind == OperationKind::Uninstall { Look::Leave } else { Look::Wait };
    let mut scopes = scopes(ids.iter(), discovery, look);
    for scope in &mut scopes {
        // Whoever waits for a hook has to see how it fares.
        if desired.hooks.iter().any(|hook| hook.object.id().kind == scope.api.group_kind()) {
            scope.look = Look::Wait;
        }
    }
    scopes
}

/// The version that the server says it is, for example `1.36.3`.
pub(super) async fn version(wire: &Wire) -> Result<String> {
    let about = ObjectId::new("", "Version", None, "*");
    let version: serde_json::Value = wire.send(Request::get("/version"), &about).await?.accepted()?.json()?;
    Ok(version["gitVersion"].as_str().unwrap_or_default().trim_start_matches('v').to_owned())
}

/// What the server serves, where that is not known already, and what it remembers.
pub(super) async fn ground(wire: &Wire, store: &Store, known: Option<Discovery>) -> Result<(Discovery, Read)> {
    let discovered = async {
        match known {
            Some(known) => Ok(known),
            None => discover(wire).await,
        }
    };
    let (discovery, read) = tokio::join!(discovered, store.read(wire));
    let (mut discovery, read) = (discovery?, read?);
    let remembered = read.stored.iter().flat_map(|stored| stored.state.entries.keys());
    unlisted::learn(wire, &mut discovery, remembered.cloned()).await?;
    Ok((discovery, read))
}

/// What the server knows.
pub(super) async fn discover(wire: &Wire) -> Result<Discovery> {
    let about = ObjectId::new("", "APIGroup", None, "*");
    let mut tries = 0;
    loop {
        tries += 1;
        match Discovery::read(wire.cluster()).await {
            Err(error) if wire.rest_after(tries, &error, &about).await => {}
            done => return done,
        }
    }
}

fn next_revision(kind: OperationKind, state: &State, is_there: bool) -> Option<u32> {
    match state.current() {
        _ if kind == OperationKind::Uninstall => None,
        Some(current) if is_there => Some(current.number),
        _ => {
            let lasting = state.revisions.iter().filter(|revision| revision.state != RevisionState::Pending);
            Some(lasting.map(|revision| revision.number).max().unwrap_or(0) + 1)
        }
    }
}
