//! Waiting for what comes next: precisely, and without burning a processor where that is not asked for.

use std::io;
use std::time::{Duration, SystemTime};

use meshery_core::load::Wait;

use super::super::poller::{Patience, Ready, doze};
use super::super::stamp;
use super::Worker;
use crate::pace::Arrival;

/// Answers wait in the kernel, stamped, for at most so long, in nanoseconds: a request that is due so soon would wake this
/// thread anyway, and a second waking costs more than all that it has to do.
const DOZE: u64 = 250_000;
/// How long to look at every answer at once after one that came in pieces: its sender may wait for room.
const ATTENTIVE: u64 = 100_000_000;

/// How this thread has waited, and will.
pub(super) struct Waiting {
    /// The due time that the last sleep was for.
    awake_for: u64,
    /// Whether it slept with its back to the sockets, and has not looked at them since.
    dozed: bool,
    /// When it last looked at them before it slept; `None` while it is awake.
    slept_since: Option<u64>,
    /// Until when it does not doze.
    attentive: u64,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self { awake_for: u64::MAX, dozed: false, slept_since: None, attentive: 0 }
    }

    /// Whether what is read now may have waited for this thread to wake.
    pub(super) fn slept(&self) -> bool {
        self.slept_since.is_some()
    }

    /// When that came, which has been read at this time.
    pub(super) fn arrived(&self, stamp: Option<SystemTime>, now: u64) -> u64 {
        let oldest = self.slept_since.map(|since| now.saturating_sub(since));
        let age = oldest.zip(stamp).and_then(|(oldest, stamp)| stamp::age(stamp, oldest));
        now - age.unwrap_or(0)
    }

    /// An answer came in pieces.
    pub(super) fn attend(&mut self, now: u64) {
        self.attentive = now + ATTENTIVE;
    }
}

impl Worker {
    /// Waits for events, at most until the next request is due or the next sweep.
    pub(super) fn wait(&mut self, next: Arrival, ready: &mut Vec<Ready>) -> io::Result<()> {
        if std::mem::take(&mut self.waiting.dozed) {
            return self.poller.wait(Patience::None, ready);
        }
        self.waiting.slept_since = None;
        let now = self.now();
        let sweep = self.next_sweep.saturating_sub(now);
        match (self.job.wait, next) {
            (Wait::Spin, _) => self.poller.wait(Patience::None, ready),
            (wait, Arrival::Later(at)) => {
                let left = at.saturating_sub(now);
                let awake = match wait {
                    // It has slept for this one, and stays awake.
                    Wait::Hybrid if self.waiting.awake_for == at => left,
                    Wait::Hybrid => self.margin.of(left),
                    _ => 0,
                };
                // Precise up to a sweep as well: a request may be due right after it.
                self.sleep(now, (left - awake).min(sweep), at, ready)
            }
            _ => self.poller.wait(Patience::Coarse(Duration::from_nanos(sweep)), ready),
        }
    }

    /// Sleeps for a request that is due at a time, and learns how precisely this machine does that.
    pub(super) fn sleep(&mut self, now: u64, time: u64, due: u64, ready: &mut Vec<Ready>) -> io::Result<()> {
        if time == 0 {
            return self.poller.wait(Patience::None, ready);
        }
        self.waiting.slept_since = Some(now);
        self.waiting.dozed = time <= DOZE && now >= self.waiting.attentive && self.has_room();
        let time_left = Duration::from_nanos(time);
        if self.waiting.dozed {
            doze(time_left);
        } else {
            self.poller.wait(Patience::Precise(time_left), ready)?;
        }
        if ready.is_empty() {
            // The timer ended the sleep, and no event.
            self.margin.learn(self.now().saturating_sub(now + time));
            if now + time < self.next_sweep {
                self.waiting.awake_for = due;
            }
        }
        Ok(())
    }
}
