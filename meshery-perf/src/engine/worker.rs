//! The one request loop: any pace × any protocol × any stop, on one thread that shares nothing on its way.
//!
//! Each turn takes up what is due, writes it to free connections, waits for events or the next due time, and reads. A
//! request that finds no free connection waits in line and keeps its intended time.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use meshery_core::load::Wait;
use meshery_core::{Cancel, Fate};

use super::connection::{Connection, Open, Received, settled};
use super::poller::{self, Poller, Ready};
use super::recorder::{Outcome, Recorder, Request};
use crate::pace::{Arrival, Due, Schedule};
use crate::protocol::Prepared;

/// How often timeouts, cancellation and reconnections are looked at, in nanoseconds.
const SWEEP: u64 = 5_000_000;
/// How long a refused connection stays down, in nanoseconds.
const RETRY: u64 = 10_000_000;
/// How long before a due time a hybrid wait stops sleeping, in nanoseconds: what a sleep oversleeps by at most, mostly.
const SPIN: u64 = 60_000;
const BUFFER: usize = 64 * 1024;

/// What a thread is given.
pub(super) struct Job {
    pub(super) address: SocketAddr,
    pub(super) prepared: Arc<dyn Prepared>,
    pub(super) schedule: Box<dyn Schedule>,
    pub(super) connections: u32,
    pub(super) warm_up: u64,
    pub(super) timeout: u64,
    pub(super) wait: Wait,
    pub(super) cancel: Cancel,
    /// Requests that have ended so far, over all threads.
    pub(super) done: Arc<AtomicU64>,
}

/// What a thread brings back.
pub(super) struct Harvest {
    pub(super) recorder: Recorder,
    /// Processor time since the measured window began.
    pub(super) cpu: Duration,
}

pub(super) struct Worker {
    job: Job,
    epoch: Instant,
    poller: Poller,
    connections: Vec<Connection>,
    idle: VecDeque<usize>,
    waiting: VecDeque<Due>,
    on_the_way: usize,
    recorder: Recorder,
    buffer: Vec<u8>,
    next_sweep: u64,
    cpu_before: Option<Duration>,
    /// Why the last attempt to open a connection failed, until somebody has drawn the consequence.
    refused: Option<io::Error>,
}

impl Worker {
    pub(super) fn new(job: Job) -> io::Result<Self> {
        let count = job.connections as usize;
        Ok(Self {
            job,
            epoch: Instant::now(),
            poller: Poller::new()?,
            connections: (0..count).map(|_| Connection::Down { retry: 0 }).collect(),
            idle: VecDeque::with_capacity(count),
            waiting: VecDeque::new(),
            on_the_way: 0,
            recorder: Recorder::new(),
            buffer: vec![0; BUFFER],
            next_sweep: 0,
            cpu_before: None,
            refused: None,
        })
    }

    /// Opens all connections and waits until each is open or failed.
    ///
    /// # Errors
    /// The last failure, when not one could be opened.
    pub(super) fn open_all(&mut self) -> io::Result<()> {
        self.open_down(0);
        let deadline = self.now() + self.job.timeout;
        let mut ready = Vec::new();
        while self.opening() && self.now() < deadline && !self.job.cancel.is_cancelled() {
            self.poller.wait(Duration::from_millis(50), &mut ready)?;
            for event in ready.drain(..) {
                self.advance_opening(event.key);
            }
        }
        let refused = self.refused.take();
        if self.idle.is_empty() { Err(refused.unwrap_or_else(|| io::ErrorKind::TimedOut.into())) } else { Ok(()) }
    }

