//! Waiting for what comes next: precisely, and without burning a processor where that is not asked for.

use std::io;
use std::time::Duration;

use meshery_core::load::Wait;

use super::super::poller::{Patience, Ready};
use super::Worker;
use crate::pace::Arrival;

impl Worker {
    /// Waits for events, at most until the next request is due or the next sweep.
    pub(super) fn wait(&mut self, next: Arrival, ready: &mut Vec<Ready>) -> io::Result<()> {
        let now = self.now();
        let sweep = self.next_sweep.saturating_sub(now);
        let patience = match (self.job.wait, next) {
            (Wait::Spin, _) => Patience::None,
            (Wait::Hybrid, Arrival::Later(_)) if self.on_the_way > 0 && now < self.last_write + self.soon.awake() => {
                Patience::None
            }
            (wait, Arrival::Later(at)) => {
                let left = at.saturating_sub(now);
                let awake = match wait {
                    // It has slept for this one, and stays awake.
                    Wait::Hybrid if self.awake_for == at => left,
                    Wait::Hybrid => self.margin.of(left),
                    _ => 0,
                };
                // Precise up to a sweep as well: a request may be due right after it.
                return self.sleep(now, (left - awake).min(sweep), at, ready);
            }
            _ => Patience::Coarse(Duration::from_nanos(sweep)),
        };
        self.poller.wait(patience, ready)
    }

    /// Sleeps for a request that is due at a time, and learns how precisely this machine does that.
    pub(super) fn sleep(&mut self, now: u64, time: u64, due: u64, ready: &mut Vec<Ready>) -> io::Result<()> {
        if time == 0 {
            return self.poller.wait(Patience::None, ready);
        }
        self.poller.wait(Patience::Precise(Duration::from_nanos(time)), ready)?;
        if ready.is_empty() {
            // The timer ended the sleep, and no event.
            self.margin.learn(self.now().saturating_sub(now + time));
            if now + time < self.next_sweep {
                self.awake_for = due;
            }
        }
        Ok(())
    }
}
