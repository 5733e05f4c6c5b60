//! Everything that is on a cluster, to be compared with what is there later: the proof that nothing is left.

use std::collections::BTreeMap;

use meshery_core::{Error, ErrorKind, Object, ObjectId, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep};

use super::digest;
use crate::cluster::{Api, Cluster, Discovery, Watch};

/// How often a kind is asked for, and how long is waited between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Kinds that come and go by themselves, all the time.
const PASSING: &[(&str, &str)] = &[
    ("", "ComponentStatus"),
    ("", "Event"),
    ("events.k8s.io", "Event"),
    ("metrics.k8s.io", "NodeMetrics"),
    ("metrics.k8s.io", "PodMetrics"),
    // The server gives and takes them with Services, the latter at times only when it tidies up, every few minutes.
    ("networking.k8s.io", "IPAddress"),
];
/// Kinds of which it only counts that they are there.
const RESTLESS: &[(&str, &str)] =
    &[("", "Endpoints"), ("", "Node"), ("coordination.k8s.io", "Lease"), ("discovery.k8s.io", "EndpointSlice")];

/// Everything that is on a cluster at a time, by its metadata.
///
/// ```no_run
/// use meshery_mesh::cluster::Cluster;
/// use meshery_mesh::lifecycle::Snapshot;
///
/// # async fn example(cluster: Cluster) -> meshery_core::Result<()> {
/// let before = Snapshot::take(&cluster).await?;
/// // ... install, use and uninstall a mesh ...
/// let difference = before.compare(&Snapshot::take(&cluster).await?);
/// assert!(difference.is_empty(), "{difference:?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<ObjectId, Form>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Form {
    uid: String,
    digest: String,
}

/// What differs between two snapshots.
///
/// ```
/// use meshery_mesh::lifecycle::{Difference, Snapshot};
///
/// let nothing = Snapshot::default();
/// assert_eq!(nothing.compare(&nothing), Difference::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// What is new, also in place of another of its name.
    pub added: Vec<ObjectId>,
    /// What is gone.
    pub removed: Vec<ObjectId>,
    /// What has another specification, other labels or other annotations.
    pub changed: Vec<ObjectId>,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Snapshot {
    /// Lists the metadata of all objects of all kinds: one request a kind.
    ///
    /// # Errors
    /// What kept a kind from being listed; a kind that has no lists is passed over.
    pub async fn take(cluster: &Cluster) -> Result<Self> {
        let discovery = Discovery::read(cluster).await?;
        let mut tasks = JoinSet::new();
        for api in discovery.kinds().filter_map(|kind| discovery.preferred(kind)).filter(|api| !is_one_of(api, PASSING))
        {
            let (cluster, api) = (cluster.clone(), api.clone());
            tasks.spawn(async move {
                let listed = list(&cluster, &api).await;
                (api, listed)
            });
        }
        let mut all = BTreeMap::new();
        while let Some(listed) = tasks.join_next().await {
            let (api, listed) = listed.map_err(super::run::panicked)?;
            match listed {
                Ok(objects) => all.extend(objects.into_iter().map(|object| (object.id(), form(&api, &object)))),
                Err(error) if has_no_lists(&error) => {}
                Err(error) => return Err(error.at(api.group_kind().to_string())),
            }
        }
        Ok(Self(all))
    }

    /// What differs between this and a later one.
    pub fn compare(&self, later: &Self) -> Difference {
        let mut difference = Difference::default();
        for (id, new) in &later.0 {
            match self.0.get(id) {
                Some(old) if old.uid != new.uid => difference.added.push(id.clone()),
                Some(old) if old.digest != new.digest => difference.changed.push(id.clone()),
                Some(_) => {}
                None => difference.added.push(id.clone()),
            }
        }
        difference.removed = self.0.keys().filter(|id| !later.0.contains_key(*id)).cloned().collect();
        difference
    }

    /// How many objects it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// All objects of a kind. A server that has just learned it asks for a moment's patience.
async fn list(cluster: &Cluster, api: &Api) -> Result<Vec<Object>> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut watch = Watch::metadata(cluster, api, None).listing();
        match watch.sync().await {
            Ok(objects) => return Ok(objects.values().cloned().collect()),
            Err(error) if error.is_retryable() && tries < TRIES => sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}

fn is_one_of(api: &Api, kinds: &[(&str, &str)]) -> bool {
    kinds.contains(&(api.group.as_str(), api.kind.as_str()))
}

fn has_no_lists(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound || super::engine::is_not_allowed(error)
}

fn form(api: &Api, object: &Object) -> Form {
    let part = |pointer: &str| object.get(pointer).cloned().unwrap_or_default();
    let shown = json!([
        part("/metadata/labels"),
        part("/metadata/annotations"),
        part("/metadata/generation"),
        part("/metadata/finalizers")
    ]);
    let digest = if is_one_of(api, RESTLESS) { String::new() } else { digest::of(&shown) };
    Form { uid: object.uid().to_owned(), digest }
}
