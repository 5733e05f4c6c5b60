//! What is done to one object.

use meshery_core::lifecycle::{ChangeAction, Happening};
use meshery_core::{Error, ErrorKind, Object, ObjectId, OperationOptions, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::feed::until_gone;
use super::steps;
use super::wire::{Sent, Wire};
use crate::cluster::{Api, Method, Request};
use crate::lifecycle::applyset;
use crate::lifecycle::fields::applied_by;
use crate::lifecycle::planner::ownership::{self, Yields};
use crate::lifecycle::planner::{Answer, Write};

/// How all objects of an instance are written.
#[derive(Clone)]
pub(in crate::lifecycle) struct Manner {
    pub(in crate::lifecycle) manager: String,
    pub(in crate::lifecycle) runtime: Vec<meshery_core::lifecycle::RuntimeOwner>,
    pub(in crate::lifecycle) options: OperationOptions,
    /// Finalizers of the mesh's own controllers.
    pub(in crate::lifecycle) finalizers: Vec<String>,
}

/// How one write goes out.
#[derive(Clone, Copy, Default)]
pub(super) struct Mode {
    pub(super) dry: bool,
    /// Others' fields are taken from them.
    pub(super) force: bool,
}

/// A server-side apply.
pub(super) fn apply(api: &Api, object: &Object, uid: &str, manager: &str, mode: Mode) -> Result<Request> {
    let mut request = Request::new(Method::Patch, api.path(object.namespace(), Some(object.name())))
        .query("fieldManager", manager)
        .query("fieldValidation", "Strict");
    if mode.force {
        request = request.query("force", "true");
    }
    if mode.dry {
        request = request.query("dryRun", "All");
    }
    let body = if uid.is_empty() {
        serde_json::to_vec(object.value())?
    } else {
        // Another one of the same name is not written to.
        let mut value = object.value().clone();
        value["metadata"]["uid"] = uid.into();
        serde_json::to_vec(&value)?
    };
    Ok(request.body("application/apply-patch+yaml", body))
}

/// Removes one that has this uid; `Ok(true)` when it is gone at once.
fn delete(api: &Api, id: &ObjectId, uid: &str) -> Result<Request> {
    // Whoever runs pods goes after them: otherwise they would outlive the end of the operation.
    let propagation = if crate::lifecycle::graph::runs_pods(&id.kind) { "Foreground" } else { "Background" };
    let mut options = json!({ "propagationPolicy": propagation });
    if !uid.is_empty() {
        options["preconditions"] = json!({ "uid": uid });
    }
    let request = Request::new(Method::Delete, api.path(id.namespace.as_deref(), Some(&id.name)));
    Ok(request.body("application/json", serde_json::to_vec(&options)?))
}

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lifecycle) enum Removed {
    Gone,
    /// It goes once its finalizers, or those of what depends on it, are done.
    Going,
    /// It is another one of its name now.
    NotIt,
}

pub(in crate::lifecycle) async fn remove(wire: &Wire, api: &Api, id: &ObjectId, uid: &str) -> Result<Removed> {
    let mut tries = 0;
    loop {
        tries += 1;
        let sent = wire.send(delete(api, id, uid)?, id).await?;
        if sent.status == 404 {
            return Ok(Removed::Gone);
        }
        match sent.accepted() {
            Ok(sent) => {
                let answer: Value = sent.json()?;
                let is_there = answer["kind"] != "Status" && answer.pointer("/metadata/deletionTimestamp").is_some();
                return Ok(if is_there { Removed::Going } else { Removed::Gone });
            }
            Err(error) if error.to_string().contains("UID in precondition") => return Ok(Removed::NotIt),
            Err(error) if error.kind() == ErrorKind::Conflict && wire.rest_in_spite_of(tries, &error, id).await => {}
            Err(error) => return Err(error.at(id.to_string())),
        }
    }
}

/// An object that was written.
#[derive(Debug)]
pub(in crate::lifecycle) struct Written {
    pub(in crate::lifecycle) object: Object,
    /// What installers owned before.
    pub(in crate::lifecycle) predecessors: Vec<Value>,
}

