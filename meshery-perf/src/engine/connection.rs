//! One connection: its socket, its protocol session, and the requests that are on it.

use std::io;
use std::time::SystemTime;

use meshery_core::Fate;

use super::recorder::Request;
use super::socket::Socket;
use super::stamp::Space;
use crate::protocol::{Call, Failure, Number, Session, Sign, Transport, Turn};

/// A connection is only touched by one thread, in whatever state it is.
pub(super) enum Connection {
    /// Not open; to be opened again at this time.
    Down { retry: u64 },
    /// Being opened since.
    Opening { socket: Socket, since: u64 },
    /// Open; at first perhaps only for a greeting.
    Open(Box<Open>),
}

/// An open connection.
pub(super) struct Open {
    socket: Socket,
    session: Box<dyn Session>,
    /// When it was opened, until its greeting is over.
    greeting_since: Option<u64>,
    /// How many more requests it may carry.
    left: u64,
    /// The requests on it, by their number.
    requests: Vec<Option<Request>>,
    /// How many of them there are.
    pub(super) busy: usize,
    /// Numbers begun since the last write.
    fresh: Vec<Number>,
    /// What the session has said; its bytes stay until the socket takes them.
    turn: Turn,
    pub(super) traffic: Traffic,
}

/// Bytes on connections.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    pub(super) sent: u64,
    pub(super) received: u64,
}

impl Traffic {
    pub(super) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.received += other.received;
    }
}

/// Why a connection is of no more use, and what becomes of the requests on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) fate: Fate,
    pub(super) why: String,
}

impl Broken {
    pub(super) fn new(fate: Fate, why: impl Into<String>) -> Self {
        Self { fate, why: why.into() }
    }
}

impl Open {
    pub(super) fn new(socket: Socket, session: Box<dyn Session>, now: u64, limit: Option<u64>) -> Self {
        let mut open = Self {
            socket,
            session,
            greeting_since: Some(now),
            left: limit.unwrap_or(u64::MAX),
            requests: Vec::new(),
            busy: 0,
            fresh: Vec::new(),
            turn: Turn::default(),
            traffic: Traffic::default(),
        };
        open.session.open(&mut open.turn);
        open
    }

    /// Whether another request can be begun now.
    pub(super) fn has_room(&self) -> bool {
        self.left > 0 && self.session.room().is_some_and(|room| room > 0)
    }

    /// Whether the connection takes no more requests, ever.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0 || self.session.room().is_none()
    }

    /// Whether its greeting, such as TLS, is still going on.
    pub(super) fn is_greeting(&self) -> bool {
        self.greeting_since.is_some()
    }

    /// Whether its greeting has been going on since before this time.
    pub(super) fn greets_since_before(&self, time: u64) -> bool {
        self.greeting_since.is_some_and(|since| since < time)
    }

    /// How long the greeting took, once, when it is over.
    pub(super) fn greeted(&mut self, now: u64) -> Option<u64> {
        let since = self.greeting_since?;
        if self.session.room() == Some(0) {
            return None;
        }
        self.greeting_since = None;
        Some(now.saturating_sub(since))
    }

    /// Whether the session has to be looked after, though nothing was received.
    pub(super) fn is_due(&mut self) -> bool {
        self.session.is_due()
    }

    /// Begins a request; it is written with the next [`flush`](Self::flush).
    pub(super) fn begin(&mut self, request: Request) {
        let free = self.requests.iter().position(Option::is_none);
        let number = free.unwrap_or_else(|| {
            self.requests.push(None);
            self.requests.len() - 1
        });
        let call = Call { number: number as Number, ordinal: request.ordinal };
        self.requests[number] = Some(request);
        self.busy += 1;
        self.left -= 1;
        self.fresh.push(call.number);
        self.session.begin(call, &mut self.turn);
    }

    /// Stamps what was begun since the last time; each goes to `sent`.
    pub(super) fn stamp(&mut self, now: u64, mut sent: impl FnMut(&mut Request)) {
        for number in self.fresh.drain(..) {
            if let Some(request) = &mut self.requests[number as usize] {
                request.sent = now;
                sent(request);
            }
        }
    }

    /// Writes what there is to say, as much of it as the socket takes.
    pub(super) fn flush(&mut self) -> Result<(), Broken> {
        loop {
            self.session.more(&mut self.turn);
            if self.turn.output.is_empty() || !self.write()? {
                return Ok(());
            }
        }
    }

    /// Writes what has been said; whether the socket took all of it.
    fn write(&mut self) -> Result<bool, Broken> {
        let output = &mut self.turn.output;
        let mut written = 0;
        while written < output.len() {
            match self.socket.send(&output[written..]) {
                Ok(0) => return Err(Broken::new(Fate::Reset, "nothing can be written")),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Broken::new(Fate::Reset, error.to_string())),
            }
        }
        self.traffic.sent += written as u64;
        // Nearly always all of it, which costs nothing to forget.
        output.drain(..written);
        Ok(output.is_empty())
    }

    /// Reads what there is; to the very end if the peer is `closing`. With space for it, the answer is when the last of it
    /// came, if the kernel says so.
    pub(super) fn receive(
        &mut self,
        buffer: &mut [u8],
        to_the_end: bool,
        mut space: Option<&mut Space>,
    ) -> Result<Option<SystemTime>, Broken> {
        let mut last = None;
        loop {
            let received = match &mut space {
                Some(space) => space.receive(&self.socket, buffer),
                None => self.socket.receive(buffer).map(|count| (count, None)),
            };
            match received {
                Ok((0, _)) => {
                    self.session.close(&mut self.turn);
                    return Err(Broken::new(Fate::EarlyClose, "the peer closed the connection"));
                }
                Ok((count, stamp)) => {
                    last = stamp.or(last);
                    self.traffic.received += count as u64;
                    let heard = self.session.receive(&buffer[..count], &mut self.turn);
                    heard.map_err(|fault| Broken { fate: fault.fate, why: fault.message.into_owned() })?;
                    // A read that did not fill the buffer has emptied the stream: no second call to hear so.
                    if count < buffer.len() && !to_the_end {
                        return Ok(last);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(last),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Broken::new(Fate::Reset, error.to_string())),
            }
        }
    }

    /// The requests that the session has said something of, and why an answer among them failed a check.
    pub(super) fn signs(&mut self, mut seen: impl FnMut(Request, Sign, Option<Failure>)) {
        let mut failures = std::mem::take(&mut self.turn.failures);
        for (number, sign) in self.turn.signs.drain(..) {
            let slot = &mut self.requests[number as usize];
            let ended = sign != Sign::Begun;
            let request = if ended { slot.take() } else { *slot };
            if let Some(request) = request {
                self.busy -= usize::from(ended);
                let failure = failures.iter().position(|(other, _)| ended && *other == number);
                seen(request, sign, failure.map(|index| failures.swap_remove(index).1));
            }
        }
    }

    /// Takes every request off the connection.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = Request> + use<> {
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

/// Whether everything there is must be read before the next event tells of more: a stream tells by a short read, a
/// datagram does not.
pub(super) fn reads_to_the_end(transport: Transport, closing: bool) -> bool {
    closing || transport == Transport::Datagram
}
