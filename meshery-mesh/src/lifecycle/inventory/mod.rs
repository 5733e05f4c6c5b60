//! What an instance has on a cluster, as the cluster itself remembers it: written before the first object, and after the
//! last.
//!
//! | module | holds |
//! |---|---|
//! | `blob` | large values in pieces, named by what they hold |
//! | `lease` | who is at work, and whether he still is |
//! | `store` | all of it as Secrets |

mod blob;
pub(super) mod lease;
pub(super) mod store;

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{OperationEvent, RevisionInfo, RevisionState};
use meshery_core::{Error, ErrorKind, MeshId, Object, ObjectId, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::digest;

/// What an instance has, and had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) mesh: Option<MeshId>,
    /// Where namespaced objects go that name no namespace.
    pub(super) namespace: String,
    /// What makes digests of secrets in plans worthless to whoever cannot read the inventory.
    #[serde(default)]
    pub(super) salt: String,
    #[serde(with = "entries")]
    pub(super) entries: BTreeMap<ObjectId, Entry>,
    /// Oldest first.
    pub(super) revisions: Vec<Revision>,
    /// The digests of all contents, pack by pack.
    contents: Vec<String>,
    /// How many contents are in each pack.
    packs: Vec<usize>,
}

/// An object that belongs to an instance: there for certain only if it has a uid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    /// The version of the API in which it was last written.
    #[serde(rename = "v")]
    pub(super) api_version: String,
    /// The identity that the server gave it.
    #[serde(rename = "u", skip_serializing_if = "String::is_empty")]
    pub(super) uid: String,
    /// The digest of what was last written.
    #[serde(rename = "i", skip_serializing_if = "String::is_empty")]
    pub(super) intent: String,
    /// The digest of the fields that were ours then.
    #[serde(rename = "o", skip_serializing_if = "String::is_empty")]
    pub(super) owned: String,
    /// It comes and goes at a time of its own.
    #[serde(rename = "h", skip_serializing_if = "is_false")]
    pub(super) is_hook: bool,
    /// It was there before, and stays.
    #[serde(rename = "b", skip_serializing_if = "is_false")]
    pub(super) is_borrowed: bool,
    /// Whose fields they were before they were adopted, to give them back.
    #[serde(rename = "p", skip_serializing_if = "Vec::is_empty")]
    pub(super) predecessors: Vec<Value>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it so")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// What was once wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Revision {
    pub(super) number: u32,
    pub(super) version: String,
    pub(super) state: RevisionState,
    pub(super) settings: Map<String, Value>,
    /// The places of its objects, and those of its hooks, among the contents.
    objects: Vec<usize>,
}

/// Everything that was ever written and may be wanted back, by digest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Contents(BTreeMap<String, Object>);

impl Contents {
    #[cfg(test)]
    pub(super) fn of(objects: Vec<Object>) -> Self {
        let mut contents = Self::default();
        contents.extend(objects);
        contents
    }

    pub(super) fn get(&self, digest: &str) -> Option<&Object> {
        self.0.get(digest)
    }

    fn extend(&mut self, objects: Vec<Object>) {
        self.0.extend(objects.into_iter().map(|object| (digest::of(object.value()), object)));
    }
}

impl State {
    /// The revision that is there now.
    pub(super) fn current(&self) -> Option<&Revision> {
        self.revisions.iter().rev().find(|revision| revision.state == RevisionState::Current)
    }

    /// The revision that is being brought about, or was.
    pub(super) fn pending(&self) -> Option<&Revision> {
        self.revisions.last().filter(|revision| revision.state == RevisionState::Pending)
    }

