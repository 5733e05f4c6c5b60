//! A worker's connections: opening them, greeting, losing them, opening them again.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use meshery_core::Fate;

use super::super::connection::{Broken, Connection, Open};
use super::super::poller::Patience;
use super::super::recorder::Outcome;
use super::super::socket::Socket;
use super::super::stamp;
use super::{RETRY, Worker};
use crate::pace::Arrival;

impl Worker {
    /// Opens all connections and waits until each is open or failed.
    ///
    /// # Errors
    /// The last failure, when not one could be opened.
    pub(in crate::engine) fn open_all(&mut self) -> Result<(), Broken> {
        self.open_down(0);
        let deadline = self.now() + self.job.timeout;
        let mut ready = Vec::new();
        while self.opening() && self.now() < deadline && !self.job.signals.cancel.is_cancelled() {
            let waited = self.poller.wait(Patience::Coarse(Duration::from_millis(50)), &mut ready);
            waited.map_err(|error| Broken::new(Fate::Connect, error.to_string()))?;
            for event in ready.drain(..) {
                self.advance(&event);
            }
        }
        let refused = self.refused.take();
        let too_late = || Broken::new(Fate::ConnectTimeout, "no connection took a request in time");
        if self.has_room() { Ok(()) } else { Err(refused.unwrap_or_else(too_late)) }
    }

    /// A connection that was being opened is open, has failed, or is still on its way.
    pub(super) fn advance_opening(&mut self, index: usize) {
        let down = Connection::Down { retry: 0 };
        let Connection::Opening { socket, since } = std::mem::replace(&mut self.connections[index], down) else {
            return;
        };
        match socket.outcome() {
            None => self.connections[index] = Connection::Opening { socket, since },
            Some(Ok(())) => self.greet(index, socket, since),
            Some(Err(error)) => self.refuse(index, unopened(&error)),
        }
    }

    /// The transport stands: the session says its first words.
    pub(super) fn greet(&mut self, index: usize, socket: Socket, since: u64) {
        let now = self.now();
        self.recorder.connected(self.running.then_some(now), now.saturating_sub(since));
        let session = match self.job.sessions.session() {
            Ok(session) => session,
            Err(error) => return self.refuse(index, Broken::new(Fate::Tls, error.to_string())),
        };
        let mut open = Box::new(Open::new(socket, session, now, self.job.per_connection));
        let written = open.flush();
        if open.has_room() {
            // A protocol without a greeting: there is nothing to time.
            open.greeted(now);
            self.free.push_back(index);
        }
        self.connections[index] = Connection::Open(open);
        if let Err(broken) = written {
            self.lose(index, broken);
        }
    }

    pub(super) fn refuse(&mut self, index: usize, why: Broken) {
        self.connections[index] = Connection::Down { retry: self.now() + RETRY };
        self.refused = Some(why);
    }

    /// A connection is of no more use: what is on it ends, and it is opened again.
    pub(super) fn lose(&mut self, index: usize, broken: Broken) {
        let at = self.now();
        if let Connection::Open(open) = &mut self.connections[index] {
            self.traffic.add(open.traffic);
            for request in open.clear() {
                self.recorder.ended(request, Outcome::without_answer(broken.fate, at));
                self.on_the_way -= 1;
                self.job.signals.done.fetch_add(1, Ordering::Relaxed);
            }
            if open.is_greeting() {
                return self.refuse(index, ungreeted(broken));
            }
        }
        self.open_one(index);
    }

    pub(super) fn opening(&self) -> bool {
        self.connections.iter().any(|connection| match connection {
            Connection::Down { .. } => false,
            Connection::Opening { .. } => true,
            Connection::Open(open) => open.is_greeting(),
        })
    }

    pub(super) fn all_down(&self) -> bool {
        self.connections.iter().all(|connection| matches!(connection, Connection::Down { .. }))
    }

    pub(super) fn open_down(&mut self, now: u64) {
        for index in 0..self.connections.len() {
            if matches!(self.connections[index], Connection::Down { retry } if retry <= now) {
                self.open_one(index);
            }
        }
    }

    pub(super) fn open_one(&mut self, index: usize) {
        let now = self.now();
        // The old socket is closed first, so that its descriptor is free for the new one.
        self.connections[index] = Connection::Down { retry: now };
        let transport = self.job.sessions.transport;
        let opened = self.job.addresses.next().map_err(|why| Broken::new(Fate::Dns, why)).and_then(|address| {
            let socket = Socket::connect(&address, transport).map_err(|error| unopened(&error))?;
            if self.job.stamped {
                stamp::ask(&socket);
            }
            self.poller.watch(&socket, index as u64).map_err(|error| unopened(&error))?;
            Ok(socket)
        });
        match opened {
            Ok(socket) => self.connections[index] = Connection::Opening { socket, since: now },
            Err(why) => self.refuse(index, why),
        }
    }

    /// When an attempt failed and no connection is left, who waited for one will not be sent. In a closed loop nobody
    /// waits while nothing is open, so the failed attempt itself stands for the request it would have carried.
    pub(super) fn draw_consequences(&mut self) {
        if !self.running || !self.all_down() {
            return;
        }
        let Some(why) = self.refused.take() else {
            return;
        };
        let now = self.now();
        if self.line.is_empty()
            && let Arrival::Due(due) = self.job.schedule.poll(now, true)
        {
            self.take_up(due, now);
        }
        while let Some((due, _)) = self.line.pop_front() {
            self.recorder.unsent(due, why.fate, now);
            self.job.signals.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn too_late(&mut self, index: usize) {
        self.refuse(index, Broken::new(Fate::ConnectTimeout, "no connection within the timeout"));
    }
}

/// What becomes of requests that waited for a connection that could not be opened.
fn unopened(error: &io::Error) -> Broken {
    let fate = match error.kind() {
        io::ErrorKind::ConnectionRefused => Fate::ConnectRefused,
        io::ErrorKind::TimedOut => Fate::ConnectTimeout,
        _ => Fate::Connect,
    };
    Broken::new(fate, error.to_string())
}

/// As above, for one that was opened and failed in its greeting.
fn ungreeted(broken: Broken) -> Broken {
    let fate = if broken.fate == Fate::TlsAlert { Fate::Tls } else { Fate::Connect };
    Broken { fate, ..broken }
}
