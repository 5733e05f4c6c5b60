//! Kubernetes clusters: one door to the API server, and how it is spoken to.
//!
//! | module | holds |
//! |---|---|
//! | `request`, `answer` | [`Request`] and [`Answer`] as plain data |
//! | `transport` | [`Transport`]: the one door; tests put their own in front |
//! | `client` | the client behind it |
//! | `connect` | how a kubeconfig or a service account opens it |
//! | `elsewhere` | a door that needs no runtime of its callers |
//! | `discovery` | [`Discovery`]: which kinds there are, and under which path |
//! | `watch` | [`Watch`]: what is there, and each change to it, without a gap |
//!
//! Nothing here retries, waits or decides: that is the engine's business, who knows deadlines and whom to tell.

mod answer;
mod client;
mod connect;
mod discovery;
mod elsewhere;
mod objects;
mod request;
mod transport;
mod watch;

use std::sync::Arc;

use meshery_core::Result;

pub use answer::{Answer, Chunks};
pub(crate) use answer::{is_malformed, refusal};
pub use connect::{ClusterOptions, Credentials};
pub use discovery::{Api, Discovery};
pub use request::{Method, Request};
pub use transport::Transport;
pub(crate) use watch::METADATA_LIST;
pub use watch::{Change, Watch};

/// A connection to a Kubernetes API server. Cheap to clone.
///
/// ```no_run
/// use meshery_mesh::cluster::{Cluster, ClusterOptions, Request};
///
/// # async fn example() -> meshery_core::Result<()> {
/// let cluster = Cluster::connect(&ClusterOptions::default()).await?; // as kubectl would
/// let version: serde_json::Value = cluster.send(Request::get("/version")).await?.json().await?;
/// println!("{}", version["gitVersion"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Cluster {
    transport: Arc<dyn Transport>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").finish_non_exhaustive()
    }
}

impl Cluster {
    /// A cluster behind a door of one's own.
    pub fn over(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// The door.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// Sends one request, once.
    ///
    /// # Errors
    /// Those of [`Transport::send`]. What the server refuses is an answer.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        self.transport.send(request).await
    }
}
