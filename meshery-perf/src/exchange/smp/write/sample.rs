//! One or more measurements of the same load, taken together.

use std::time::Duration;

use meshery_core::{Measurement, Phase, Rate};
use serde_json::Map;

use crate::exchange::smp::Latency;

/// Measurements of the same load together.
pub(super) struct Sample<'a> {
    pub(super) first: &'a Measurement,
    pub(super) started_unix_ns: u64,
    pub(super) ended_unix_ns: u64,
    /// The windows of all.
    pub(super) window: Duration,
    pub(super) phase: Phase,
    answers: f64,
    knows_rate: bool,
}

impl<'a> Sample<'a> {
    /// `None` when there is no latency in any of them.
    pub(super) fn of(mut measurements: impl Iterator<Item = &'a Measurement>) -> Option<Self> {
        let mut sample = Self::new(measurements.next()?);
        measurements.for_each(|measurement| sample.add(measurement));
        (!sample.phase.response.is_empty()).then_some(sample)
    }

    fn new(first: &'a Measurement) -> Self {
        let mut sample = Self {
            first,
            started_unix_ns: first.started_unix_ns,
            ended_unix_ns: 0,
            window: Duration::ZERO,
            phase: Phase::default(),
            answers: 0.0,
            knows_rate: false,
        };
        sample.add(first);
        sample
    }

    fn add(&mut self, measurement: &Measurement) {
        let lasted = u64::try_from(measurement.window.as_nanos()).unwrap_or(u64::MAX);
        self.started_unix_ns = self.started_unix_ns.min(measurement.started_unix_ns);
        self.ended_unix_ns = self.ended_unix_ns.max(measurement.started_unix_ns.saturating_add(lasted));
        self.window += measurement.window;
        self.phase.merge(&measurement.measured);
        self.answers += measurement.throughput.map_or(0.0, Rate::get) * measurement.window.as_secs_f64();
        self.knows_rate |= measurement.throughput.is_some();
    }

    /// Answers per second of the windows.
    pub(super) fn throughput(&self) -> Option<f64> {
        (self.knows_rate && !self.window.is_zero()).then(|| self.answers / self.window.as_secs_f64())
    }

    /// The response time in milliseconds.
    pub(super) fn latency(&self) -> Latency {
        let times = &self.phase.response;
        let at = |quantile| times.quantile(quantile).map(millis);
        Latency {
            min: times.min().map(millis),
            average: times.mean().map(millis),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: times.max().map(millis),
            extra: Map::new(),
        }
    }
}

pub(super) fn millis(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}
