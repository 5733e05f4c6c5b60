//! A door that is used on a runtime of its own: neither requests nor connections need the runtime of whoever asks.

use std::sync::Arc;

use async_trait::async_trait;
use meshery_core::Result;
use tokio::runtime::Handle;

use super::{Answer, Cluster, Request, Transport};
use crate::process::background::run_on;

struct Elsewhere {
    inner: Arc<dyn Transport>,
    background: Handle,
}

#[async_trait]
impl Transport for Elsewhere {
    async fn send(&self, request: Request) -> Result<Answer> {
        let inner = Arc::clone(&self.inner);
        run_on(&self.background, async move { inner.send(request).await }).await
    }
}

impl Cluster {
    /// The same cluster for callers who come and go: its requests are sent in the background, where it was connected.
    pub(crate) fn sent_from(self, background: Handle) -> Self {
        Self::over(Arc::new(Elsewhere { inner: self.transport, background }))
    }
}
