//! The one request loop: any pace × any protocol × any stop, on one thread that shares nothing on its way.
//!
//! Each turn takes up what is due, writes it to free connections, waits for events or the next due time, and reads. A
//! request that finds no free connection waits in line and keeps its intended time.

mod dial;
mod thread_use;
mod waiting;

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use meshery_core::Fate;
use meshery_core::load::Wait;
use meshery_core::response_check::CheckFailures;

use super::connection::{Broken, Connection, Traffic, reads_to_the_end};
use super::margin::Margin;
use super::poller::{self, Poller, Ready};
use super::recorder::{Outcome, Recorder, Request};
use super::sessions::Sessions;
use super::signals::Signals;
use super::stamp::Space;
use crate::pace::{Arrival, Due, Schedule, Share};
use crate::protocol::{Answer, Failure, Sign};
use crate::resolve::Addresses;
use thread_use::ThreadUse;
use waiting::Waiting;

/// How often cancellation, and what waits in line, is looked at, in nanoseconds.
const SWEEP: u64 = 5_000_000;
/// How much longer the connections are left alone for each of them, in nanoseconds: looking at ten thousand takes time that
/// requests which are due would wait for.
const SWEEP_PER_CONNECTION: u64 = 5_000;
/// How long a refused connection stays down, in nanoseconds.
const RETRY: u64 = 10_000_000;
/// How often those who watch the load hear of it, in nanoseconds.
const WORD: u64 = 250_000_000;
const BUFFER: usize = 64 * 1024;

/// What a thread is given.
pub(super) struct Job {
    pub(super) addresses: Addresses,
    pub(super) sessions: Sessions,
    /// Requests that one connection may carry.
    pub(super) per_connection: Option<u64>,
    pub(super) share: Share,
    pub(super) schedule: Box<dyn Schedule>,
    pub(super) connections: u32,
    pub(super) warm_up: u64,
    pub(super) timeout: u64,
    pub(super) wait: Wait,
    /// Whether answers may wait for this thread to wake, so that the kernel is to say when they came.
    pub(super) stamped: bool,
    /// The checks, with nothing counted yet.
    pub(super) checks: Vec<CheckFailures>,
    /// The check of the response time, by its number, in nanoseconds.
    pub(super) latency: Option<(usize, u64)>,
    pub(super) signals: Signals,
}

/// What a thread brings back.
pub(super) struct Harvest {
    pub(super) recorder: Recorder,
    /// Processor time since the measured window began.
    pub(super) used: ThreadUse,
    /// Bytes on connections when the measured window began, and at the end.
    pub(super) traffic: (Traffic, Traffic),
}

pub(super) struct Worker {
    job: Job,
    epoch: Instant,
    poller: Poller,
    connections: Vec<Connection>,
    /// Connections that have, or had a moment ago, room for a request.
    free: VecDeque<usize>,
    /// Connections with requests that are begun and not yet written.
    unwritten: Vec<usize>,
    /// Requests that are due and have no connection yet.
    line: VecDeque<(Due, u64)>,
    /// Requests taken up.
    taken: u64,
    on_the_way: usize,
    recorder: Recorder,
    buffer: Vec<u8>,
    next_sweep: u64,
    next_scan: u64,
    /// When those who watch the load hear of it again.
    next_word: u64,
    margin: Margin,
    waiting: Waiting,
    space: Space,
    /// The bytes of connections that are no more.
    traffic: Traffic,
    /// What had been used when the window began.
    before: Option<(ThreadUse, Traffic)>,
    /// Whether the clock of the load runs.
    running: bool,
    /// Why the last attempt to open a connection failed, until somebody has drawn the consequence.
    refused: Option<Broken>,
}

impl Worker {
    pub(super) fn new(job: Job) -> io::Result<Self> {
        let count = job.connections as usize;
        let recorder = Recorder::new(job.warm_up, job.checks.clone());
        Ok(Self {
            job,
            epoch: Instant::now(),
            poller: Poller::new()?,
            connections: (0..count).map(|_| Connection::Down { retry: 0 }).collect(),
            free: VecDeque::with_capacity(count),
            unwritten: Vec::with_capacity(count),
            line: VecDeque::new(),
            taken: 0,
            on_the_way: 0,
            recorder,
            buffer: vec![0; BUFFER],
            next_sweep: 0,
            next_scan: 0,
            next_word: 0,
            margin: Margin::new(),
            waiting: Waiting::new(),
            space: Space::new(),
            traffic: Traffic::default(),
            before: None,
            running: false,
            refused: None,
        })
    }

