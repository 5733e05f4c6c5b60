//! What components of a mesh used during a load, from a Prometheus.
//!
//! | module | holds |
//! |---|---|
//! | `client` | the HTTP API: raw samples, range queries, the server's clock |
//! | `http` | one request: TLS, credentials, a limit, a timeout |
//! | `counter` | how much a counter grew between two instants; pure |
//! | `recipe` | which series tell processor time and memory, one file per exporter |
//!
//! Counters are not asked for as `rate()`, which extrapolates and is aligned to the server's steps: the raw samples, with
//! the times of their scrapes, are interpolated to the edges of the load's window.

mod client;
pub mod counter;
mod http;
pub mod recipe;

use std::time::Duration;

use meshery_core::comparison::ProcessUse;
use meshery_core::plan::Role;
use meshery_core::{Context, Error, ErrorKind, Result};

pub use client::{Clock, Prometheus, Series};
pub use http::{Credentials, Endpoint};

use counter::{Window, grew, level};
use recipe::Recipe;

/// How long to wait for the scrapes after a window.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often to look whether they are there.
const LOOK: Duration = Duration::from_millis(500);
/// How far around the window samples are asked for.
const AROUND: Duration = Duration::from_secs(150);

/// Something that uses processor time and memory.
///
/// ```
/// use meshery_core::plan::Role;
/// use meshery_perf::telemetry::prometheus::{Component, recipe};
///
/// let sidecar = Component {
///     name: "client".into(),
///     role: Role::Proxy,
///     recipe: recipe::by_name("cadvisor")?,
///     matchers: r#"container="istio-proxy",namespace="shop""#.into(),
/// };
/// assert!(sidecar.recipe.cpu(&sidecar.matchers).starts_with("container_cpu_usage_seconds_total{"));
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name in reports.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// Which series tell of it.
    pub recipe: &'static Recipe,
    /// Which of them, as PromQL writes it: `job="node",instance="a:9100"`.
    pub matchers: String,
}

impl Prometheus {
    /// What components used between two instants of this machine's clock, in time since the Unix epoch. Waits for the
    /// scrape after the window. The server's clock may differ: its offset is measured and taken into account.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a component without series or without samples around the window, with
    /// what there is: never zero in place of not known; [`Timeout`](ErrorKind::Timeout) when the scrape after the window
    /// does not come; those of the requests.
    pub async fn usage(
        &self,
        components: &[Component],
        (start, end): (Duration, Duration),
        context: &Context,
    ) -> Result<Vec<ProcessUse>> {
        let clock = self.clock(context).await?;
        let window = Window { start: clock.there(start), end: clock.there(end) };
        let mut used = Vec::new();
        for component in components {
            used.push(self.used(component, window, context).await.map_err(|error| error.at(&component.name))?);
        }
        Ok(used)
    }

    async fn used(&self, component: &Component, window: Window, context: &Context) -> Result<ProcessUse> {
        let recipe = component.recipe;
        let counters = self.around(&recipe.cpu(&component.matchers), window, context).await?;
        let seconds = counters.iter().map(|series| grew(&series.samples, window)).sum::<Result<f64>>()?;
        let (mut now, mut peak) = (0.0, 0.0);
        for (sign, selector) in recipe.memory(&component.matchers) {
            for series in self.around(&selector, window, context).await? {
                let found = level(&series.samples, window)?;
                now += sign * found.last;
                peak += sign * if sign > 0.0 { found.most } else { found.least };
            }
        }
        Ok(ProcessUse {
            name: component.name.clone(),
            role: component.role,
            cpu: Duration::try_from_secs_f64(seconds).map_err(|error| {
                Error::new(ErrorKind::Protocol, "a counter of processor time that shrank").found(error.to_string())
            })?,
            memory_bytes: now.max(0.0) as u64,
            peak_memory_bytes: peak.max(now).max(0.0) as u64,
        })
    }

    /// The raw samples of a window and around it; waits until there is one after its end.
    async fn around(&self, selector: &str, window: Window, context: &Context) -> Result<Vec<Series>> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let series =
                self.samples(selector, (window.start.saturating_sub(AROUND), window.end + AROUND), context).await?;
            if series.is_empty() {
                return Err(Error::invalid("matchers", "no series match").found(selector));
            }
            let is_after = |series: &Series| series.samples.last().is_some_and(|(at, _)| *at >= window.end);
            // A series that ended, as that of a pod that is gone, gets no further sample.
            if series.iter().any(is_after) {
                return Ok(series);
            }
            if tokio::time::Instant::now() >= until {
                return Err(Error::new(ErrorKind::Timeout, "no scrape after the window").found(selector));
            }
            context.cancel.check()?;
            tokio::time::sleep(LOOK).await;
        }
    }
}
