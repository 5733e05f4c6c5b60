//! Work that blocks, beside whatever runtime the caller has.

use meshery_core::{Cancel, Error, ErrorKind, Result};

/// Does the work on a thread of its own. When the future is dropped, the work's flag is raised, so that what is forgotten
/// does not go on.
pub(crate) async fn on_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce(Cancel) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let forgotten = CancelOnDrop(Cancel::new());
    let flag = forgotten.0.clone();
    std::thread::Builder::new().name(name.into()).spawn(move || {
        // A receiver that is gone has dropped the future: nobody wants the result.
        let _ = sender.send(work(flag));
    })?;
    receiver.await.map_err(|_| Error::new(ErrorKind::Internal, "a thread ended without a result").at(name))?
}

struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
