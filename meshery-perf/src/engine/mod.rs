//! The native load engine: threads that share nothing, each with its connections, its share of the schedule and its
//! histograms, merged exactly at the end.

mod control;
mod percentiles;
mod thresholds;
mod validity;

#[cfg(target_os = "linux")]
mod ask;
#[cfg(target_os = "linux")]
mod collect;
#[cfg(target_os = "linux")]
mod conduct;
#[cfg(target_os = "linux")]
mod connection;
#[cfg(target_os = "linux")]
mod floor;
#[cfg(target_os = "linux")]
mod margin;
#[cfg(target_os = "linux")]
mod poller;
#[cfg(target_os = "linux")]
mod recorder;
mod sample;
#[cfg(target_os = "linux")]
mod series;
mod sessions;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod stamp;
#[cfg(target_os = "linux")]
mod watch;
#[cfg(target_os = "linux")]
mod worker;

use async_trait::async_trait;
use meshery_core::load::Tool;
use meshery_core::{Cancel, Context, Error, ErrorKind, LoadSpec, LoadTest, Measurement, Result};

/// The native load generator. Holds nothing: any number of loads can run at once, inside or outside an async runtime.
///
/// ```
/// use meshery_core::{LoadTest, LoadSpec};
///
/// let engine = meshery_perf::Engine::new();
/// assert_eq!(engine.tool().name, "meshery");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Engine;

impl Engine {
    /// An engine.
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl LoadTest for Engine {
    fn tool(&self) -> Tool {
        Tool { name: "meshery".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    async fn run(&self, spec: &LoadSpec, context: &Context) -> Result<Measurement> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let (spec, tool, context) = (spec.clone(), self.tool(), context.clone());
        // Raised when this future is dropped, so that a forgotten load does not go on.
        let dropped = CancelOnDrop(Cancel::new());
        let stop = dropped.0.clone();
        std::thread::Builder::new().name("meshery-load".into()).spawn(move || {
            // A receiver that is gone has dropped the future: nobody wants the result.
            let _ = sender.send(control::run(&spec, tool, &context, &stop));
        })?;
        receiver.await.map_err(|_| Error::new(ErrorKind::Internal, "the load thread ended without a result"))?
    }
}

struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
