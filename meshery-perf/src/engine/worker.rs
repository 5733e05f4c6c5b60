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

use super::connection::{Broken, Connection, Open, settled};
use super::margin::Margin;
use super::poller::{self, Patience, Poller, Ready};
use super::recorder::{Outcome, Recorder, Request};
use crate::pace::{Arrival, Due, Schedule};
use crate::protocol::{Prepared, Sign};

/// How often timeouts, cancellation and reconnections are looked at, in nanoseconds.
const SWEEP: u64 = 5_000_000;
/// How long a refused connection stays down, in nanoseconds.
const RETRY: u64 = 10_000_000;
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
    /// Connections that have, or had a moment ago, room for a request.
    free: VecDeque<usize>,
    /// Connections with requests that are begun and not yet written.
    unwritten: Vec<usize>,
    waiting: VecDeque<Due>,
    on_the_way: usize,
    recorder: Recorder,
    buffer: Vec<u8>,
    next_sweep: u64,
    margin: Margin,
    /// The due time that the last sleep was for.
    awake_for: u64,
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
            free: VecDeque::with_capacity(count),
            unwritten: Vec::with_capacity(count),
            waiting: VecDeque::new(),
            on_the_way: 0,
            recorder: Recorder::new(),
            buffer: vec![0; BUFFER],
            next_sweep: 0,
            margin: Margin::new(),
            awake_for: u64::MAX,
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
            self.poller.wait(Patience::Coarse(Duration::from_millis(50)), &mut ready)?;
            for event in ready.drain(..) {
                self.advance(&event);
            }
        }
        let refused = self.refused.take();
        if self.has_room() { Ok(()) } else { Err(refused.unwrap_or_else(|| io::ErrorKind::TimedOut.into())) }
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
            self.serve_waiting();
            let free = self.has_room();
            match self.job.schedule.poll(now, free) {
                Arrival::Due(due) => {
                    self.recorder.taken(due, now);
                    self.waiting.push_back(due);
                }
                other => {
                    self.write_begun();
                    return other;
                }
            }
        }
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
        while !self.waiting.is_empty() && self.has_room() {
            let (Some(index), Some(due)) = (self.free.pop_front(), self.waiting.pop_front()) else {
                return;
            };
            let Connection::Open(open) = &mut self.connections[index] else {
                return;
            };
            open.begin(due);
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

    /// A connection that was being opened is open, has failed, or is still on its way.
    fn advance_opening(&mut self, index: usize) {
        let down = Connection::Down { retry: 0 };
        let Connection::Opening { socket, since } = std::mem::replace(&mut self.connections[index], down) else {
            return;
        };
        match settled(&socket) {
            None => self.connections[index] = Connection::Opening { socket, since },
            Some(Ok(())) => {
                let mut open = Open::new(socket, self.job.prepared.session());
                let written = open.flush();
                if open.has_room() {
                    self.free.push_back(index);
                }
                self.connections[index] = Connection::Open(Box::new(open));
                if let Err(broken) = written {
                    self.lose(index, broken);
                }
            }
            Some(Err(error)) => self.refuse(index, error),
        }
    }

    fn refuse(&mut self, index: usize, error: io::Error) {
        self.connections[index] = Connection::Down { retry: self.now() + RETRY };
        self.refused = Some(error);
    }

    fn advance_open(&mut self, event: &Ready) {
        let index = event.key;
        let Connection::Open(open) = &mut self.connections[index] else {
            return;
        };
        let had_room = open.has_room();
        let outcome = open.flush().and_then(|()| open.receive(&mut self.buffer, event.closing));
        let at = self.epoch.elapsed().as_nanos() as u64;
        let (recorder, on_the_way, done) = (&mut self.recorder, &mut self.on_the_way, &self.job.done);
        open.signs(|request, sign| match sign {
            Sign::Begun => {}
            Sign::Ended(answer) => {
                let fate = if answer.ok { Fate::Ok } else { Fate::Status };
                recorder.ended(request, Outcome { fate, status: answer.status, at });
                *on_the_way -= 1;
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
        // What the session says in return, such as a window update, must not wait for the next request.
        match outcome.and_then(|()| open.flush()) {
            Err(broken) => self.lose(index, broken),
            Ok(()) if open.is_spent() && open.busy == 0 => self.open_one(index),
            Ok(()) if open.has_room() && !had_room => self.free.push_back(index),
            Ok(()) => {}
        }
    }

    /// A connection is of no more use: what is on it ends, and it is opened again.
    fn lose(&mut self, index: usize, Broken(fate): Broken) {
        let at = self.now();
        if let Connection::Open(open) = &mut self.connections[index] {
            for request in open.clear() {
                self.recorder.ended(request, Outcome { fate, status: None, at });
                self.on_the_way -= 1;
                self.job.done.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.open_one(index);
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
        // The old socket is closed first, so that its descriptor is free for the new one.
        self.connections[index] = Connection::Down { retry: now };
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
        if self.waiting.is_empty()
            && let Arrival::Due(due) = self.job.schedule.poll(now, true)
        {
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
            let Some(due) = self.waiting.pop_front() else {
                break;
            };
            self.recorder.unsent(due, Fate::NotSent, now);
        }
        for index in 0..self.connections.len() {
            match &self.connections[index] {
                Connection::Open(open) if open.holds_older_than(oldest) => self.give_up(index, oldest),
                Connection::Opening { since, .. } if *since < oldest => {
                    self.connections[index] = Connection::Down { retry: now };
                }
                _ => {}
            }
        }
        if !cancelled {
            self.open_down(now);
            self.draw_consequences();
        }
        cancelled
    }

    /// Gives up what has been on a connection for too long.
    fn give_up(&mut self, index: usize, oldest: u64) {
        let at = self.now();
        let Connection::Open(open) = &mut self.connections[index] else {
            return;
        };
        let had_room = open.has_room();
        let (recorder, on_the_way, done) = (&mut self.recorder, &mut self.on_the_way, &self.job.done);
        let late = |request: Request| {
            recorder.ended(request, Outcome { fate: Fate::Timeout, status: None, at });
            *on_the_way -= 1;
            done.fetch_add(1, Ordering::Relaxed);
        };
        let usable = open.abandon_older_than(oldest, late) && open.flush().is_ok();
        if !usable {
            // Whatever else is on it is lost with it.
            self.lose(index, Broken(Fate::Reset));
        } else if open.has_room() && !had_room {
            self.free.push_back(index);
        }
    }

    /// Waits for events, at most until the next request is due or the next sweep.
    fn wait(&mut self, next: Arrival, ready: &mut Vec<Ready>) -> io::Result<()> {
        let now = self.now();
        let sweep = self.next_sweep.saturating_sub(now);
        let patience = match (self.job.wait, next) {
            (Wait::Spin, _) => Patience::None,
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
    fn sleep(&mut self, now: u64, time: u64, due: u64, ready: &mut Vec<Ready>) -> io::Result<()> {
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