    /// A revision by its number.
    pub(super) fn revision(&self, number: u32) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.number == number)
    }

    /// The digests of what a revision consists of.
    pub(super) fn digests<'a>(&'a self, revision: &'a Revision) -> impl Iterator<Item = &'a str> {
        revision.objects.iter().filter_map(|place| self.contents.get(*place)).map(String::as_str)
    }

    /// Whether a revision consists of exactly this.
    pub(super) fn consists_of(&self, revision: &Revision, wanted: &BTreeSet<String>) -> bool {
        self.digests(revision).collect::<BTreeSet<_>>() == wanted.iter().map(String::as_str).collect()
    }

    /// The objects of a revision.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) when one of them was not kept.
    pub(super) fn objects(&self, revision: &Revision, contents: &Contents) -> Result<Vec<Object>> {
        let lost = |digest: &str| {
            Error::new(ErrorKind::Protocol, format!("the inventory has lost an object of revision {}", revision.number))
                .found(digest)
        };
        self.digests(revision).map(|digest| contents.get(digest).cloned().ok_or_else(|| lost(digest))).collect()
    }

    /// Takes in a revision that is about to come about; its contents that are new are returned as a pack to be stored.
    pub(super) fn begin(&mut self, version: &str, settings: Map<String, Value>, objects: Vec<Object>) -> Vec<Object> {
        self.revisions.retain(|revision| revision.state != RevisionState::Pending);
        let number = self.revisions.iter().map(|revision| revision.number).max().unwrap_or(0) + 1;
        let known: BTreeMap<&str, usize> =
            self.contents.iter().enumerate().map(|(place, digest)| (digest.as_str(), place)).collect();
        let (mut places, mut new, mut digests) = (Vec::new(), Vec::new(), Vec::new());
        for object in objects {
            let digest = digest::of(object.value());
            if let Some(place) = known.get(digest.as_str()) {
                places.push(*place);
            } else {
                places.push(self.contents.len() + digests.len());
                digests.push(digest);
                new.push(object);
            }
        }
        if !new.is_empty() {
            self.packs.push(new.len());
        }
        self.contents.extend(digests);
        let (version, state) = (version.to_owned(), RevisionState::Pending);
        self.revisions.push(Revision { number, version, state, settings, objects: places });
        new
    }

    /// The pending revision has come about, or has not. Only so many old ones are kept.
    pub(super) fn end(&mut self, became: RevisionState, kept: usize) {
        if became == RevisionState::Current {
            let superseded = self.revisions.iter_mut().filter(|revision| revision.state == RevisionState::Current);
            superseded.for_each(|revision| revision.state = RevisionState::Superseded);
        }
        if let Some(pending) = self.revisions.last_mut().filter(|last| last.state == RevisionState::Pending) {
            pending.state = became;
        }
        while self.revisions.iter().filter(|revision| revision.state != RevisionState::Current).count() > kept {
            let oldest = self.revisions.iter().position(|revision| revision.state != RevisionState::Current);
            oldest.map(|place| self.revisions.remove(place));
        }
    }

    /// Forgets packs of which nothing is wanted any more; which of them stay is returned.
    pub(super) fn forget(&mut self) -> Vec<bool> {
        let mut wanted: BTreeSet<usize> = self.revisions.iter().flat_map(|revision| revision.objects.clone()).collect();
        let intents: BTreeSet<&str> = self.entries.values().map(|entry| entry.intent.as_str()).collect();
        let contents = self.contents.iter().enumerate();
        wanted.extend(contents.filter(|(_, digest)| intents.contains(digest.as_str())).map(|(place, _)| place));
        let (mut kept, mut moved, mut start, mut gone) = (Vec::new(), BTreeMap::new(), 0, 0);
        let mut contents = Vec::new();
        for count in &self.packs {
            let places = start..start + count;
            let stays = places.clone().any(|place| wanted.contains(&place));
            kept.push(stays);
            if stays {
                moved.extend(places.clone().map(|place| (place, place - gone)));
                contents.extend(self.contents[places].iter().cloned());
            } else {
                gone += count;
            }
            start += count;
        }
        for place in self.revisions.iter_mut().flat_map(|revision| &mut revision.objects) {
            *place = moved.get(place).copied().unwrap_or(*place);
        }
        let mut stay = kept.iter();
        self.packs.retain(|_| stay.next() == Some(&true));
        self.contents = contents;
        kept
    }

    /// What can be told about its revisions.
    pub(super) fn history(&self) -> Vec<RevisionInfo> {
        let info = |revision: &Revision| RevisionInfo {
            number: revision.number,
            version: revision.version.clone(),
            state: revision.state,
            objects: revision.objects.len() as u64,
        };
        self.revisions.iter().map(info).collect()
    }
}

