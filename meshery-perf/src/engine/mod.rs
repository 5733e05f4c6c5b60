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
use meshery_core::{Context, LoadSpec, LoadTest, Measurement, Result};

use crate::blocking;
pub(crate) use thresholds::judge as judge_thresholds;

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

    fn check(&self, spec: &LoadSpec) -> Result<()> {
        control::check(spec).map(drop)
    }

    async fn run(&self, spec: &LoadSpec, context: &Context) -> Result<Measurement> {
        let (spec, tool, context) = (spec.clone(), self.tool(), context.clone());
        blocking::on_thread("meshery-load", move |stop| control::run(&spec, tool, &context, &stop)).await
    }
}
