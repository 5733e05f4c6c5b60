//! From what the threads bring back to a measurement.

use std::time::Duration;

use meshery_core::measurement::GeneratorUse;
use meshery_core::response_check::CheckFailures;
use meshery_core::{Measurement, Rate};

use super::sample::Sampled;
use super::series::Series;
use super::worker::Harvest;
use super::{percentiles, thresholds, validity};
use crate::pace::{Planned, nanos};

/// What is known of a load beside its requests.
pub(super) struct Frame {
    /// What the schedule asked for; `None` in a closed loop.
    pub(super) planned: Option<Planned>,
    /// The length of the window, where it does not follow from the last answer.
    pub(super) window: Option<Duration>,
    /// Stolen time, before and after.
    pub(super) steal: (Option<Duration>, Option<Duration>),
    /// Why the load ended before its time.
    pub(super) ended_early: Option<validity::Early>,
}

pub(super) fn collect(measurement: &mut Measurement, frame: &Frame, harvests: Vec<Harvest>) {
    let (mut sent, mut answered) = (0, 0);
    let mut series = Series::default();
    let mut blocks = Vec::new();
    let stolen = frame.steal.1.zip(frame.steal.0).map(|(after, before)| after.saturating_sub(before));
    measurement.generator = GeneratorUse {
        threads: measurement.spec.threads,
        involuntary_switches: Some(0),
        steal: stolen,
        ..GeneratorUse::default()
    };
    for harvest in harvests {
        let mut recorder = harvest.recorder;
        sent = sent.max(recorder.last_sent);
        answered = answered.max(recorder.last_answer);
        series.merge(std::mem::take(&mut recorder.series));
        blocks.extend(std::mem::take(&mut recorder.sampler).finish());
        merge_failures(&mut measurement.check_failures, std::mem::take(&mut recorder.failures));
        let used = &mut measurement.generator;
        used.cpu += harvest.used.cpu;
        let switches = used.involuntary_switches.zip(harvest.used.involuntary_switches);
        used.involuntary_switches = switches.map(|(sum, more)| sum + more);
        let (warm_up, measured) = recorder.finish(harvest.traffic.0, harvest.traffic.1);
        measurement.warm_up.merge(&warm_up);
        measurement.measured.merge(&measured);
    }
    measurement.check_failures.retain(|failures| failures.count > 0);
    rates(measurement, frame, sent, answered);
    measurement.series = series.finish(measurement.window);
    finish(measurement, frame, &blocks);
}

/// What follows from all that was counted.
fn finish(measurement: &mut Measurement, frame: &Frame, blocks: &[Vec<Sampled>]) {
    let independence = validity::independence(blocks);
    let answers = measurement.measured.response.count() as f64;
    measurement.percentiles = percentiles::estimate(&measurement.measured.response, answers * independence);
    measurement.thresholds = thresholds::judge(&measurement.spec.thresholds, &measurement.measured, measurement.window);
    measurement.validity = validity::judge(measurement, blocks, frame.ended_early);
}

fn rates(measurement: &mut Measurement, frame: &Frame, sent: u64, answered: u64) {
    let warm_up = nanos(measurement.spec.warm_up);
    let window = frame.window.unwrap_or(Duration::from_nanos(answered.saturating_sub(warm_up)));
    measurement.window = window;
    measurement.asked =
        frame.planned.and_then(|planned| Rate::per_second(planned.count as f64 / planned.time.as_secs_f64()).ok());
    // Whoever sends or answers late takes longer than the window: the rates say so.
    let per_second = |count: u64, until: u64| {
        let time = window.max(Duration::from_nanos(until.saturating_sub(warm_up)));
        Rate::per_second(count as f64 / time.as_secs_f64()).ok()
    };
    let counts = &measurement.measured.counts;
    measurement.achieved = per_second(counts.sent, sent);
    measurement.throughput = per_second(measurement.measured.service.count(), answered);
}

fn merge_failures(all: &mut Vec<CheckFailures>, more: Vec<CheckFailures>) {
    if all.is_empty() {
        *all = more;
        return;
    }
    for (sum, part) in all.iter_mut().zip(more) {
        sum.count += part.count;
        let room = CheckFailures::SAMPLES - sum.samples.len();
        sum.samples.extend(part.samples.into_iter().take(room));
    }
}