/// Does what is planned for an object.
pub(in crate::lifecycle) async fn write(wire: &Wire, manner: &Manner, write: &Write) -> Result<Written> {
    let named = |error: Error| error.at(write.id.to_string());
    wire.recorder().tell(Happening::Started { object: write.id.clone() });
    let mut uid = write.live.as_ref().map(Object::uid).unwrap_or_default();
    let mut predecessors = Vec::new();
    if write.awaits_end {
        gone(wire, manner, &write.api, &write.id, uid).await.map_err(named)?;
        uid = "";
    }
    match (write.action, &write.live) {
        (ChangeAction::Replace, _) => {
            replace(wire, manner, write, uid).await.map_err(named)?;
            uid = "";
        }
        (ChangeAction::Adopt, Some(live)) => predecessors = adopt(wire, manner, write, live).await.map_err(named)?,
        _ => {}
    }
    let (object, yields) = insist(wire, manner, write, uid).await.map_err(named)?;
    for (manager, fields) in &yields {
        let fields = fields.iter().map(ToString::to_string).collect();
        wire.recorder().tell(Happening::Yielded { object: write.id.clone(), fields, manager: manager.clone() });
    }
    wire.recorder().tell(Happening::Applied { object: write.id.clone(), action: write.action });
    Ok(Written { object, predecessors })
}

/// Applies until it is taken, or refused for a reason that does not pass.
async fn insist(wire: &Wire, manner: &Manner, write: &Write, uid: &str) -> Result<(Object, Yields)> {
    let (mut object, mut yields, mut uid) = (write.object.clone(), write.yields.clone(), uid);
    let (mut mode, mut tries) = (Mode::default(), 0);
    loop {
        tries += 1;
        let sent = wire.send(apply(&write.api, &object, uid, &manner.manager, mode)?, &write.id).await?;
        let error = match sent.accepted() {
            Ok(sent) => return Ok((sent.json()?, yields)),
            Err(error) => error,
        };
        let contested = contested(&error);
        if !contested.is_empty() {
            match settle(manner, write, &contested) {
                Settlement::Yield(others) => {
                    object = ownership::without(object, &others);
                    yields.extend(others);
                }
                Settlement::Overrule => mode.force = true,
                Settlement::Refuse => return Err(conflict(&contested)),
            }
            continue;
        }
        let is_fixed = error.to_string().contains("immutable") && !uid.is_empty();
        if is_fixed && manner.options.replace {
            replace(wire, manner, write, uid).await?;
            uid = "";
            continue;
        }
        if !(may_pass(&error, write) && wire.rest_in_spite_of(tries, &error, &write.id).await) {
            return Err(if is_fixed {
                error.expected("the option replace, to remove it and make it again")
            } else {
                error
            });
        }
    }
}

/// Two writers at once, and a kind that was defined a moment ago and that not every server knows yet.
fn may_pass(error: &Error, write: &Write) -> bool {
    let is_new_kind = error.kind() == ErrorKind::NotFound && !crate::lifecycle::desired::is_own(&write.api.group);
    error.kind() == ErrorKind::Conflict || is_new_kind
}

enum Settlement {
    /// They are theirs at run time.
    Yield(Yields),
    /// The user has said so.
    Overrule,
    Refuse,
}

/// `(manager, field)` of all that somebody else owns.
pub(super) fn contested(error: &Error) -> Vec<(String, String)> {
    let causes = error.report().context.iter().filter_map(|(name, words)| Some((name.strip_prefix("cause ")?, words)));
    let told = causes.filter_map(|(field, words)| {
        let manager = words.strip_prefix("conflict with \"")?.split('"').next()?;
        Some((manager.to_owned(), field.to_owned()))
    });
    if error.kind() == ErrorKind::Conflict { told.collect() } else { Vec::new() }
}