/// What happened during the last operation.
pub(super) type Events = Vec<OperationEvent>;

/// Entries as a list: an identity is no key in JSON.
mod entries {
    use super::{BTreeMap, Deserialize, Entry, ObjectId, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Item<Id, Told> {
        #[serde(flatten)]
        id: Id,
        #[serde(flatten)]
        entry: Told,
    }

    pub(super) fn serialize<S: serde::Serializer>(
        entries: &BTreeMap<ObjectId, Entry>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(entries.iter().map(|(id, entry)| Item { id, entry }))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ObjectId, Entry>, D::Error> {
        let items = Vec::<Item<ObjectId, Entry>>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|item| (item.id, item.entry)).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(name: &str, value: &str) -> Object {
        let object =
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": { "a": value } });
        Object::new(object).unwrap()
    }

    fn names(state: &State, number: u32, contents: &Contents) -> Vec<String> {
        let objects = state.objects(state.revision(number).unwrap(), contents).unwrap();
        objects.iter().map(|object| format!("{}={}", object.name(), object.text("/data/a"))).collect()
    }

    #[test]
    fn revisions_share_what_they_have_in_common() {
        let (mut state, mut contents) = (State::default(), Contents::default());
        let first = state.begin("1", Map::new(), vec![config("a", "1"), config("b", "1")]);
        assert_eq!(first.len(), 2);
        contents.extend(first);
        state.end(RevisionState::Current, 5);
        let second = state.begin("2", Map::new(), vec![config("a", "1"), config("b", "2")]);
        assert_eq!(second.len(), 1, "a delta");
        contents.extend(second);
        assert_eq!(state.pending().unwrap().number, 2);
        state.end(RevisionState::Current, 5);
        assert_eq!(
            (names(&state, 1, &contents), names(&state, 2, &contents)),
            (vec!["a=1".into(), "b=1".into()], vec!["a=1".into(), "b=2".into()])
        );
        assert_eq!(state.current().unwrap().number, 2);
        assert_eq!(state.history()[0].state, RevisionState::Superseded);
    }

    #[test]
    fn what_no_revision_wants_is_forgotten_pack_by_pack() {
        let (mut state, mut contents) = (State::default(), Contents::default());
        for value in ["1", "2", "3"] {
            contents.extend(state.begin(value, Map::new(), vec![config("a", value)]));
            state.end(RevisionState::Current, 1);
        }
        assert_eq!(state.history().iter().map(|info| info.number).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(state.forget(), [false, true, true]);
        assert_eq!(
            (names(&state, 2, &contents), names(&state, 3, &contents)),
            (vec!["a=2".into()], vec!["a=3".into()])
        );
    }

    #[test]
    fn what_did_not_come_about_leaves_the_current_one_alone() {
        let mut state = State::default();
        for (value, became) in [("1", RevisionState::Current), ("2", RevisionState::Failed)] {
            state.begin(value, Map::new(), vec![config("a", value)]);
            state.end(became, 5);
        }
        assert_eq!(state.current().unwrap().number, 1);
        state.begin("3", Map::new(), vec![]);
        assert_eq!(state.pending().unwrap().number, 3);
        state.begin("3", Map::new(), vec![]);
        assert_eq!(state.revisions.len(), 3, "a pending one is taken up, not added to");
    }

    #[test]
    fn entries_survive_a_round_trip() {
        let mut state = State::default();
        let entry = Entry { api_version: "v1".into(), uid: "u".into(), is_borrowed: true, ..Entry::default() };
        state.entries.insert(config("a", "1").id(), entry);
        state.entries.insert(ObjectId::new("apps", "Deployment", Some("b"), "c"), Entry::default());
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state, "{text}");
    }
}
