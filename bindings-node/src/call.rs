//! The one door: a long call on a thread of its own.
//!
//! The thread has a runtime of its own and never touches JavaScript. Events and the outcome are queued for the thread of
//! the caller, in order; the queue keeps the process alive until the call has ended.

use std::sync::Arc;

use meshery_core::{Cancel, Comparison, Context, Error, ErrorKind, Event, Result};
use meshery_mesh::ControlPlane;
use meshery_mesh::lifecycle::Snapshot;
use napi::bindgen_prelude::{Either4, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use crate::comparison::Comparison as Found;
use crate::control_plane::ControlPlane as Plane;
use crate::error::{described, to_json};
use crate::local::LocalInstallation;
use crate::snapshot::Snapshot as Shot;

/// What a call ends with.
pub(crate) enum Outcome {
    Comparison(Box<Comparison>),
    ControlPlane(Box<ControlPlane>),
    Local(LocalInstallation),
    Snapshot(Snapshot),
    /// Anything that JavaScript gets as JSON.
    Document(String),
}

/// Event, object, document or error: one of them is there. All but the object are JSON.
type Message = (Option<String>, Option<Either4<Found, Plane, Shot, LocalInstallation>>, Option<String>, Option<String>);

/// The function that a caller is told by.
pub(crate) type Listener<'a> = Function<'a, FnArgs<Message>, ()>;

type Queue = ThreadsafeFunction<FnArgs<Message>, (), FnArgs<Message>, napi::Status, false>;

/// A long call under way. Losing it asks it to stop.
#[napi]
pub(crate) struct Call(Cancel);

impl Call {
    /// Starts the job on a thread of its own.
    pub(crate) fn start<Job, Work>(listener: &Listener<'_>, job: Job) -> Result<Self>
    where
        Job: FnOnce(Context) -> Work + Send + 'static,
        Work: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let queue = listener.build_threadsafe_function().build().map_err(|error| {
            Error::new(ErrorKind::Internal, format!("Node.js gives no queue to report by: {error}"))
        })?;
        let queue: Arc<Queue> = Arc::new(queue);
        let (cancel, events) = (Cancel::new(), Arc::clone(&queue));
        let context = Context::new(cancel.clone(), move |event: &Event| {
            send(&events, (to_json(event).ok(), None, None, None));
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("meshery".into()).spawn(move || {
            // As a task, so that a panic becomes an error instead of a promise that is pending for ever.
            let outcome = runtime.block_on(async { tokio::spawn(job(context)).await });
            let panicked = |error| Err(Error::new(ErrorKind::Internal, "a call ended in a panic").because(error));
            drop(runtime);
            send(&queue, message(outcome.unwrap_or_else(panicked)));
        })?;
        Ok(Self(cancel))
    }
}

#[napi]
impl Call {
    /// Asks the call to stop. It still ends by itself, after it has removed what it had set up.
    #[napi]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn message(outcome: Result<Outcome>) -> Message {
    let ended = outcome.map(|outcome| match outcome {
        Outcome::Comparison(found) => (None, Some(Either4::A(Found(*found))), None, None),
        Outcome::ControlPlane(found) => (None, Some(Either4::B(Plane::new(*found))), None, None),
        Outcome::Snapshot(found) => (None, Some(Either4::C(Shot(found))), None, None),
        Outcome::Local(found) => (None, Some(Either4::D(found)), None, None),
        Outcome::Document(found) => (None, None, Some(found), None),
    });
    ended.unwrap_or_else(|error| (None, None, None, Some(described(&error))))
}

fn send(queue: &Queue, message: Message) {
    // The only thing that can be wrong is that nobody is there any more to listen.
    let _ = queue.call(message.into(), ThreadsafeFunctionCallMode::NonBlocking);
}
