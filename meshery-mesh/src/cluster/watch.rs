//! Watches: what is there, and then each change to it, without a gap.

use std::collections::{BTreeMap, VecDeque};

use meshery_core::{Error, ErrorKind, Object, ObjectId, Result};
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, refusal};
use super::{Api, Cluster, Request};

/// Marks the bookmark that ends the first part of a streamed list.
const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";
/// Objects without anything but their metadata.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
/// The same of a list.
pub(crate) const METADATA_LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
/// The longest line that is read: one object and what is around it.
const LINE_LIMIT: usize = 64 * 1024 * 1024;

/// What a watch has to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// An object is there, or is there in a new form.
    Seen(Object),
    /// An object is gone; this was its last form.
    Gone(Object),
    /// Everything that was there at the beginning has been said.
    Synced,
}

/// A look at all objects of a path that goes on. A connection that ends is opened again where it ended, and what
/// happened meanwhile is told as if it had not; where the server has forgotten, it is found out by comparing.
pub struct Watch {
    cluster: Cluster,
    /// The collection, with selectors.
    collection: Request,
    /// What its objects are, where they do not say so themselves.
    named: Option<(String, String)>,
    /// Whether the server can send the list as the beginning of the watch.
    streams_lists: bool,
    state: State,
    /// The last forms of all that is there, for the time when the server has forgotten.
    known: BTreeMap<ObjectId, Object>,
    /// Whether all that was there was once said.
    has_synced: bool,
    /// Whether nobody wants to hear of single objects now.
    only_syncs: bool,
    ready: VecDeque<Change>,
}

enum State {
    /// It is not known what is there now.
    Unknown,
    /// All until this version was said.
    Between { version: String },
    /// A connection is open. While a list streams in, `listed` collects what it holds.
    Open { lines: Lines, version: String, listed: Option<Vec<ObjectId>> },
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("collection", &self.collection.target).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    object: Value,
}

impl Watch {
    /// Begins to look at a collection: a GET of its path, with selectors. Nothing is sent before the first
    /// [`next`](Self::next).
    pub fn new(cluster: &Cluster, collection: Request) -> Self {
        Self {
            cluster: cluster.clone(),
            collection,
            named: None,
            streams_lists: true,
            state: State::Unknown,
            known: BTreeMap::new(),
            has_synced: false,
            only_syncs: false,
            ready: VecDeque::new(),
        }
    }

    /// Looks at the metadata alone of all objects of a kind, in a namespace or in all.
    pub fn metadata(cluster: &Cluster, api: &Api, namespace: Option<&str>) -> Self {
        let collection = Request::get(api.path(namespace, None)).accept(METADATA);
        Self { named: Some((api.api_version(), api.kind.clone())), ..Self::new(cluster, collection) }
    }

    /// The next thing to say. Safe to drop while it waits: nothing is lost.
    ///
    /// # Errors
    /// What the server refuses, and what keeps a connection from coming about; the next call tries again. A connection
    /// that merely ends is no error, unless nothing had come by it: whoever calls decides how soon that is tried again.
    pub async fn next(&mut self) -> Result<Change> {
        self.only_syncs = false;
        self.advance().await
    }

