//! What several watches say, in one stream.

use std::collections::BTreeSet;
use std::time::Duration;

use meshery_core::{GroupKind, Object, ObjectId, Result};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::cluster::{Api, Change, Cluster, Request, Watch};

/// After a watch that was refused or cut off.
const PAUSE: Duration = Duration::from_millis(100);
/// How many changes wait at most to be looked at; watches stand still meanwhile.
const QUEUE: usize = 1024;

/// Many watches, each on a task of its own. Dropping it ends them.
pub(in crate::lifecycle) struct Feed {
    cluster: Cluster,
    tasks: JoinSet<()>,
    sender: mpsc::Sender<Change>,
    receiver: mpsc::Receiver<Change>,
    /// Kinds, and the namespaces in which they are looked at; all where there is none.
    watched: BTreeSet<(GroupKind, Option<String>)>,
}

impl Feed {
    pub(in crate::lifecycle) fn new(cluster: &Cluster) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { cluster: cluster.clone(), tasks: JoinSet::new(), sender, receiver, watched: BTreeSet::new() }
    }

    /// Takes in a watch that has been looked at until now.
    pub(in crate::lifecycle) fn add(&mut self, kind: GroupKind, namespace: Option<&str>, mut watch: Watch) {
        self.watched.insert((kind, namespace.map(str::to_owned)));
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            loop {
                match watch.next().await {
                    Ok(change) => {
                        if sender.send(change).await.is_err() {
                            return;
                        }
                    }
                    // Whoever waits has a time limit, and says what he waited for.
                    Err(_) => sleep(PAUSE).await,
                }
            }
        });
    }

    /// Looks at a kind in a namespace from now on, unless that is done already.
    pub(in crate::lifecycle) fn watch(&mut self, api: &Api, namespace: Option<&str>, whole: bool) {
        let (kind, here) = (api.group_kind(), namespace.map(str::to_owned));
        if self.watched.contains(&(kind.clone(), here)) || self.watched.contains(&(kind, None)) {
            return;
        }
        let watch = if whole {
            Watch::new(&self.cluster, Request::get(api.path(namespace, None)))
        } else {
            Watch::metadata(&self.cluster, api, namespace)
        };
        self.add(api.group_kind(), namespace, watch);
    }

    /// The next change. It never ends by itself.
    pub(in crate::lifecycle) async fn next(&mut self) -> Change {
        match self.receiver.recv().await {
            Some(change) => change,
            // We hold a sender ourselves.
            None => std::future::pending().await,
        }
    }
}

/// Waits until an object with this uid is gone.
pub(in crate::lifecycle) async fn until_gone(cluster: &Cluster, api: &Api, id: &ObjectId, uid: &str) -> Result<()> {
    let path = api.path(id.namespace.as_deref(), None);
    let request = Request::get(path).query("fieldSelector", &format!("metadata.name={}", id.name));
    let mut watch = Watch::new(cluster, request);
    let is_it = |object: &Object| object.name() == id.name && (uid.is_empty() || object.uid() == uid);
    loop {
        match watch.next().await {
            Ok(Change::Gone(object)) if is_it(&object) => return Ok(()),
            Ok(Change::Seen(object)) if object.name() == id.name && !is_it(&object) => return Ok(()),
            Ok(Change::Synced) if !watch.known().values().any(is_it) => return Ok(()),
            Ok(_) => {}
            // The kind itself may be gone by now.
            Err(error) if error.kind() == meshery_core::ErrorKind::NotFound => return Ok(()),
            Err(_) => sleep(PAUSE).await,
        }
    }
}
