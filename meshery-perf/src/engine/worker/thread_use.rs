//! What a load thread uses of the machine.

use std::time::Duration;

use super::super::poller;

/// What a thread has used of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine) struct ThreadUse {
    pub(in crate::engine) cpu: Duration,
    pub(in crate::engine) involuntary_switches: Option<u64>,
}

impl ThreadUse {
    pub(super) fn now() -> Self {
        Self { cpu: poller::thread_cpu(), involuntary_switches: crate::telemetry::involuntary_switches() }
    }

    pub(super) fn since(self, before: Self) -> Self {
        let switches = self.involuntary_switches.zip(before.involuntary_switches);
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            involuntary_switches: switches.map(|(after, before)| after.saturating_sub(before)),
        }
    }
}
