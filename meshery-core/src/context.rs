//! What every long call gets from its caller: a way to stop it and a place to report progress.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison::Verdict;
use crate::error::{Error, ErrorKind, Result};

/// A flag that any clone can raise and every long call looks at, at least every 100 ms.
///
/// ```
/// use meshery_core::Cancel;
///
/// let cancel = Cancel::new();
/// let elsewhere = cancel.clone();
/// elsewhere.cancel();
/// assert!(cancel.check().unwrap_err().is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises the flag. Safe in a signal handler; it cannot be lowered again.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the flag is raised.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// For `?` at the points where work can stop.
    ///
    /// # Errors
    /// [`Cancelled`](ErrorKind::Cancelled) once the flag is raised.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::new(ErrorKind::Cancelled, "stopped by the caller")) } else { Ok(()) }
    }
}

/// Something that happened during a long call.
///
/// ```
/// use meshery_core::Event;
///
/// let event = Event::RunStarted { arm: "envoy".into(), block: 1, run: 2, runs: 24 };
/// assert_eq!(serde_json::to_value(&event).unwrap()["event"], "run_started");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// What follows concerns this cell of a campaign. A comparison alone is not named.
    Cell {
        /// The workload's name.
        workload: String,
        /// The point of load's name; empty when there are no points.
        point: String,
    },
    /// A comparison or a campaign is about to begin, or to go on; `runs` are planned.
    ComparisonStarted {
        /// How many runs there will be.
        runs: u32,
        /// The seed of the order of runs.
        seed: u64,
    },
    /// An arm could not be set up, or failed a check: it gets no runs.
    ArmLeftOut {
        /// The arm's name.
        arm: String,
        /// What was seen.
        reason: String,
    },
    /// A step of a plan is being carried out.
    Step {
        /// What the step does, as a sentence.
        title: String,
    },
    /// A run begins.
    RunStarted {
        /// The arm's name.
        arm: String,
        /// The block, from 1.
        block: u32,
        /// The run's number, from 1.
        run: u32,
        /// How many runs are planned.
        runs: u32,
    },
    /// A load is under way; at most ten of these a second.
    Load {
        /// Requests that have ended so far.
        done: u64,
        /// Progress from 0 to 1.
        fraction: f64,
    },
    /// The warm-up is over and the measured window begins.
    WindowStarted,
    /// The measured window is over.
    WindowEnded,
    /// Something happened during an operation on a cluster.
    Operation(crate::lifecycle::OperationEvent),
    /// A run ended.
    RunFinished {
        /// The arm's name.
        arm: String,
        /// The run's number, from 1.
        run: u32,
        /// How many runs are planned.
        runs: u32,
        /// Median response time in nanoseconds; `None` when nothing was answered.
        p50_ns: Option<u64>,
        /// Whether the run can be trusted.
        valid: bool,
    },
    /// A verdict was reached.
    Judged {
        /// The arm's name.
        arm: String,
        /// The metric's name.
        metric: String,
        /// The verdict.
        verdict: Verdict,
    },
}

/// Receives [`Event`]s. Called from threads of meshery, so it must be quick.
///
/// ```
/// use meshery_core::{Event, Progress};
/// use std::sync::Mutex;
///
/// let seen = Mutex::new(Vec::new());
/// let progress = |event: &Event| seen.lock().unwrap().push(event.clone());
/// progress.report(&Event::Step { title: "start envoy".into() });
/// assert_eq!(seen.lock().unwrap().len(), 1);
/// ```
pub trait Progress: Send + Sync {
    /// Takes notice of an event.
    fn report(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> Progress for F {
    fn report(&self, event: &Event) {
        self(event);
    }
}

/// The caller's side of a long call: cancellation and progress.
///
/// ```
/// use meshery_core::{Cancel, Context};
///
/// let quiet = Context::default();
/// let stoppable = Context::new(Cancel::new(), |event: &meshery_core::Event| drop(event.clone()));
/// assert!(!quiet.cancel.is_cancelled() && !stoppable.cancel.is_cancelled());
/// ```
#[derive(Clone)]
pub struct Context {
    /// Raised when the caller wants the call to end.
    pub cancel: Cancel,
    progress: Arc<dyn Progress>,
}

impl Context {
    /// A context with a flag and a listener.
    pub fn new(cancel: Cancel, progress: impl Progress + 'static) -> Self {
        Self { cancel, progress: Arc::new(progress) }
    }

    /// Tells the listener.
    pub fn report(&self, event: &Event) {
        self.progress.report(event);
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new(Cancel::new(), |_: &Event| {})
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}
