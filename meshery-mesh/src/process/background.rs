//! Work that goes on in the background of an owner, on a thread of its own: it neither needs the caller's runtime nor
//! outlives the owner.

use std::thread::{self, JoinHandle};

use meshery_core::{Error, ErrorKind, Result};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// A thread with a runtime. Dropping it gives up all work on it, and waits for the thread.
pub(crate) struct Background {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    pub(crate) fn start(name: &str) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            // An owner that is gone without a word has gone all the same.
            let _ = runtime.block_on(stopped);
        };
        let thread = thread::Builder::new().name(name.into()).spawn(run)?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }

    /// The runtime of the thread, which is no reason for it to go on.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Does work on the thread, as [`run_on`] does.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        run_on(&self.handle, work).await
    }
}

/// Does work in a background, and waits for what it comes to. What the work starts stays there. Giving the wait up gives up
/// the work.
pub(crate) async fn run_on<T: Send + 'static>(
    background: &Handle,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let mut tasks = JoinSet::new();
    tasks.spawn_on(work, background);
    let gone = || Error::new(ErrorKind::Internal, "the thread of the background has ended");
    match tasks.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) => Err(gone().because(error)),
        None => Err(gone()),
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say, not even that it panicked.
            let _ = thread.join();
        }
    }
}
