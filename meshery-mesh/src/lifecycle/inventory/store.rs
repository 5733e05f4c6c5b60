//! The inventory as Secrets: one that says it all as long as it is small, and pieces beside it when it is not.
//!
//! | key of the Secret | holds |
//! |---|---|
//! | `head` | JSON: the format, the lease, and the names of the pieces of everything else |
//! | a name of 32 digits | that piece, packed by zstd |
//!
//! Every write is guarded by the version that was read: whoever comes second is told so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::{Error, ErrorKind, Object, ObjectId, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::blob::{PIECE, Pieces, pack, unpack};
use super::lease::Lease;
use super::{Contents, Events, State};
use crate::cluster::{Api, Method, Request};
use crate::lifecycle::applyset;
use crate::lifecycle::run::wire::Wire;

/// The form in which this code writes.
const FORMAT: u32 = 1;
const HEAD: &str = "head";
/// How often a write is refused for a reason that nobody can see, until it is taken for meant.
const REFUSALS: u32 = 4;
/// Who writes inventories.
const MANAGER: &str = "meshery-inventory";

/// Where the inventory of an instance is.
#[derive(Clone, Debug)]
pub(in crate::lifecycle) struct Store {
    instance: String,
    name: String,
    namespace: String,
}

/// An inventory as it was read or written.
#[derive(Clone, Debug)]
pub(in crate::lifecycle) struct Stored {
    pub(in crate::lifecycle) state: State,
    pub(in crate::lifecycle) lease: Option<Lease>,
    head: Head,
    /// The pieces that are here.
    pieces: Pieces,
    /// The version that the next write replaces.
    version: String,
    uid: String,
}

/// What was read, and when by the server's clock, in seconds since 1970.
pub(in crate::lifecycle) struct Read {
    pub(in crate::lifecycle) now: u64,
    pub(in crate::lifecycle) stored: Option<Stored>,
}

/// What is to be written.
pub(in crate::lifecycle) struct Draft {
    pub(in crate::lifecycle) state: State,
    pub(in crate::lifecycle) lease: Option<Lease>,
    /// Contents that are new.
    pub(in crate::lifecycle) new: Vec<Object>,
    pub(in crate::lifecycle) events: Option<Events>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Head {
    format: u32,
    lease: Option<Lease>,
    state: Vec<String>,
    packs: Vec<Vec<String>>,
    events: Vec<String>,
    /// The pieces that stand in Secrets of their own.
    beside: BTreeSet<String>,
}

/// What stands in the Secret itself.
struct Page<'a> {
    state: &'a State,
    head: &'a Head,
    inline: &'a BTreeSet<String>,
    pieces: &'a Pieces,
}

impl Store {
    pub(in crate::lifecycle) fn new(instance: &str, namespace: &str) -> Self {
        Self { instance: instance.into(), name: format!("meshery-{instance}"), namespace: namespace.into() }
    }

    /// The set that members say they are part of.
    pub(in crate::lifecycle) fn set(&self) -> String {
        applyset::id(&self.name, &self.namespace)
    }

    /// The Secret.
    pub(in crate::lifecycle) fn id(&self) -> ObjectId {
        self.secret(&self.name)
    }

    fn secret(&self, name: &str) -> ObjectId {
        ObjectId::new("", "Secret", Some(&self.namespace), name)
    }

    fn path(&self, name: Option<&str>) -> String {
        Api::core("Secret", "secrets", true).path(Some(&self.namespace), name)
    }

    fn beside(&self, piece: &str) -> String {
        format!("{}-{}", self.name, &piece[..piece.len().min(16)])
    }