    /// Runs the load; `epoch` is the common start of all threads.
    pub(super) fn run(mut self, epoch: Instant) -> io::Result<Harvest> {
        poller::sharpen_timers();
        self.epoch = epoch;
        let mut ready = Vec::new();
        loop {
            let next = self.take_up_what_is_due();
            if next == Arrival::Finished && self.on_the_way == 0 && self.waiting.is_empty() {
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
        let cpu = poller::thread_cpu().saturating_sub(self.cpu_before.unwrap_or_default());
        Ok(Harvest { recorder: self.recorder, cpu })
    }

    fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    fn take_up_what_is_due(&mut self) -> Arrival {
        loop {
            let now = self.now();
            if now >= self.job.warm_up && self.cpu_before.is_none() {
                self.cpu_before = Some(poller::thread_cpu());
            }
            match self.job.schedule.poll(now, !self.idle.is_empty()) {
                Arrival::Due(due) => {
                    self.recorder.taken(due, now);
                    self.waiting.push_back(due);
                    self.serve_waiting();
                }
                other => return other,
            }
        }
    }

    /// Puts waiting requests on free connections, first come first served.
    fn serve_waiting(&mut self) {
        while !self.waiting.is_empty() {
            let Some(index) = self.idle.pop_front() else { return };
            let Connection::Idle(mut open) = self.take(index) else { continue };
            let Some(due) = self.waiting.pop_front() else { return };
            let request = Request { due, sent: self.now() };
            self.recorder.sent(request);
            self.on_the_way += 1;
            match open.send() {
                Ok(()) => self.connections[index] = Connection::Busy(open, request),
                Err(_) => self.finish(request, Fate::Reset, None),
            }
        }
    }

    /// Takes a connection out, leaving it to be opened again at the next sweep unless something else is put there.
    fn take(&mut self, index: usize) -> Connection {
        std::mem::replace(&mut self.connections[index], Connection::Down { retry: 0 })
    }

    fn finish(&mut self, request: Request, fate: Fate, status: Option<u16>) {
        let at = self.now();
        self.recorder.ended(request, Outcome { fate, status, at });
        self.on_the_way -= 1;
        self.job.done.fetch_add(1, Ordering::Relaxed);
    }

    fn advance(&mut self, event: &Ready) {
        match &self.connections[event.key] {
            Connection::Down { .. } => {}
            Connection::Opening { .. } => self.advance_opening(event.key),
            Connection::Idle(_) => self.advance_idle(event),
            Connection::Busy(..) => self.advance_busy(event),
        }
        self.serve_waiting();
        self.draw_consequences();
    }

    /// A connection that was being opened is open, has failed, or is still on its way.
    fn advance_opening(&mut self, index: usize) {
        let Connection::Opening { socket, since } = self.take(index) else { return };
        match settled(&socket) {
            None => self.connections[index] = Connection::Opening { socket, since },
            Some(Ok(())) => {
                let open = Open::new(socket, self.job.prepared.session());
                self.connections[index] = Connection::Idle(open);
                self.idle.push_back(index);
            }
            Some(Err(error)) => self.refuse(index, error),
        }
    }

    fn refuse(&mut self, index: usize, error: io::Error) {
        self.connections[index] = Connection::Down { retry: self.now() + RETRY };
        self.refused = Some(error);
    }

    /// An idle connection that stirs was closed by the peer, or says what nobody asked for: it is opened again.
    fn advance_idle(&mut self, event: &Ready) {
        let index = event.key;
        let Connection::Idle(mut open) = self.take(index) else { return };
        if matches!(open.receive(&mut self.buffer, event.closing), Received::Nothing) {
            self.connections[index] = Connection::Idle(open);
        } else {
            self.idle.retain(|idle| *idle != index);
            self.open_one(index);
        }
    }

    fn advance_busy(&mut self, event: &Ready) {
        let index = event.key;
        let Connection::Busy(mut open, request) = self.take(index) else { return };
        if open.resume().is_err() {
            self.finish(request, Fate::Reset, None);
            return self.open_one(index);
        }
        match open.receive(&mut self.buffer, event.closing) {
            Received::Nothing => self.connections[index] = Connection::Busy(open, request),
            Received::Answer(answer) => {
                self.finish(request, if answer.ok { Fate::Ok } else { Fate::Status }, answer.status);
                if answer.reusable {
                    self.connections[index] = Connection::Idle(open);
                    self.idle.push_back(index);
                } else {
                    drop(open);
                    self.open_one(index);
                }
            }
            Received::Broken(fate) => {
                drop(open);
                self.finish(request, fate, None);
                self.open_one(index);
            }
        }
    }

    fn opening(&self) -> bool {
        self.connections.iter().any(|connection| matches!(connection, Connection::Opening { .. }))
    }

    fn all_down(&self) -> bool {
        self.connections.iter().all(|connection| matches!(connection, Connection::Down { .. }))
    }

    fn open_down(&mut self, now: u64) {
        for index in 0..self.connections.len() {
            if matches!(self.connections[index], Connection::Down { retry } if retry <= now) {
                self.open_one(index);
            }
        }
    }

    fn open_one(&mut self, index: usize) {
        let now = self.now();
        let opened = poller::open(self.job.address).and_then(|socket| {
            self.poller.watch(&socket, index as u64)?;
            Ok(socket)
        });
        match opened {
            Ok(socket) => self.connections[index] = Connection::Opening { socket, since: now },
            Err(error) => self.refuse(index, error),
        }
    }

    /// When an attempt failed and no connection is left, who waited for one will not be sent. In a closed loop nobody
    /// waits while nothing is open, so the failed attempt itself stands for the request it would have carried.
    fn draw_consequences(&mut self) {
        if self.refused.take().is_none() || !self.all_down() {
            return;
        }
        let now = self.now();
        if self.waiting.is_empty() && let Arrival::Due(due) = self.job.schedule.poll(now, true) {
            self.recorder.taken(due, now);
            self.waiting.push_back(due);
        }
        while let Some(due) = self.waiting.pop_front() {
            self.recorder.unsent(due, Fate::Connect, now);
            self.job.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Timeouts, reconnections, cancellation. Whether the load is over.
    fn sweep(&mut self, now: u64) -> bool {
        self.next_sweep = now + SWEEP;
        let cancelled = self.job.cancel.is_cancelled();
        let oldest = if cancelled { u64::MAX } else { now.saturating_sub(self.job.timeout) };
        while self.waiting.front().is_some_and(|due| due.at < oldest) {
            let Some(due) = self.waiting.pop_front() else { break };
            self.recorder.unsent(due, Fate::NotSent, now);
        }
        for index in 0..self.connections.len() {
            let late = match &self.connections[index] {
                Connection::Busy(_, request) => request.due.at < oldest,
                Connection::Opening { since, .. } => *since < oldest,
                Connection::Down { .. } | Connection::Idle(_) => false,
            };
            if late {
                if let Connection::Busy(_, request) = self.take(index) {
                    self.finish(request, Fate::Timeout, None);
                }
                self.connections[index] = Connection::Down { retry: now };
            }
        }
        if !cancelled {
            self.open_down(now);
            self.serve_waiting();
            self.draw_consequences();
        }
        cancelled
    }

    /// Waits for events, at most until the next request is due or the next sweep.
    fn wait(&mut self, next: Arrival, ready: &mut Vec<Ready>) -> io::Result<()> {
        let (until, precise) = match next {
            Arrival::Later(at) if at <= self.next_sweep => (at, true),
            _ => (self.next_sweep, false),
        };
        let left = until.saturating_sub(self.now());
        let sleep = match self.job.wait {
            Wait::Spin => 0,
            Wait::Hybrid if precise => left.saturating_sub(SPIN),
            _ => left,
        };
        self.poller.wait(Duration::from_nanos(sleep), ready)
    }
}