fn settle(manner: &Manner, write: &Write, contested: &[(String, String)]) -> Settlement {
    let mut yields = Yields::new();
    for (manager, field) in contested {
        let allowed = manner.runtime.iter().filter(|owner| owner.manager == *manager && owner.kind == write.id.kind);
        let path = crate::lifecycle::fields::FieldPath::parse(field);
        if allowed.flat_map(|owner| &owner.fields).any(|pattern| path.is_below(pattern)) {
            yields.entry(manager.clone()).or_default().push(path);
        } else if manner.options.overrule.contains(manager) {
            return Settlement::Overrule;
        } else {
            return Settlement::Refuse;
        }
    }
    Settlement::Yield(yields)
}

pub(in crate::lifecycle) fn conflict(contested: &[(String, String)]) -> Error {
    let mut error = Error::new(ErrorKind::Conflict, "somebody else owns fields of it")
        .expected("the option overrule with the managers that have to yield, or values that they agree with");
    for (manager, field) in contested {
        error = error.with(field, manager);
    }
    error
}

/// Removes it, and waits until it is gone.
async fn replace(wire: &Wire, manner: &Manner, write: &Write, uid: &str) -> Result<()> {
    match remove(wire, &write.api, &write.id, uid).await? {
        Removed::Gone => Ok(()),
        Removed::Going => gone(wire, manner, &write.api, &write.id, uid).await,
        Removed::NotIt => Err(Error::new(ErrorKind::Conflict, "it is another one of its name now")),
    }
}

/// Waits until one that is on its way out is gone.
pub(in crate::lifecycle) async fn gone(
    wire: &Wire,
    manner: &Manner,
    api: &Api,
    id: &ObjectId,
    uid: &str,
) -> Result<()> {
    let limit = (Instant::now() + manner.options.object_timeout).min(wire.deadline());
    let waited = timeout_at(limit, until_gone(wire.cluster(), api, id, uid)).await;
    waited.unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Timeout, "it does not go")
            .expected(format!("within {:?}", manner.options.object_timeout)))
    })
}