    /// One request, and one for each piece of the state that stands beside.
    pub(in crate::lifecycle) async fn read(&self, wire: &Wire) -> Result<Read> {
        let sent = wire.send(Request::get(self.path(Some(&self.name))), &self.id()).await?;
        let now = sent.date.unwrap_or_else(SystemTime::now).duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if sent.status == 404 {
            return Ok(Read { now, stored: None });
        }
        let secret: Object = sent.accepted()?.json()?;
        let broken = |found: String| {
            Error::new(ErrorKind::Protocol, "this is not an inventory of ours").at(self.id().to_string()).found(found)
        };
        let mut pieces = Pieces::new();
        let mut head = None;
        for (name, value) in secret.get("/data").and_then(Value::as_object).into_iter().flatten() {
            let bytes =
                STANDARD.decode(value.as_str().unwrap_or_default()).map_err(|error| broken(error.to_string()))?;
            if name == HEAD {
                head = Some(serde_json::from_slice::<Head>(&bytes).map_err(|error| broken(error.to_string()))?);
            } else {
                pieces.insert(name.clone(), bytes);
            }
        }
        let head = head.ok_or_else(|| broken("no head".into()))?;
        if head.format > FORMAT {
            return Err(Error::new(ErrorKind::VersionUnsupported, "the inventory is of a later meshery")
                .at(self.id().to_string())
                .expected(format!("at most format {FORMAT}"))
                .found(head.format.to_string()));
        }
        self.fetch(wire, &head.state, &mut pieces).await?;
        let state = unpack(&head.state, &pieces)?;
        let (version, uid) = (secret.resource_version().to_owned(), secret.uid().to_owned());
        Ok(Read { now, stored: Some(Stored { state, lease: head.lease.clone(), head, pieces, version, uid }) })
    }

    /// Everything that was ever written and may be wanted back.
    pub(in crate::lifecycle) async fn contents(&self, wire: &Wire, stored: &Stored) -> Result<Contents> {
        let mut contents = Contents::default();
        for pack in &stored.head.packs {
            let pieces = self.gathered(wire, pack, stored).await?;
            contents.extend(unpack(pack, &pieces)?);
        }
        Ok(contents)
    }

    /// What happened during the last operation.
    pub(in crate::lifecycle) async fn events(&self, wire: &Wire, stored: &Stored) -> Result<Events> {
        let names = &stored.head.events;
        let pieces = self.gathered(wire, names, stored).await?;
        if names.is_empty() { Ok(Events::new()) } else { unpack(names, &pieces) }
    }

    /// The pieces of these names, those that stand beside as well.
    async fn gathered(&self, wire: &Wire, names: &[String], stored: &Stored) -> Result<Pieces> {
        let here = names.iter().filter_map(|name| Some((name.clone(), stored.pieces.get(name)?.clone())));
        let mut pieces: Pieces = here.collect();
        self.fetch(wire, names, &mut pieces).await?;
        Ok(pieces)
    }

    async fn fetch(&self, wire: &Wire, names: &[String], pieces: &mut Pieces) -> Result<()> {
        for name in names {
            if pieces.contains_key(name) {
                continue;
            }
            let beside = self.beside(name);
            let sent = wire.send(Request::get(self.path(Some(&beside))), &self.secret(&beside)).await?;
            let secret: Object = sent.accepted()?.json()?;
            let bytes = STANDARD.decode(secret.text("/data/piece")).unwrap_or_default();
            pieces.insert(name.clone(), bytes);
        }
        Ok(())
    }

    /// Writes it, over what was read: one request, and one for each new piece that stands beside.
    pub(in crate::lifecycle) async fn write(
        &self,
        wire: &Wire,
        before: Option<&Stored>,
        draft: Draft,
    ) -> Result<Stored> {
        let mut pieces = before.map(|stored| stored.pieces.clone()).unwrap_or_default();
        let old = before.map(|stored| stored.head.clone()).unwrap_or_default();
        let Draft { mut state, lease, new, events } = draft;
        let mut packs = old.packs.clone();
        if !new.is_empty() {
            packs.push(pack(&new, &mut pieces)?);
        }
        let mut kept = state.forget().into_iter();
        packs.retain(|_| kept.next() == Some(true));
        let events = events.map_or_else(|| Ok(old.events.clone()), |events| pack(&events, &mut pieces))?;
        let mut head =
            Head { format: FORMAT, lease, state: pack(&state, &mut pieces)?, packs, events, ..Head::default() };
        let inline = place(&mut head, &old, &pieces);
        for piece in head.beside.difference(&old.beside) {
            self.put_beside(wire, piece, pieces.get(piece).map_or(&[], Vec::as_slice)).await?;
        }
        let page = Page { state: &state, head: &head, inline: &inline, pieces: &pieces };
        let secret = self.put(wire, before, &page).await?;
        for piece in old.beside.difference(&head.beside) {
            self.remove_beside(wire, piece).await?;
        }
        pieces.retain(|name, _| inline.contains(name) || head.beside.contains(name));
        let (version, uid) = (secret.resource_version().to_owned(), secret.uid().to_owned());
        Ok(Stored { state, lease: head.lease.clone(), head, pieces, version, uid })
    }

