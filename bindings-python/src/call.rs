//! The one door: a long call on a thread of its own.
//!
//! The thread has a runtime of its own and never touches the interpreter. It leaves events and its outcome in a mailbox,
//! which Python empties at its own pace; that is how signals are served and why no lock is held.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use meshery_core::{Cancel, Comparison, Context, Error, ErrorKind, Event, Result};
use meshery_mesh::ControlPlane;
use meshery_mesh::lifecycle::Snapshot;
use pyo3::prelude::*;

use crate::error::{or_raise, to_json};
use crate::local::LocalInstallation;

/// What a call ends with.
pub(crate) enum Outcome {
    Comparison(Box<Comparison>),
    ControlPlane(Box<ControlPlane>),
    Local(LocalInstallation),
    Snapshot(Snapshot),
    /// Anything that Python gets as JSON.
    Document(String),
}

#[derive(Default)]
struct Mailbox {
    events: Vec<Event>,
    outcome: Option<Result<Outcome>>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    mailbox: Mutex<Mailbox>,
    ended: Condvar,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Mailbox> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, outcome: Result<Outcome>) {
        let mut mailbox = self.open();
        mailbox.outcome = Some(outcome);
        mailbox.ended = true;
        self.ended.notify_all();
    }
}

/// A long call under way. Dropping it asks it to stop.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Call {
    cancel: Cancel,
    shared: Arc<Shared>,
}

impl Call {
    /// Starts the job on a thread of its own.
    pub(crate) fn start<Job, Work>(job: Job) -> Result<Self>
    where
        Job: FnOnce(Context) -> Work + Send + 'static,
        Work: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let (cancel, shared) = (Cancel::new(), Arc::<Shared>::default());
        let call = Self { cancel: cancel.clone(), shared: Arc::clone(&shared) };
        let listener = Arc::clone(&shared);
        let context = Context::new(cancel, move |event: &Event| listener.open().events.push(event.clone()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("meshery".into()).spawn(move || {
            // As a task, so that a panic becomes an error instead of a caller who waits for ever.
            let outcome = runtime.block_on(async { tokio::spawn(job(context)).await });
            let panicked = |error| Err(Error::new(ErrorKind::Internal, "a call ended in a panic").because(error));
            drop(runtime);
            shared.end(outcome.unwrap_or_else(panicked));
        })?;
        Ok(call)
    }
}

#[pymethods]
impl Call {
    /// Waits, at most for so many seconds, and tells whether the call has ended.
    fn wait(&self, py: Python<'_>, seconds: f64) -> bool {
        let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        py.detach(|| {
            let waited = self.shared.ended.wait_timeout_while(self.shared.open(), time, |mailbox| !mailbox.ended);
            waited.unwrap_or_else(PoisonError::into_inner).0.ended
        })
    }

    /// The events since the last time, each as JSON.
    fn events(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let events = std::mem::take(&mut self.shared.open().events);
        or_raise(py, events.iter().map(to_json).collect())
    }

    /// Asks the call to stop. It still ends by itself, after it has removed what it had set up.
    fn cancel(&self) {
        self.cancel.cancel();
    }

    /// What an ended call has found, once: an object with methods, or a document as JSON.
    fn take(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let outcome = self.shared.open().outcome.take();
        let none = || Err(Error::new(ErrorKind::Internal, "the call has no outcome to take"));
        match or_raise(py, outcome.unwrap_or_else(none))? {
            Outcome::Comparison(found) => Ok(Py::new(py, crate::comparison::Comparison(*found))?.into_any()),
            Outcome::ControlPlane(found) => {
                Ok(Py::new(py, crate::control_plane::ControlPlane::new(*found))?.into_any())
            }
            Outcome::Local(found) => Ok(Py::new(py, found)?.into_any()),
            Outcome::Snapshot(found) => Ok(Py::new(py, crate::snapshot::Snapshot(found))?.into_any()),
            Outcome::Document(found) => Ok(found.into_pyobject(py)?.into_any().unbind()),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