    async fn advance(&mut self) -> Result<Change> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return Ok(change);
            }
            match &mut self.state {
                State::Unknown => self.open_list().await?,
                State::Between { version } => {
                    let version = version.clone();
                    self.open_at(version).await?;
                }
                State::Open { lines, .. } => match lines.next().await {
                    Ok(Some(line)) => self.take(&line)?,
                    // An end in mid-line is an end all the same.
                    Ok(None) | Err(_) => self.closed()?,
                },
            }
        }
    }

    /// Looks once, with a list, and goes on from there where somebody asks for more.
    pub(crate) fn listing(mut self) -> Self {
        self.streams_lists = false;
        self
    }

    /// All that is there now, by identity.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn sync(&mut self) -> Result<&BTreeMap<ObjectId, Object>> {
        self.only_syncs = true;
        while self.advance().await? != Change::Synced {}
        Ok(&self.known)
    }

    /// What has been said to be there.
    pub fn known(&self) -> &BTreeMap<ObjectId, Object> {
        &self.known
    }

    /// The same, for who looks no further.
    pub(crate) fn into_known(self) -> BTreeMap<ObjectId, Object> {
        self.known
    }

    async fn open_list(&mut self) -> Result<()> {
        if self.streams_lists {
            let request = self.watching().query("sendInitialEvents", "true");
            let answer = self.cluster.send(request.query("resourceVersionMatch", "NotOlderThan")).await?;
            // A server that does not know the parameter takes it for a mistake.
            if answer.status != 400 && answer.status != 422 {
                self.state =
                    State::Open { lines: Lines::of(answer).await?, version: String::new(), listed: Some(vec![]) };
                return Ok(());
            }
            self.streams_lists = false;
        }
        let mut request = self.collection.clone();
        if self.named.is_some() {
            request = request.accept(METADATA_LIST);
        }
        let list: List = self.cluster.send(request).await?.json().await?;
        let mut listed = Vec::new();
        for item in list.items.unwrap_or_default() {
            let object = self.object(list.kind.complete(item))?;
            listed.push(self.seen(object));
        }
        self.synced(&listed);
        self.state = State::Between { version: list.metadata.resource_version };
        Ok(())
    }

    async fn open_at(&mut self, version: String) -> Result<()> {
        let answer = self.cluster.send(self.watching().query("resourceVersion", &version)).await?;
        if answer.status == 410 {
            self.state = State::Unknown;
            return Ok(());
        }
        self.state = State::Open { lines: Lines::of(answer).await?, version, listed: None };
        Ok(())
    }

    fn watching(&self) -> Request {
        self.collection.clone().query("watch", "true").query("allowWatchBookmarks", "true")
    }

    fn take(&mut self, line: &[u8]) -> Result<()> {
        let Event { kind, object } = serde_json::from_slice(line)
            .map_err(|error| Error::new(ErrorKind::Protocol, format!("not an event: {error}")).because(error))?;
        match kind.as_str() {
            "BOOKMARK" => self.bookmark(&object),
            "ERROR" => return self.failed(&object),
            "DELETED" => {
                let object = self.object(object)?;
                self.known.remove(&object.id());
                self.passed(object.resource_version().to_owned());
                self.ready.push_back(Change::Gone(object));
            }
            _ => {
                let object = self.object(object)?;
                let version = object.resource_version().to_owned();
                let id = self.seen(object);
                if let State::Open { listed: Some(listed), .. } = &mut self.state {
                    listed.push(id);
                } else {
                    self.passed(version);
                }
            }
        }
        Ok(())
    }

    /// What came in as an object: of metadata alone, under its own kind.
    fn object(&self, mut value: Value) -> Result<Object> {
        if let (Some((api_version, kind)), Some(fields)) = (&self.named, value.as_object_mut()) {
            fields.insert("apiVersion".into(), api_version.as_str().into());
            fields.insert("kind".into(), kind.as_str().into());
        }
        Object::new(value)
    }

    fn bookmark(&mut self, object: &Value) {
        let version = object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        self.passed(version);
        let ends_list = object["metadata"]["annotations"][INITIAL_EVENTS_END] == "true";
        let State::Open { listed, .. } = &mut self.state else { return };
        if let Some(listed) = listed.take_if(|_| ends_list) {
            self.synced(&listed);
        }
    }

    fn passed(&mut self, now: String) {
        if let State::Open { version, .. } = &mut self.state {
            *version = now;
        }
    }

    fn failed(&mut self, status: &Value) -> Result<()> {
        let code = status["code"].as_u64().unwrap_or(500) as u16;
        if code == 410 {
            self.state = State::Unknown;
            return Ok(());
        }
        self.state = State::Unknown;
        Err(refusal(code, status.to_string().as_bytes()))
    }

    fn seen(&mut self, object: Object) -> ObjectId {
        let id = object.id();
        let known = self.known.get(&id);
        let is_news = known.is_none_or(|known| known.resource_version() != object.resource_version());
        if is_news && !self.only_syncs {
            self.ready.push_back(Change::Seen(object.clone()));
        }
        self.known.insert(id.clone(), object);
        id
    }

    /// A list is complete: what was there and is not in it is gone.
    fn synced(&mut self, listed: &[ObjectId]) {
        let listed: std::collections::BTreeSet<_> = listed.iter().collect();
        let gone: Vec<_> = self.known.keys().filter(|id| !listed.contains(id)).cloned().collect();
        let gone = gone.iter().filter_map(|id| self.known.remove(id));
        self.ready.extend(gone.map(Change::Gone));
        if !std::mem::replace(&mut self.has_synced, true) {
            self.ready.push_back(Change::Synced);
        }
    }

    fn closed(&mut self) -> Result<()> {
        let State::Open { lines, version, listed } = &self.state else { return Ok(()) };
        let brought_nothing = lines.taken == 0;
        // Half a list is none.
        self.state = if listed.is_some() { State::Unknown } else { State::Between { version: version.clone() } };
        if brought_nothing {
            return Err(Error::new(ErrorKind::Unreachable, "the server hung up").at(&self.collection.target));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct List {
    #[serde(flatten)]
    kind: ListKind,
    metadata: ListMeta,
    /// A server that has none may say `null`.
    #[serde(default)]
    items: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListKind {
    api_version: String,
    kind: String,
}

impl ListKind {
    /// Items of a list do not say what they are: the list does.
    fn complete(&self, mut item: Value) -> Value {
        if let Some(fields) = item.as_object_mut() {
            let kind = self.kind.strip_suffix("List").unwrap_or(&self.kind);
            fields.entry("apiVersion").or_insert_with(|| self.api_version.as_str().into());
            fields.entry("kind").or_insert_with(|| kind.into());
        }
        item
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListMeta {
    #[serde(default)]
    resource_version: String,
}

/// A body line by line.
struct Lines {
    answer: Answer,
    rest: Vec<u8>,
    /// How many lines have been taken from it.
    taken: u64,
    /// How much of the rest is known to hold no end of a line.
    searched: usize,
}

impl Lines {
    async fn of(answer: Answer) -> Result<Self> {
        if answer.status >= 400 {
            return Err(answer.body().await.err().unwrap_or_else(|| Error::new(ErrorKind::Protocol, "refused")));
        }
        Ok(Self { answer, rest: Vec::new(), taken: 0, searched: 0 })
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.rest[self.searched..].iter().position(|byte| *byte == b'\n') {
                let after = self.rest.split_off(self.searched + end + 1);
                self.searched = 0;
                self.taken += 1;
                return Ok(Some(std::mem::replace(&mut self.rest, after)));
            }
            self.searched = self.rest.len();
            if self.rest.len() > LINE_LIMIT {
                return Err(Error::new(ErrorKind::LimitExceeded, "an event is too long"));
            }
            match self.answer.body.next().await? {
                Some(part) => self.rest.extend_from_slice(&part),
                None => return Ok(None),
            }
        }
    }
}
