//! A process is led to another place than the port that it talks to, and back again, also when whoever led it is stopped or
//! gone.

use std::sync::Arc;
use std::time::Duration;

use meshery_core::plan::Detour;
use meshery_core::{Error, ErrorKind, Result};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinHandle;

use super::super::http::{Answer, Header, connect, get};
use super::super::site::{Ground, Site, Twin};
use super::{Hop, PATIENCE};
use crate::cluster::Cluster;
use crate::process::wait::within;

/// Between two requests that are to show whether it has been led there.
const PAUSE: Duration = Duration::from_millis(10);

/// A process that is led elsewhere. It goes [`back`](Self::back) at the end, and also when this is dropped; then it is
/// [`Site::settled`] that waits for it.
pub(super) struct Led {
    /// Where requests enter.
    entry: String,
    way_back: Option<WayBack>,
    /// Held for as long as it is asked.
    _twin: Option<Twin>,
}

/// What has to be written again. The background of the control plane does it: whoever wanted the detour may be gone.
struct WayBack {
    background: Handle,
    cluster: Cluster,
    path: String,
    patch: Value,
    entry: String,
    _moved: OwnedMutexGuard<()>,
}

impl Led {
    /// Leads a process to a loopback port instead of the one that it talks to.
    pub(super) async fn to(instead: u16, site: &Site, ground: &Ground, hop: &Hop<'_>) -> Result<Self> {
        match hop.detour {
            Detour::Twin => {
                let twin = site.twin(hop.process, hop.port, instead, ground).await?;
                Ok(Self { entry: twin.entry.clone(), way_back: None, _twin: Some(twin) })
            }
            Detour::Object { cluster, path, patch } => {
                let moved = Arc::clone(&site.moved).lock_owned().await;
                let kubernetes = site.kubernetes(cluster)?;
                let (background, cluster) = (kubernetes.plane.background().clone(), kubernetes.cluster.clone());
                let entry = site.entry().to_owned();
                let mut there = site.references.clone();
                there.ports.insert(hop.port.to_owned(), instead);
                let (there, back) = (there.json(patch)?, site.references.json(patch)?);
                let way_back = WayBack {
                    background,
                    cluster: cluster.clone(),
                    path: path.clone(),
                    patch: back,
                    entry: entry.clone(),
                    _moved: moved,
                };
                let led = Self { entry, way_back: Some(way_back), _twin: None };
                cluster.merge(path.clone(), &there).await.map_err(|error| error.at(path))?;
                Ok(led)
            }
            _ => Err(Error::new(ErrorKind::Unsupported, "a local host does not know this detour")),
        }
    }

    /// Requests until one was seen at the other place; the answer is that of the next.
    pub(super) async fn ask_until(&self, seen: impl Fn() -> bool, header: Option<Header<'_>>) -> Result<Answer> {
        within(PATIENCE, "the way to the other place", async {
            loop {
                let led = seen();
                let answer = get(connect(&self.entry).await?, &self.entry, "/", header).await?;
                if led {
                    return Ok(answer);
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
        .await
    }

    /// Leads it back, and waits until requests are answered again. The other place must be gone by now.
    pub(super) async fn back(mut self) -> Result<()> {
        let Some(way_back) = self.way_back.take() else { return Ok(()) };
        let gone = |error| Error::new(ErrorKind::Internal, "the way back has no end").because(error);
        way_back.start().await.map_err(gone)?
    }
}

impl Drop for Led {
    fn drop(&mut self) {
        if let Some(way_back) = self.way_back.take() {
            drop(way_back.start());
        }
    }
}

impl WayBack {
    /// Goes to its end, whether anybody waits for it or not.
    fn start(self) -> JoinHandle<Result<()>> {
        let background = self.background.clone();
        background.spawn(async move { self.go().await })
    }

    async fn go(&self) -> Result<()> {
        let written = self.cluster.merge(self.path.clone(), &self.patch);
        within(PATIENCE, "the way back", written).await.map_err(|error| error.at(&self.path))?;
        let answered = async {
            loop {
                let answer = get(connect(&self.entry).await?, &self.entry, "/", None).await?;
                if answer.is_success() {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        // A mesh that never answers has a check of its own for that.
        let _ = within(PATIENCE, "the answer", answered).await;
        Ok(())
    }
}
