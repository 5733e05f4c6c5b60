//! One connection: its socket, its protocol session, and the request that is on it.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use meshery_core::Fate;

use super::poller;
use super::recorder::Request;
use crate::protocol::{Answer, Session};

/// A connection is only touched by one thread, in whatever state it is.
pub(super) enum Connection {
    /// Not open; to be opened again at this time.
    Down { retry: u64 },
    /// Being opened since.
    Opening { socket: TcpStream, since: u64 },
    /// Open, without a request.
    Idle(Open),
    /// Open, with a request.
    Busy(Open, Request),
}

pub(super) struct Open {
    socket: TcpStream,
    session: Box<dyn Session>,
    /// How much of the request has been written, while the socket takes no more.
    unwritten: Option<Vec<u8>>,
}

/// What reading from a connection came to.
pub(super) enum Received {
    /// Not complete yet.
    Nothing,
    Answer(Answer),
    /// The connection is of no more use, and this is what became of a request on it.
    Broken(Fate),
}

impl Open {
    pub(super) fn new(socket: TcpStream, session: Box<dyn Session>) -> Self {
        Self { socket, session, unwritten: None }
    }

    /// Writes a request, as much of it as the socket takes.
    pub(super) fn send(&mut self) -> io::Result<()> {
        let bytes = self.session.request();
        let written = write_some(&mut self.socket, bytes)?;
        self.unwritten = (written < bytes.len()).then(|| bytes[written..].to_vec());
        Ok(())
    }

    /// The socket takes bytes again.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        if let Some(bytes) = &mut self.unwritten {
            let written = write_some(&mut self.socket, bytes)?;
            bytes.drain(..written);
            if bytes.is_empty() {
                self.unwritten = None;
            }
        }
        Ok(())
    }

    /// Reads what there is, until an answer is complete; to the very end if the peer is `closing`.
    pub(super) fn receive(&mut self, buffer: &mut [u8], closing: bool) -> Received {
        loop {
            match self.socket.read(buffer) {
                Ok(0) => {
                    return self.session.close().map_or(Received::Broken(Fate::EarlyClose), Received::Answer);
                }
                Ok(count) => match self.session.receive(&buffer[..count]) {
                    Ok(Some(answer)) => {
                        return Received::Answer(Answer { reusable: answer.reusable && !closing, ..answer });
                    }
                    // A read that did not fill the buffer has emptied the socket: no second call to hear so.
                    Ok(None) if count < buffer.len() && !closing => return Received::Nothing,
                    Ok(None) => {}
                    Err(_) => return Received::Broken(Fate::Protocol),
                },
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Received::Nothing,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Received::Broken(Fate::Reset),
            }
        }
    }
}

fn write_some(socket: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match socket.write(&bytes[written..]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// Moves a connection that is being opened on; `None` while it is still on its way.
pub(super) fn settled(socket: &TcpStream) -> Option<io::Result<()>> {
    match poller::outcome(socket) {
        Ok(true) => Some(Ok(())),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    }
}
