//! What became of every request of one thread, in a form cheap enough for the hot path.

use meshery_core::{Counts, Fate, Phase};

use crate::pace::Due;

/// A request on its way: when it was meant, taken up and written, in nanoseconds since the start of the load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) due: Due,
    pub(super) sent: u64,
}

/// The end of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) fate: Fate,
    pub(super) status: Option<u16>,
    pub(super) at: u64,
}

/// One part of the load (see [`Phase`]) while it is being recorded.
struct Tally {
    phase: Phase,
    fates: [u64; Fate::ALL.len()],
    statuses: Vec<u64>,
}

impl Tally {
    fn new() -> Self {
        Self { phase: Phase::default(), fates: [0; Fate::ALL.len()], statuses: vec![0; 1000] }
    }

    fn finish(mut self) -> Phase {
        let counts = &mut self.phase.counts;
        for (fate, count) in Fate::ALL.into_iter().zip(self.fates).filter(|(_, count)| *count > 0) {
            let part = Counts {
                scheduled: count,
                sent: if fate.was_sent() { count } else { 0 },
                fates: [(fate, count)].into(),
                statuses: [].into(),
            };
            counts.merge(&part);
        }
        let seen = self.statuses.iter().enumerate().filter(|(_, count)| **count > 0);
        counts.statuses = seen.map(|(status, count)| (status as u16, *count)).collect();
        self.phase
    }
}

pub(super) struct Recorder {
    warm_up: Tally,
    measured: Tally,
    /// When the last measured request was written.
    pub(super) last_sent: u64,
    /// When the last measured request was answered.
    pub(super) last_answer: u64,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self { warm_up: Tally::new(), measured: Tally::new(), last_sent: 0, last_answer: 0 }
    }

    fn tally(&mut self, due: Due) -> &mut Tally {
        if due.measured { &mut self.measured } else { &mut self.warm_up }
    }

    /// The engine took a request up at `now`.
    pub(super) fn taken(&mut self, due: Due, now: u64) {
        self.tally(due).phase.own_lag.record_nanos(now.saturating_sub(due.at));
    }

    /// A request was written.
    pub(super) fn sent(&mut self, request: Request) {
        self.tally(request.due).phase.send_lag.record_nanos(request.sent.saturating_sub(request.due.at));
        if request.due.measured {
            self.last_sent = request.sent;
        }
    }

    /// A request that was written ended.
    pub(super) fn ended(&mut self, request: Request, outcome: Outcome) {
        let answered = matches!(outcome.fate, Fate::Ok | Fate::Status);
        let tally = self.tally(request.due);
        if answered {
            tally.phase.service.record_nanos(outcome.at.saturating_sub(request.sent));
        }
        tally.close(request.due, outcome);
        if answered && request.due.measured {
            self.last_answer = outcome.at;
        }
    }

    /// A request ended that was never written.
    pub(super) fn unsent(&mut self, due: Due, fate: Fate, at: u64) {
        self.tally(due).close(due, Outcome { fate, status: None, at });
    }

    /// The warm-up and the measured window.
    pub(super) fn finish(self) -> (Phase, Phase) {
        (self.warm_up.finish(), self.measured.finish())
    }
}

impl Tally {
    fn close(&mut self, due: Due, outcome: Outcome) {
        self.fates[slot(outcome.fate)] += 1;
        if let Some(count) = outcome.status.and_then(|status| self.statuses.get_mut(usize::from(status))) {
            *count += 1;
        }
        // What was given up keeps its age (see `Phase::response`); a connection fault has no response time.
        if matches!(outcome.fate, Fate::Ok | Fate::Status | Fate::Timeout | Fate::NotSent) {
            self.phase.response.record_nanos(outcome.at.saturating_sub(due.at));
        }
    }
}

fn slot(fate: Fate) -> usize {
    Fate::ALL.iter().position(|other| *other == fate).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_stay_apart_and_nothing_is_lost() {
        let mut recorder = Recorder::new();
        for (at, measured, fate) in [(0, false, Fate::Ok), (10, true, Fate::Status), (20, true, Fate::Reset)] {
            let request = Request { due: Due { at, measured }, sent: at + 1 };
            recorder.taken(request.due, at);
            recorder.sent(request);
            recorder.ended(request, Outcome { fate, status: (fate == Fate::Status).then_some(503), at: at + 5 });
        }
        recorder.unsent(Due { at: 30, measured: true }, Fate::NotSent, 90);
        assert_eq!((recorder.last_sent, recorder.last_answer), (21, 15));
        let (warm_up, measured) = recorder.finish();
        assert_eq!((warm_up.counts.scheduled, measured.counts.scheduled, measured.counts.sent), (1, 3, 2));
        assert!(warm_up.counts.is_conserved() && measured.counts.is_conserved());
        assert_eq!(measured.counts.statuses, [(503, 1)].into());
        // The answered one and the one that was given up; the reset has no response time.
        assert_eq!((measured.response.count(), measured.service.count()), (2, 1));
        assert_eq!(measured.response.max().unwrap().as_nanos(), 60);
    }

    #[test]
    fn every_fate_has_a_slot_of_its_own() {
        let slots: std::collections::BTreeSet<_> = Fate::ALL.into_iter().map(slot).collect();
        assert_eq!(slots.len(), Fate::ALL.len());
    }
}