    /// Runs the load; `epoch` is the common start of all threads.
    pub(super) fn run(mut self, epoch: Instant) -> io::Result<Harvest> {
        poller::sharpen_timers();
        (self.epoch, self.running) = (epoch, true);
        let mut ready = Vec::new();
        loop {
            let next = self.take_up_what_is_due();
            if next == Arrival::Finished && self.on_the_way == 0 && self.line.is_empty() {
                break;
            }
            let now = self.now();
            if now >= self.next_sweep && self.sweep(now) {
                break;
            }
            self.wait(next, &mut ready)?;
            for event in ready.drain(..) {
                self.advance(&event);
            }
        }
        // A load that was stopped in its warm-up has no window.
        let traffic = self.traffic();
        let (used, before) = self.before.unwrap_or((ThreadUse::now(), traffic));
        Ok(Harvest { used: ThreadUse::now().since(used), traffic: (before, traffic), recorder: self.recorder })
    }

    fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    fn take_up_what_is_due(&mut self) -> Arrival {
        loop {
            let now = self.now();
            if now >= self.job.warm_up && self.before.is_none() {
                self.before = Some((ThreadUse::now(), self.traffic()));
            }
            self.serve_waiting();
            let free = self.has_room();
            if self.job.signals.finish().is_some_and(|end| now >= end) {
                self.write_begun();
                return Arrival::Finished;
            }
            match self.job.schedule.poll(now, free) {
                Arrival::Due(due) => self.take_up(due, now),
                other => {
                    self.write_begun();
                    return other;
                }
            }
        }
    }

    /// The bytes of all connections, those that are no more too.
    fn traffic(&self) -> Traffic {
        let mut all = self.traffic;
        for connection in &self.connections {
            if let Connection::Open(open) = connection {
                all.add(open.traffic);
            }
        }
        all
    }

    fn take_up(&mut self, due: Due, now: u64) {
        self.recorder.taken(due, now);
        let ordinal = self.taken * self.job.share.of + self.job.share.thread;
        self.taken += 1;
        self.line.push_back((due, ordinal));
    }

    fn has_room(&mut self) -> bool {
        while let Some(&index) = self.free.front() {
            if matches!(&self.connections[index], Connection::Open(open) if open.has_room()) {
                return true;
            }
            self.free.pop_front();
        }
        false
    }

    /// Puts waiting requests on connections with room, in turn, first come first served.
    fn serve_waiting(&mut self) {
        while !self.line.is_empty() && self.has_room() {
            let (Some(index), Some((due, ordinal))) = (self.free.pop_front(), self.line.pop_front()) else {
                return;
            };
            let Connection::Open(open) = &mut self.connections[index] else {
                return;
            };
            open.begin(Request::new(due, ordinal));
            self.on_the_way += 1;
            if open.has_room() {
                self.free.push_back(index);
            }
            self.unwritten.push(index);
        }
    }

    /// Writes what was begun. Several requests on one connection share a write.
    fn write_begun(&mut self) {
        for turn in 0..self.unwritten.len() {
            let (index, now) = (self.unwritten[turn], self.now());
            if let Connection::Open(open) = &mut self.connections[index] {
                open.stamp(now, |request| self.recorder.sent(request));
                if let Err(broken) = open.flush() {
                    self.lose(index, broken);
                }
            }
        }
        self.unwritten.clear();
    }

    fn advance(&mut self, event: &Ready) {
        match &self.connections[event.key] {
            Connection::Down { .. } => {}
            Connection::Opening { .. } => self.advance_opening(event.key),
            Connection::Open(_) => self.advance_open(event),
        }
        self.draw_consequences();
    }

