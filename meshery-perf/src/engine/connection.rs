//! One connection: its socket, its protocol session, and the requests that are on it.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use meshery_core::Fate;

use super::poller;
use super::recorder::Request;
use crate::pace::Due;
use crate::protocol::{Number, Session, Sign, Turn};

/// A connection is only touched by one thread, in whatever state it is.
pub(super) enum Connection {
    /// Not open; to be opened again at this time.
    Down { retry: u64 },
    /// Being opened since.
    Opening { socket: TcpStream, since: u64 },
    /// Open.
    Open(Box<Open>),
}

/// An open connection.
pub(super) struct Open {
    socket: TcpStream,
    session: Box<dyn Session>,
    /// The requests on it, by their number.
    requests: Vec<Option<Request>>,
    /// How many of them there are.
    pub(super) busy: usize,
    /// Numbers begun since the last write.
    fresh: Vec<Number>,
    /// What the session has said; its bytes stay until the socket takes them.
    turn: Turn,
}

/// Why a connection is of no more use, and what becomes of the requests on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) Fate);

impl Open {
    pub(super) fn new(socket: TcpStream, session: Box<dyn Session>) -> Self {
        let mut open =
            Self { socket, session, requests: Vec::new(), busy: 0, fresh: Vec::new(), turn: Turn::default() };
        open.session.open(&mut open.turn);
        open
    }

    /// Whether another request can be begun now.
    pub(super) fn has_room(&self) -> bool {
        self.session.room().is_some_and(|room| room > 0)
    }

    /// Whether the connection takes no more requests, ever.
    pub(super) fn is_spent(&self) -> bool {
        self.session.room().is_none()
    }

    /// Begins a request; it is written with the next [`flush`](Self::flush).
    pub(super) fn begin(&mut self, due: Due) {
        let free = self.requests.iter().position(Option::is_none);
        let number = free.unwrap_or_else(|| {
            self.requests.push(None);
            self.requests.len() - 1
        });
        self.requests[number] = Some(Request { due, sent: 0 });
        self.busy += 1;
        self.fresh.push(number as Number);
        self.session.begin(number as Number, &mut self.turn);
    }

    /// Stamps what was begun since the last time; each goes to `sent`.
    pub(super) fn stamp(&mut self, now: u64, mut sent: impl FnMut(Request)) {
        for number in self.fresh.drain(..) {
            if let Some(request) = &mut self.requests[number as usize] {
                request.sent = now;
                sent(*request);
            }
        }
    }

    /// Writes what there is to say, as much of it as the socket takes.
    pub(super) fn flush(&mut self) -> Result<(), Broken> {
        let output = &mut self.turn.output;
        let mut written = 0;
        while written < output.len() {
            match self.socket.write(&output[written..]) {
                Ok(0) => return Err(Broken(Fate::Reset)),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken(Fate::Reset)),
            }
        }
        // Nearly always all of it, which costs nothing to forget.
        output.drain(..written);
        Ok(())
    }

    /// Reads what there is; to the very end if the peer is `closing`.
    pub(super) fn receive(&mut self, buffer: &mut [u8], closing: bool) -> Result<(), Broken> {
        loop {
            match self.socket.read(buffer) {
                Ok(0) => {
                    self.session.close(&mut self.turn);
                    return Err(Broken(Fate::EarlyClose));
                }
                Ok(count) => {
                    self.session.receive(&buffer[..count], &mut self.turn).map_err(|_| Broken(Fate::Protocol))?;
                    // A read that did not fill the buffer has emptied the socket: no second call to hear so.
                    if count < buffer.len() && !closing {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken(Fate::Reset)),
            }
        }
    }

    /// The requests that the session has said something of.
    pub(super) fn signs(&mut self, mut seen: impl FnMut(Request, Sign)) {
        for (number, sign) in self.turn.signs.drain(..) {
            let slot = &mut self.requests[number as usize];
            let request = if matches!(sign, Sign::Ended(_)) { slot.take() } else { *slot };
            if let Some(request) = request {
                self.busy -= usize::from(matches!(sign, Sign::Ended(_)));
                seen(request, sign);
            }
        }
    }

    /// Takes every request off the connection.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = Request> {
        self.busy = 0;
        std::mem::take(&mut self.requests).into_iter().flatten()
    }

    /// Whether a request is on it that was due before this time.
    pub(super) fn holds_older_than(&self, time: u64) -> bool {
        self.requests.iter().flatten().any(|request| request.due.at < time)
    }

    /// Gives the requests up that were due before this time; whether the connection can be used on.
    pub(super) fn abandon_older_than(&mut self, time: u64, mut late: impl FnMut(Request)) -> bool {
        let mut usable = true;
        for (number, slot) in self.requests.iter_mut().enumerate() {
            if let Some(request) = slot.take_if(|request| request.due.at < time) {
                self.busy -= 1;
                usable &= self.session.abandon(number as Number, &mut self.turn);
                late(request);
            }
        }
        usable
    }
}

/// Moves a connection that is being opened on; `None` while it is still on its way.
pub(super) fn settled(socket: &TcpStream) -> Option<io::Result<()>> {
    match poller::outcome(socket) {
        Ok(true) => Some(Ok(())),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    }
}
