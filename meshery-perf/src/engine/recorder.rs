//! What became of every request of one thread, in a form cheap enough for the hot path.

use meshery_core::response_check::{CheckFailures, Evidence};
use meshery_core::{Counts, Fate, Latencies, Phase};

use super::connection::Traffic;
use super::sample::{Place, Sampler};
use super::series::Series;
use crate::pace::Due;
use crate::protocol::Failure;

/// A request on its way: when it was meant and written, in nanoseconds since the start of the load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) due: Due,
    /// Its number in the whole load.
    pub(super) ordinal: u64,
    pub(super) sent: u64,
    pub(super) place: Option<Place>,
}

impl Request {
    pub(super) fn new(due: Due, ordinal: u64) -> Self {
        Self { due, ordinal, sent: 0, place: None }
    }
}

/// The end of a request.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) fate: Fate,
    pub(super) status: Option<u16>,
    pub(super) at: u64,
    pub(super) failure: Option<Failure>,
}

impl Outcome {
    /// An end without an answer.
    pub(super) fn without_answer(fate: Fate, at: u64) -> Self {
        Self { fate, status: None, at, failure: None }
    }
}

/// Status codes below this are counted one by one.
const STATUSES: usize = 1000;

/// One part of the load (see [`Phase`]) while it is being recorded.
struct Tally {
    phase: Phase,
    fates: [u64; Fate::ALL.len()],
    statuses: Vec<u64>,
    /// Response times by class of status; none before there is one of the class.
    classes: Vec<Option<Box<Latencies>>>,
}

impl Tally {
    fn new() -> Self {
        Self { phase: Phase::default(), fates: [0; Fate::ALL.len()], statuses: vec![0; STATUSES], classes: Vec::new() }
    }

    /// The phase as it is at the end.
    fn finish(mut self) -> Phase {
        self.phase.counts = self.counts();
        let classes = std::mem::take(&mut self.classes).into_iter().enumerate();
        self.phase.classes = classes.filter_map(|(class, seen)| Some((class_name(class), *seen?))).collect();
        self.phase
    }

    /// The phase as it is now, without its classes.
    fn so_far(&self) -> Phase {
        Phase { counts: self.counts(), ..self.phase.clone() }
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (fate, count) in Fate::ALL.into_iter().zip(self.fates).filter(|(_, count)| *count > 0) {
            let sent = if fate.was_sent() { count } else { 0 };
            counts.merge(&Counts { scheduled: count, sent, fates: [(fate, count)].into(), statuses: [].into() });
        }
        let seen = self.statuses.iter().enumerate().filter(|(_, count)| **count > 0);
        counts.statuses = seen.map(|(status, count)| (status as u16, *count)).collect();
        counts
    }

    fn close(&mut self, due: Due, outcome: &Outcome) {
        self.fates[slot(outcome.fate)] += 1;
        let response = outcome.at.saturating_sub(due.at);
        if let Some(status) = outcome.status.map(usize::from).filter(|status| *status < STATUSES) {
            self.statuses[status] += 1;
            let class = class(status);
            if class >= self.classes.len() {
                self.classes.resize_with(class + 1, || None);
            }
            self.classes[class].get_or_insert_default().record_nanos(response);
        }
        // What was given up keeps its age (see `Phase::response`); a connection fault has no response time.
        if outcome.fate.was_answered() || matches!(outcome.fate, Fate::Timeout | Fate::NotSent) {
            self.phase.response.record_nanos(response);
        }
    }
}

/// Codes below 100 (gRPC's) are classes of their own, the others are classes of a hundred.
fn class(status: usize) -> usize {
    if status < 100 { status } else { 100 + status / 100 }
}

fn class_name(class: usize) -> String {
    if class < 100 { class.to_string() } else { format!("{}xx", class - 100) }
}

pub(super) struct Recorder {
    warm_up: Tally,
    measured: Tally,
    /// When the measured window begins.
    window: u64,
    pub(super) series: Series,
    pub(super) sampler: Sampler,
    /// By the number of the check.
    pub(super) failures: Vec<CheckFailures>,
    /// When the last measured request was written.
    pub(super) last_sent: u64,
    /// When the last measured request was answered.
    pub(super) last_answer: u64,
}

impl Recorder {
    pub(super) fn new(window: u64, failures: Vec<CheckFailures>) -> Self {
        Self {
            warm_up: Tally::new(),
            measured: Tally::new(),
            window,
            series: Series::default(),
            sampler: Sampler::default(),
            failures,
            last_sent: 0,
            last_answer: 0,
        }
    }

    fn tally(&mut self, measured: bool) -> &mut Tally {
        if measured { &mut self.measured } else { &mut self.warm_up }
    }

    /// What has been measured so far.
    pub(super) fn so_far(&self) -> Phase {
        self.measured.so_far()
    }

    /// The engine took a request up at `now`.
    pub(super) fn taken(&mut self, due: Due, now: u64) {
        self.tally(due.measured).phase.own_lag.record_nanos(now.saturating_sub(due.at));
    }

    /// A request was written.
    pub(super) fn sent(&mut self, request: &mut Request) {
        let due = request.due;
        self.tally(due.measured).phase.send_lag.record_nanos(request.sent.saturating_sub(due.at));
        if due.measured {
            self.last_sent = request.sent;
            request.place = self.sampler.sent(due.at, request.sent);
        }
    }