    fn advance_open(&mut self, event: &Ready) {
        let index = event.key;
        let Connection::Open(open) = &mut self.connections[index] else {
            return;
        };
        let had_room = open.has_room();
        let to_the_end = reads_to_the_end(self.job.sessions.transport, event.closing);
        let space = self.waiting.slept().then_some(&mut self.space);
        let outcome = open.flush().and_then(|()| open.receive(&mut self.buffer, to_the_end, space));
        let now = self.epoch.elapsed().as_nanos() as u64;
        let at = self.waiting.arrived(outcome.as_ref().ok().copied().flatten(), now);
        let (recorder, on_the_way, done) = (&mut self.recorder, &mut self.on_the_way, &self.job.signals.done);
        let (latency, busy) = (self.job.latency, open.busy);
        open.signs(|request, sign, failure| match sign {
            Sign::Begun => recorder.begun(request, at),
            Sign::Failed(fate) => {
                recorder.ended(request, Outcome::without_answer(fate, at));
                *on_the_way -= 1;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Sign::Ended(answer) => {
                recorder.ended(request, judged(answer, failure, at, latency, request));
                *on_the_way -= 1;
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
        if open.busy == busy && busy > 0 {
            self.waiting.attend(now);
        }
        if open.is_greeting()
            && let Some(took) = open.greeted(at)
        {
            recorder.greeted(self.running.then_some(at), took);
        }
        // What the session says in return, such as a window update, must not wait for the next request; nor an alert.
        let said = open.flush();
        match outcome.and(said) {
            Err(broken) => self.lose(index, broken),
            Ok(()) if open.is_spent() && open.busy == 0 => self.lose(index, Broken::new(Fate::EarlyClose, "spent")),
            Ok(()) if open.has_room() && !had_room => self.free.push_back(index),
            Ok(()) => {}
        }
    }

    /// What has to be looked at now and then. Whether the load is over.
    fn sweep(&mut self, now: u64) -> bool {
        self.next_sweep = now + SWEEP;
        if self.job.signals.is_watched() && now >= self.next_word {
            self.next_word = now + WORD;
            self.job.signals.tell(self.job.share.thread, self.recorder.so_far());
        }
        let cancelled = self.job.signals.cancel.is_cancelled();
        let oldest = if cancelled { u64::MAX } else { now.saturating_sub(self.job.timeout) };
        while self.line.front().is_some_and(|(due, _)| due.at < oldest) {
            let Some((due, _)) = self.line.pop_front() else {
                break;
            };
            self.recorder.unsent(due, Fate::NotSent, now);
        }
        if cancelled || now >= self.next_scan {
            self.next_scan = now + SWEEP + SWEEP_PER_CONNECTION * self.connections.len() as u64;
            self.scan(now, oldest, cancelled);
        }
        cancelled
    }

    /// Looks at every connection: what is on it, or going on with it, for too long; what is down, and may be opened again.
    fn scan(&mut self, now: u64, oldest: u64, cancelled: bool) {
        for index in 0..self.connections.len() {
            if let Connection::Open(open) = &mut self.connections[index]
                && open.is_due()
            {
                self.advance_open(&Ready { key: index, closing: false });
            }
            match &self.connections[index] {
                Connection::Open(open) if open.holds_older_than(oldest) => self.give_up(index, oldest),
                Connection::Open(open) if open.greets_since_before(oldest) => self.too_late(index),
                Connection::Opening { since, .. } if *since < oldest => self.too_late(index),
                _ => {}
            }
        }
        if !cancelled {
            self.open_down(now);
            self.draw_consequences();
        }
    }

    /// Gives up what has been on a connection for too long.
    fn give_up(&mut self, index: usize, oldest: u64) {
        let at = self.now();
        let Connection::Open(open) = &mut self.connections[index] else {
            return;
        };
        let had_room = open.has_room();
        let (recorder, on_the_way, done) = (&mut self.recorder, &mut self.on_the_way, &self.job.signals.done);
        let late = |request: Request| {
            recorder.ended(request, Outcome::without_answer(Fate::Timeout, at));
            *on_the_way -= 1;
            done.fetch_add(1, Ordering::Relaxed);
        };
        let usable = open.abandon_older_than(oldest, late) && open.flush().is_ok();
        if !usable {
            // Whatever else is on it is lost with it.
            self.lose(index, Broken::new(Fate::Reset, "given up"));
        } else if open.has_room() && !had_room {
            self.free.push_back(index);
        }
    }
}

/// What the end of a request is: as the session says, unless it came too late for a check.
fn judged(
    answer: Answer,
    failure: Option<Failure>,
    at: u64,
    latency: Option<(usize, u64)>,
    request: Request,
) -> Outcome {
    let took = at.saturating_sub(request.due.at);
    match latency {
        Some((check, limit)) if answer.fate == Fate::Ok && took > limit => {
            let found = meshery_core::units::duration::format(Duration::from_nanos(took));
            Outcome { fate: Fate::CheckFailed, status: answer.status, at, failure: Some(Failure { check, found }) }
        }
        _ => Outcome { fate: answer.fate, status: answer.status, at, failure },
    }
}