    async fn put(&self, wire: &Wire, before: Option<&Stored>, page: &Page<'_>) -> Result<Object> {
        let Page { state, head, inline, pieces } = page;
        let mut data: Map<String, Value> = inline
            .iter()
            .filter(|name| before.is_none_or(|before| !before.holds(name)))
            .filter_map(|name| Some((name.clone(), STANDARD.encode(pieces.get(name)?).into())))
            .collect();
        data.insert(HEAD.into(), STANDARD.encode(serde_json::to_vec(head)?).into());
        let mut metadata = applyset::parent_metadata(&self.name, &self.namespace, &state.entries.keys().collect());
        let Some(before) = before else {
            let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "meshery.io/inventory", "data": data });
            let request = Request::new(Method::Post, self.path(None)).query("fieldManager", MANAGER);
            let request = request.body("application/json", serde_json::to_vec(&secret)?);
            return self.guarded(wire, request, head, None).await;
        };
        let obsolete = before.inline().filter(|name| !inline.contains(*name));
        data.extend(obsolete.map(|name| (name.clone(), Value::Null)));
        metadata["resourceVersion"] = before.version.as_str().into();
        let part = json!({ "metadata": metadata, "data": data });
        let request = Request::new(Method::Patch, self.path(Some(&self.name))).query("fieldManager", MANAGER);
        let request = request.body("application/merge-patch+json", serde_json::to_vec(&part)?);
        self.guarded(wire, request, head, Some(&before.version)).await
    }

    /// A write that only goes through over what was read. One that comes second may be our own, whose first answer was
    /// lost on the way; and a server may refuse for no reason that lasts.
    async fn guarded(&self, wire: &Wire, request: Request, head: &Head, over: Option<&str>) -> Result<Object> {
        for _ in 0..REFUSALS {
            let sent = wire.send(request.clone(), &self.id()).await?;
            match sent.status {
                409 => {}
                404 => {
                    let words = "the inventory cannot be written: it, or its namespace, is gone";
                    return Err(Error::new(ErrorKind::NotFound, words).at(self.id().to_string()));
                }
                _ => return sent.accepted()?.json(),
            }
            let sent = wire.send(Request::get(self.path(Some(&self.name))), &self.id()).await?;
            if sent.status == 404 && over.is_none() {
                continue;
            }
            let secret: Object = sent.accepted()?.json()?;
            if secret.text("/data/head") == STANDARD.encode(serde_json::to_vec(head)?) {
                return Ok(secret);
            }
            if over != Some(secret.resource_version()) {
                break;
            }
        }
        Err(self.busy())
    }

    fn busy(&self) -> Error {
        Error::new(ErrorKind::Busy, format!("somebody else is at work on {}", self.instance)).at(self.id().to_string())
    }

    async fn put_beside(&self, wire: &Wire, piece: &str, bytes: &[u8]) -> Result<()> {
        let name = self.beside(piece);
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "meshery.io/inventory-piece",
            "metadata": { "name": name, "namespace": self.namespace, "labels": { "meshery.io/inventory-of": self.instance } },
            "data": { "piece": STANDARD.encode(bytes) },
        });
        let request = Request::new(Method::Post, self.path(None)).query("fieldManager", MANAGER);
        let sent =
            wire.send(request.body("application/json", serde_json::to_vec(&secret)?), &self.secret(&name)).await?;
        // What is there under this name holds the same: its name says so.
        if sent.status == 409 { Ok(()) } else { sent.accepted().map(drop) }
    }

    async fn remove_beside(&self, wire: &Wire, piece: &str) -> Result<()> {
        let name = self.beside(piece);
        let sent = wire.send(Request::new(Method::Delete, self.path(Some(&name))), &self.secret(&name)).await?;
        if sent.status == 404 { Ok(()) } else { sent.accepted().map(drop) }
    }

    /// Says that we are still at work: the head alone, in place.
    pub(in crate::lifecycle) async fn renew(&self, wire: &Wire, stored: &mut Stored, lease: Lease) -> Result<()> {
        stored.head.lease = Some(lease.clone());
        let part = json!({
            "metadata": { "resourceVersion": stored.version },
            "data": { HEAD: STANDARD.encode(serde_json::to_vec(&stored.head)?) },
        });
        let request = Request::new(Method::Patch, self.path(Some(&self.name))).query("fieldManager", MANAGER);
        let request = request.body("application/merge-patch+json", serde_json::to_vec(&part)?);
        let secret = self.guarded(wire, request, &stored.head, Some(&stored.version)).await?;
        secret.resource_version().clone_into(&mut stored.version);
        stored.lease = Some(lease);
        Ok(())
    }

    /// Removes it with its pieces: the pieces last, so that whoever finds the rest finds it whole.
    pub(in crate::lifecycle) async fn remove(&self, wire: &Wire, stored: &Stored) -> Result<()> {
        let options = json!({ "preconditions": { "uid": stored.uid, "resourceVersion": stored.version } });
        let request = Request::new(Method::Delete, self.path(Some(&self.name)));
        let request = request.body("application/json", serde_json::to_vec(&options)?);
        for refusals in 0.. {
            let sent = wire.send(request.clone(), &self.id()).await?;
            match sent.status {
                404 => break,
                409 if refusals < REFUSALS && self.is_unchanged(wire, stored).await? => {}
                409 => return Err(self.busy()),
                _ => {
                    sent.accepted()?;
                    break;
                }
            }
        }
        for piece in &stored.head.beside {
            self.remove_beside(wire, piece).await?;
        }
        Ok(())
    }

    async fn is_unchanged(&self, wire: &Wire, stored: &Stored) -> Result<bool> {
        let sent = wire.send(Request::get(self.path(Some(&self.name))), &self.id()).await?;
        if sent.status == 404 {
            return Ok(true);
        }
        let secret: Object = sent.accepted()?.json()?;
        Ok(secret.resource_version() == stored.version)
    }
}