    /// The first byte of an answer has come.
    pub(super) fn begun(&mut self, request: Request, at: u64) {
        self.tally(request.due.measured).phase.first_byte.record_nanos(at.saturating_sub(request.sent));
    }

    /// A request that was written ended.
    pub(super) fn ended(&mut self, request: Request, outcome: Outcome) {
        let answered = outcome.fate.was_answered();
        let tally = self.tally(request.due.measured);
        if answered {
            tally.phase.service.record_nanos(outcome.at.saturating_sub(request.sent));
        }
        if answered && request.due.measured {
            self.last_answer = outcome.at;
            if let Some(place) = request.place {
                self.sampler.answered(place, outcome.at.saturating_sub(request.due.at));
            }
        }
        self.close(request.due, request.ordinal, outcome);
    }

    /// A request ended that was never written.
    pub(super) fn unsent(&mut self, due: Due, fate: Fate, at: u64) {
        self.close(due, 0, Outcome::without_answer(fate, at));
    }

    fn close(&mut self, due: Due, ordinal: u64, outcome: Outcome) {
        self.tally(due.measured).close(due, &outcome);
        if due.measured {
            let ok = (outcome.fate == Fate::Ok).then(|| outcome.at.saturating_sub(due.at));
            self.series.ended(due.at.saturating_sub(self.window), ok);
        }
        if let Some(failure) = outcome.failure.filter(|_| due.measured)
            && let Some(failures) = self.failures.get_mut(failure.check)
        {
            failures.count += 1;
            if failures.samples.len() < CheckFailures::SAMPLES {
                failures.samples.push(Evidence { request: ordinal, found: failure.found });
            }
        }
    }

    /// A connection was opened; before the load counts as for the window.
    pub(super) fn connected(&mut self, at: Option<u64>, took: u64) {
        let measured = at.is_none_or(|at| at >= self.window);
        self.tally(measured).phase.connect.record_nanos(took);
    }

    /// A connection's greeting is over.
    pub(super) fn greeted(&mut self, at: Option<u64>, took: u64) {
        let measured = at.is_none_or(|at| at >= self.window);
        self.tally(measured).phase.handshake.record_nanos(took);
    }

    /// The warm-up and the measured window, with the bytes of all connections at the beginning and the end of the window.
    pub(super) fn finish(self, before: Traffic, after: Traffic) -> (Phase, Phase) {
        let (mut warm_up, mut measured) = (self.warm_up.finish(), self.measured.finish());
        (warm_up.bytes_sent, warm_up.bytes_received) = (before.sent, before.received);
        measured.bytes_sent = after.sent - before.sent;
        measured.bytes_received = after.received - before.received;
        (warm_up, measured)
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
        let mut recorder = Recorder::new(10, Vec::new());
        for (at, measured, fate) in [(0, false, Fate::Ok), (10, true, Fate::Status), (20, true, Fate::Reset)] {
            let mut request = Request { sent: at + 1, ..Request::new(Due { at, measured }, 0) };
            recorder.taken(request.due, at);
            recorder.sent(&mut request);
            recorder.begun(request, at + 4);
            let status = (fate == Fate::Status).then_some(503);
            recorder.ended(request, Outcome { status, ..Outcome::without_answer(fate, at + 5) });
        }
        recorder.unsent(Due { at: 30, measured: true }, Fate::NotSent, 90);
        assert_eq!((recorder.last_sent, recorder.last_answer), (21, 15));
        let traffic = |sent, received| Traffic { sent, received };
        let (warm_up, measured) = recorder.finish(traffic(1, 2), traffic(10, 20));
        assert_eq!((warm_up.counts.scheduled, measured.counts.scheduled, measured.counts.sent), (1, 3, 2));
        assert!(warm_up.counts.is_conserved() && measured.counts.is_conserved());
        assert_eq!(measured.counts.statuses, [(503, 1)].into());
        assert_eq!(measured.classes["5xx"].count(), 1);
        assert_eq!((measured.bytes_sent, measured.bytes_received), (9, 18));
        // The answered one and the one that was given up; the reset has no response time.
        assert_eq!((measured.response.count(), measured.service.count()), (2, 1));
        assert_eq!(measured.response.max().unwrap().as_nanos(), 60);
    }

    #[test]
    fn evidence_of_failed_checks_is_bounded() {
        let check = meshery_core::ResponseCheck::Status(vec![200]);
        let mut recorder = Recorder::new(0, vec![CheckFailures { check, count: 0, samples: Vec::new() }]);
        for ordinal in 0..100 {
            let failure = Some(Failure { check: 0, found: "status 500".into() });
            let outcome = Outcome { failure, ..Outcome::without_answer(Fate::CheckFailed, 1) };
            recorder.ended(Request::new(Due { at: 0, measured: true }, ordinal), outcome);
        }
        assert_eq!((recorder.failures[0].count, recorder.failures[0].samples.len()), (100, CheckFailures::SAMPLES));
        assert_eq!(recorder.failures[0].samples[4].request, 4);
    }

    #[test]
    fn every_fate_has_a_slot_of_its_own() {
        let slots: std::collections::BTreeSet<_> = Fate::ALL.into_iter().map(slot).collect();
        assert_eq!(slots.len(), Fate::ALL.len());
    }

    #[test]
    fn classes_are_named_as_people_name_them() {
        for (status, name) in [(204, "2xx"), (503, "5xx"), (0, "0"), (14, "14")] {
            assert_eq!(class_name(class(status)), name);
        }
    }
}
