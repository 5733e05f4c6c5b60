//! Watching a running load: passes cancellation on, tells the listener, and ends the load when its results say so.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use meshery_core::{Cancel, Context, Event, LoadSpec, Phase, Stop};

use super::signals::Signals;
use super::validity::Early;
use super::worker::Harvest;
use super::{percentiles, thresholds};
use crate::pace::{Planned, nanos};

/// How often the listener hears of progress.
const TICK: Duration = Duration::from_millis(100);

pub(super) struct Watch<'a> {
    /// The load as the caller asked for it.
    pub(super) asked: &'a LoadSpec,
    /// The load as it is scheduled.
    pub(super) spec: &'a LoadSpec,
    pub(super) planned: Option<Planned>,
    pub(super) context: &'a Context,
    pub(super) stop: &'a Cancel,
    pub(super) signals: &'a Signals,
    pub(super) epoch: Instant,
}

impl Watch<'_> {
    /// Returns when all threads have finished; why they did so before their time, if they did.
    pub(super) fn until_finished(&self, threads: &[JoinHandle<std::io::Result<Harvest>>]) -> Option<Early> {
        let early = Cell::new(None);
        let window_end = self.window().map(|time| self.spec.warm_up + time);
        let mut marks = [(Some(self.spec.warm_up), Event::WindowStarted), (window_end, Event::WindowEnded)].into_iter();
        let mut mark = marks.next();
        while !threads.iter().all(JoinHandle::is_finished) {
            if self.context.cancel.is_cancelled() || self.stop.is_cancelled() {
                self.signals.cancel.cancel();
                early.set(Some(Early::Cancelled));
            }
            let passed = self.epoch.elapsed();
            if early.get().is_none() {
                early.set(self.enough(passed));
            }
            match &mark {
                Some((Some(at), event)) if passed >= *at => {
                    self.context.report(event);
                    mark = marks.next();
                }
                Some((Some(at), _)) => std::thread::sleep(TICK.min(at.saturating_sub(passed))),
                _ => std::thread::sleep(TICK.min(Duration::from_millis(20))),
            }
            let done = self.signals.done.load(Ordering::Relaxed);
            self.context.report(&Event::Load { done, fraction: self.fraction(passed) });
        }
        // A load that ended before its marks (a count, a cancellation) still tells of both.
        for (_, event) in mark.into_iter().chain(marks) {
            self.context.report(&event);
        }
        early.get()
    }

    /// Ends the load when its results so far say that it has gone on for long enough, or gone wrong.
    fn enough(&self, passed: Duration) -> Option<Early> {
        let window = passed.checked_sub(self.spec.warm_up).filter(|window| !window.is_zero())?;
        let so_far = self.signals.so_far()?;
        let early = if thresholds::is_broken(&self.asked.thresholds, &so_far, window) {
            Early::Threshold
        } else if self.is_precise(&so_far) {
            Early::Precise
        } else {
            return None;
        };
        self.signals.finish_at(nanos(self.epoch.elapsed()));
        Some(early)
    }

    fn is_precise(&self, so_far: &Phase) -> bool {
        let Stop::Precision(wanted) = &self.asked.stop else { return false };
        let count = so_far.response.count() as f64;
        let known = percentiles::interval(&so_far.response, wanted.percentile / 100.0, count);
        known.is_some_and(|[value, low, high]| {
            high.saturating_sub(low).as_secs_f64() / 2.0 <= value.as_secs_f64() * wanted.within
        })
    }

    /// The length of the measured window, where it is known beforehand.
    pub(super) fn window(&self) -> Option<Duration> {
        match (self.planned, &self.spec.stop) {
            (Some(planned), _) => Some(planned.time),
            (None, Stop::Duration(time)) => Some(*time),
            _ => None,
        }
    }

    fn fraction(&self, passed: Duration) -> f64 {
        let fraction = match (self.window(), &self.spec.stop) {
            (Some(time), _) => passed.as_secs_f64() / (self.spec.warm_up + time).as_secs_f64(),
            (None, Stop::Count(count)) => self.signals.done.load(Ordering::Relaxed) as f64 / *count as f64,
            _ => 0.0,
        };
        fraction.clamp(0.0, 1.0)
    }
}