/// Makes an installer's fields ours, in one write that fails if anything has changed meanwhile.
async fn adopt(wire: &Wire, manner: &Manner, write: &Write, live: &Object) -> Result<Vec<Value>> {
    let path = write.api.path(write.id.namespace.as_deref(), Some(&write.id.name));
    let (mut live, mut tries) = (live.clone(), 0);
    loop {
        tries += 1;
        let (entries, taken) = ownership::adopted(&live, &manner.manager);
        let mut steps = vec![
            json!({ "op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version() }),
            json!({ "op": "replace", "path": "/metadata/managedFields", "value": entries }),
        ];
        if live.annotation(LAST_APPLIED).is_some() {
            // It would tell kubectl to remove what it once applied.
            steps.push(
                json!({ "op": "remove", "path": format!("/metadata/annotations/{}", LAST_APPLIED.replace('/', "~1")) }),
            );
        }
        match steps::change(wire, &path, &manner.manager, &steps, &write.id).await {
            Ok(_) => return Ok(taken),
            Err(error) => {
                let moved = error.kind() == ErrorKind::Conflict;
                if !moved || !wire.rest_in_spite_of(tries, &error, &write.id).await {
                    return Err(error);
                }
                live = wire.send(Request::get(&path), &write.id).await?.accepted()?.json()?;
            }
        }
    }
}

/// By what kubectl knows again what it has applied.
pub(in crate::lifecycle) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What would become of an object that is there like this.
pub(in crate::lifecycle) struct Question<'a> {
    pub(in crate::lifecycle) api: &'a Api,
    /// What would be sent.
    pub(in crate::lifecycle) object: &'a Object,
    pub(in crate::lifecycle) live: &'a Object,
    /// Whether everybody would be overruled.
    pub(in crate::lifecycle) force: bool,
}

/// Asks by a dry run.
pub(in crate::lifecycle) async fn ask(wire: &Wire, manager: &str, question: &Question<'_>) -> Result<Answer> {
    let Question { api, object, live, force } = *question;
    let mode = Mode { dry: true, force };
    let sent: Sent = wire.send(apply(api, object, live.uid(), manager, mode)?, &live.id()).await?;
    match sent.accepted() {
        Ok(sent) => {
            let new: Object = sent.json()?;
            // Who applies what is there already owns afterwards what he owned before.
            let same = applied_by(&new, manager) == applied_by(live, manager);
            Ok(if same { Answer::Same } else { Answer::Becomes(Box::new(new)) })
        }
        Err(error) => {
            let contested = contested(&error);
            if contested.is_empty() { Err(error.at(live.id().to_string())) } else { Ok(Answer::Contested(contested)) }
        }
    }
}

/// How a write has fared in a dry run.
pub(in crate::lifecycle) enum Rehearsed {
    Passed,
    /// It cannot be tried: a webhook that is asked about it would do something.
    Impossible,
    Refused(String),
}

/// What webhooks that do something are not asked for, in the server's words.
const UNASKED: &str = "does not support dry run";

/// Tries a write by a dry run. Who owns which field has been settled before.
pub(in crate::lifecycle) async fn rehearse(wire: &Wire, manager: &str, write: &Write) -> Result<Rehearsed> {
    let uid = write.live.as_ref().map(Object::uid).unwrap_or_default();
    let request = apply(&write.api, &write.object, uid, manager, Mode { dry: true, force: true })?;
    Ok(match wire.send(request, &write.id).await?.accepted() {
        Ok(_) => Rehearsed::Passed,
        Err(error) if error.report().message.contains(UNASKED) => Rehearsed::Impossible,
        Err(error) => Rehearsed::Refused(error.report().message.clone()),
    })
}

/// Gives back what was borrowed: all our fields go, and what others wrote stays.
pub(in crate::lifecycle) async fn give_back(wire: &Wire, manner: &Manner, api: &Api, id: &ObjectId) -> Result<()> {
    let bare = json!({ "apiVersion": api.api_version(), "kind": api.kind, "metadata": { "name": id.name } });
    let bare = Object::new(bare)?.in_namespace(id.namespace.as_deref());
    let request = apply(api, &bare, "", &manner.manager, Mode { dry: false, force: true })?;
    unless_gone(wire, request, id).await
}

/// Takes our label from what stays.
pub(in crate::lifecycle) async fn unlabel(wire: &Wire, api: &Api, id: &ObjectId, manager: &str) -> Result<()> {
    merge(wire, api, id, manager, &json!({ "metadata": { "labels": { applyset::PART_OF: null } } })).await
}

/// Takes finalizers from an object whose controller is gone: those of the mesh's own controllers where it has any, all of
/// them otherwise. Somebody else's are somebody else's promise.
pub(in crate::lifecycle) async fn free(
    wire: &Wire,
    manner: &Manner,
    api: &Api,
    id: &ObjectId,
    uid: &str,
) -> Result<()> {
    let sent = wire.send(Request::get(api.path(id.namespace.as_deref(), Some(&id.name))), id).await?;
    if sent.status == 404 {
        return Ok(());
    }
    let object: Object = sent.accepted().and_then(|sent| sent.json()).map_err(|error| error.at(id.to_string()))?;
    let is_own = |finalizer: &&Value| {
        manner.finalizers.is_empty() || manner.finalizers.iter().any(|own| *finalizer == own.as_str())
    };
    let left: Vec<&Value> = object.items("/metadata/finalizers").iter().filter(|one| !is_own(one)).collect();
    let version = object.resource_version();
    let metadata = json!({ "uid": uid, "resourceVersion": version, "finalizers": left });
    merge(wire, api, id, &manner.manager, &json!({ "metadata": metadata })).await
}

/// Changes a part of an object, if it is still there.
async fn merge(wire: &Wire, api: &Api, id: &ObjectId, manager: &str, part: &Value) -> Result<()> {
    let path = api.path(id.namespace.as_deref(), Some(&id.name));
    let request = Request::new(Method::Patch, path).query("fieldManager", manager);
    unless_gone(wire, request.body("application/merge-patch+json", serde_json::to_vec(part)?), id).await
}

/// A write to an object that nobody misses.
async fn unless_gone(wire: &Wire, request: Request, id: &ObjectId) -> Result<()> {
    let sent = wire.send(request, id).await?;
    if sent.status == 404 { Ok(()) } else { sent.accepted().map(drop).map_err(|error| error.at(id.to_string())) }
}
