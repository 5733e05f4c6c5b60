//! Giving an instance back to whoever had installed it: our sign goes, and fields get their former owner.

use meshery_core::lifecycle::OperationKind;
use meshery_core::{Object, ObjectId, OperationOptions, Result};
use serde_json::{Value, json};

use super::held::{Begun, Held};
use super::known::Known;
use crate::cluster::{Api, Discovery, Request};
use crate::lifecycle::applyset;
use crate::lifecycle::inventory::{Contents, Entry, State};
use crate::lifecycle::planner::ownership;
use crate::lifecycle::run::wire::Wire;
use crate::lifecycle::run::{one, steps};

/// How large the annotations of an object may be, in bytes, for a server to take them: 256 KiB, with room for others.
const ANNOTATIONS: usize = 250 * 1024;

/// Gives everything back. What we made ourselves keeps us as its owner by name, and is nobody's set any more.
pub(super) async fn hand_back(wire: &Wire, name: &str, options: &OperationOptions) -> Result<Vec<ObjectId>> {
    let Known { discovery, store, stored, now } = Known::read(wire, name, options).await?;
    stored.free(name, now)?;
    let begun = Begun { store: &store, before: Some(&stored), now, kind: OperationKind::Uninstall };
    let held = Held::take(wire, &begun, stored.state.clone(), Vec::new()).await?;
    let contents = store.contents(wire, &stored).await?;
    let giver = Giver { wire, manager: format!("meshery-{name}"), set: store.set(), contents };
    let done = giver.give_all(&discovery, &stored.state).await;
    match done {
        Ok(all) => held.remove().await.map(|()| all),
        Err(error) => {
            held.release(stored.state, wire.recorder().events()).await?;
            Err(error)
        }
    }
}

/// Who gives.
struct Giver<'a> {
    wire: &'a Wire,
    manager: String,
    set: String,
    /// What was last written.
    contents: Contents,
}

impl Giver<'_> {
    async fn give_all(&self, discovery: &Discovery, state: &State) -> Result<Vec<ObjectId>> {
        let mut given = Vec::new();
        for (id, entry) in &state.entries {
            let api = discovery.find(&entry.api_version, &id.kind.kind).or_else(|| discovery.preferred(&id.kind));
            let Some(api) = api else { continue };
            if self.give(api, id, entry).await? {
                given.push(id.clone());
            }
        }
        Ok(given)
    }

    /// Gives one object back, in one write that fails if anything has changed meanwhile.
    async fn give(&self, api: &Api, id: &ObjectId, entry: &Entry) -> Result<bool> {
        let Self { wire, manager, set, .. } = self;
        let path = api.path(id.namespace.as_deref(), Some(&id.name));
        let mut tries = 0;
        loop {
            tries += 1;
            let seen = wire.send(Request::get(&path), id).await?;
            if seen.status == 404 {
                return Ok(false);
            }
            let live: Object = seen.accepted()?.json()?;
            if applyset::of(&live) != Some(set) {
                return Ok(false);
            }
            if entry.predecessors.is_empty() {
                one::unlabel(wire, api, id, manager).await?;
                return Ok(true);
            }
            let (author, steps) = self.steps(&live, entry);
            match steps::change(wire, &path, author, &steps, id).await {
                Ok(_) => return Ok(true),
                Err(error) if wire.rest_in_spite_of(tries, &error, id).await => {}
                Err(error) => return Err(error.at(id.to_string())),
            }
        }
    }

    /// The one write, in the name of whom it is given to where that is who updates it.
    fn steps<'a>(&'a self, live: &Object, entry: &'a Entry) -> (&'a str, Vec<Value>) {
        let label = format!("/metadata/labels/{}", pointer(applyset::PART_OF));
        let entries = ownership::returned(live, &self.manager, &entry.predecessors);
        let mut steps = vec![
            json!({ "op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version() }),
            json!({ "op": "remove", "path": label }),
            json!({ "op": "replace", "path": "/metadata/managedFields", "value": entries }),
        ];
        let mut author = self.manager.as_str();
        let written = self.contents.get(&entry.intent).filter(|object| object.value().to_string().len() < ANNOTATIONS);
        if let (Some(heir), Some(written)) = (ownership::annotates(&entry.predecessors, one::LAST_APPLIED), written) {
            // What kubectl does not find there, it does not remove when it is not wanted any more.
            if live.get("/metadata/annotations").is_none() {
                steps.push(json!({ "op": "add", "path": "/metadata/annotations", "value": {} }));
            }
            let place = format!("/metadata/annotations/{}", pointer(one::LAST_APPLIED));
            steps.push(json!({ "op": "add", "path": place, "value": written.value().to_string() }));
            author = heir;
        }
        (author, steps)
    }
}

/// A name as a part of a JSON pointer.
fn pointer(name: &str) -> String {
    name.replace('/', "~1")
}
