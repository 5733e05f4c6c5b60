//! A process is led to another place than the port that it talks to, and back again.

use std::time::Duration;

use meshery_core::plan::Detour;
use meshery_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::super::http::{Answer, Header, connect, get};
use super::super::site::{Ground, Site, Twin};
use super::{Hop, PATIENCE};
use crate::cluster::Cluster;
use crate::process::wait::within;

/// Between two requests that are to show whether it has been led there.
const PAUSE: Duration = Duration::from_millis(10);

/// A process that is led elsewhere. It goes [`back`](Self::back) at the end, and also when this is dropped, but then
/// nobody waits for it.
pub(super) struct Led {
    /// Where requests enter.
    entry: String,
    way_back: Option<WayBack>,
    /// Held for as long as it is asked.
    _twin: Option<Twin>,
}

/// What has to be written again.
struct WayBack {
    cluster: Cluster,
    path: String,
    patch: Value,
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
                let cluster = site.kubernetes(cluster)?.cluster.clone();
                let mut there = site.references.clone();
                there.ports.insert(hop.port.to_owned(), instead);
                let (there, back) = (there.json(patch)?, site.references.json(patch)?);
                let way_back = Some(WayBack { cluster: cluster.clone(), path: path.clone(), patch: back });
                let led = Self { entry: site.entry().to_owned(), way_back, _twin: None };
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
        way_back.go().await?;
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
        let _ = within(PATIENCE, "the way back", answered).await;
        Ok(())
    }
}

impl Drop for Led {
    fn drop(&mut self) {
        if let Some(way_back) = self.way_back.take() {
            tokio::spawn(async move { way_back.go().await });
        }
    }
}

impl WayBack {
    async fn go(self) -> Result<()> {
        let Self { cluster, path, patch } = self;
        cluster.merge(path.clone(), &patch).await.map(drop).map_err(|error| error.at(path))
    }
}