impl Stored {
    /// Whether nobody is at work, at a time by the server's clock.
    pub(in crate::lifecycle) fn free(&self, instance: &str, now: u64) -> Result<()> {
        match self.lease.as_ref().and_then(|lease| Some((lease, lease.remains(now)?))) {
            Some((lease, left)) => Err(lease.busy(instance, left)),
            None => Ok(()),
        }
    }

    fn holds(&self, name: &str) -> bool {
        self.pieces.contains_key(name) && !self.head.beside.contains(name)
    }

    fn inline(&self) -> impl Iterator<Item = &String> {
        self.pieces.keys().filter(|name| !self.head.beside.contains(*name))
    }
}

/// What stands in the Secret itself: the state first, and then as much of the rest as there is room for. What already
/// stands beside stays there.
fn place(head: &mut Head, old: &Head, pieces: &Pieces) -> BTreeSet<String> {
    let all: Vec<String> =
        head.state.iter().chain(&head.events).chain(head.packs.iter().rev().flatten()).cloned().collect();
    let mut inline = BTreeSet::new();
    let mut sizes = BTreeMap::new();
    for name in all {
        let size = pieces.get(&name).map_or(0, Vec::len);
        let room = sizes.values().sum::<usize>() + size <= PIECE;
        if old.beside.contains(&name) || !room {
            head.beside.insert(name);
        } else {
            sizes.insert(name.clone(), size);
            inline.insert(name);
        }
    }
    inline
}
