//! The decorator: one TLS connection around one protocol session.

use std::io::{Read, Write};

use rustls::ClientConnection;

use crate::protocol::{Call, Fault, Number, Session, Turn};

/// Plaintext is taken from rustls in pieces of this size.
const PIECE: usize = 16 * 1024;

pub(super) struct TlsSession {
    connection: ClientConnection,
    inner: Box<dyn Session>,
    /// What the inner session says, before it is encrypted.
    plain: Turn,
    /// Whether the inner session has been opened.
    open: bool,
    buffer: Vec<u8>,
}

impl TlsSession {
    pub(super) fn new(mut connection: ClientConnection, inner: Box<dyn Session>) -> Self {
        // The engine bounds what is said at once; a second limit would cut it.
        connection.set_buffer_limit(None);
        Self { connection, inner, plain: Turn::default(), open: false, buffer: vec![0; PIECE] }
    }

    /// Encrypts what the inner session has said and passes its signs on.
    fn pass_on(&mut self, turn: &mut Turn) {
        if !self.plain.output.is_empty() {
            // rustls buffers plaintext without a limit here, so this writes all of it.
            let _ = self.connection.writer().write_all(&self.plain.output);
            self.plain.output.clear();
        }
        while self.connection.wants_write() {
            // Writing to memory does not fail.
            if self.connection.write_tls(&mut turn.output).is_err() {
                break;
            }
        }
        turn.signs.append(&mut self.plain.signs);
        turn.failures.append(&mut self.plain.failures);
    }

    /// Gives what has been decrypted to the inner session.
    fn decrypted(&mut self) -> Result<(), Fault> {
        loop {
            match self.connection.reader().read(&mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => self.inner.receive(&self.buffer[..count], &mut self.plain)?,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(Fault::tls(error.to_string())),
            }
        }
    }

    fn take(&mut self, mut input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        while !input.is_empty() {
            self.connection.read_tls(&mut input).map_err(|error| Fault::tls(error.to_string()))?;
            let processed = self.connection.process_new_packets();
            let state = processed.map_err(|error| Fault::tls(error.to_string()))?;
            if !self.open && !self.connection.is_handshaking() {
                self.open = true;
                self.inner.open(&mut self.plain);
            }
            self.decrypted()?;
            if state.peer_has_closed() {
                self.inner.close(&mut self.plain);
            }
        }
        self.pass_on(turn);
        Ok(())
    }
}

impl Session for TlsSession {
    fn open(&mut self, turn: &mut Turn) {
        self.pass_on(turn);
    }

    fn room(&self) -> Option<usize> {
        if self.open { self.inner.room() } else { Some(0) }
    }

    fn begin(&mut self, call: Call, turn: &mut Turn) {
        self.inner.begin(call, &mut self.plain);
        self.pass_on(turn);
    }

    fn more(&mut self, turn: &mut Turn) {
        if self.open {
            self.inner.more(&mut self.plain);
            self.pass_on(turn);
        }
    }

    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        let taken = self.take(input, turn);
        if taken.is_err() {
            // The alert for the peer, and the answers that came before the fault.
            self.pass_on(turn);
        }
        taken
    }

    /// The peer closed without saying so in TLS. For a body that ends with its connection that may be an attack
    /// (RFC 8446 section 6.1), so no answer ends this way.
    fn close(&mut self, _turn: &mut Turn) {}

    fn abandon(&mut self, request: Number, turn: &mut Turn) -> bool {
        let usable = self.inner.abandon(request, &mut self.plain);
        self.pass_on(turn);
        usable
    }
}
