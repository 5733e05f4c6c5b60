//! Frames (RFC 9113 section 4): the nine bytes before each, and those that a client says of its own accord.

use crate::protocol::Fault;

pub(super) const HEADER: usize = 9;
/// The largest frame that we let a peer send: the least that every peer must accept, and what all of them do.
pub(super) const LARGEST: usize = 16_384;
/// Windows are as large as they can be: a load generator has nothing to hold back for.
const WINDOW: u32 = (1 << 31) - 1;
/// What a connection's window is before anybody says so.
pub(super) const FIRST_WINDOW: u32 = 65_535;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PUSH_PROMISE: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 32;

const CANCEL: u32 = 8;

/// A whole frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The first frame of these bytes and what follows it; `None` when it is not whole.
    pub(super) fn parse(input: &'a [u8]) -> Result<Option<(Self, &'a [u8])>, Fault> {
        let Some((header, rest)) = input.split_first_chunk::<HEADER>() else { return Ok(None) };
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
        if length > LARGEST {
            return Err(Fault::protocol("a frame larger than was allowed"));
        }
        let Some((payload, rest)) = rest.split_at_checked(length) else { return Ok(None) };
        let stream = u32::from_be_bytes([header[5], header[6], header[7], header[8]]) & WINDOW;
        Ok(Some((Self { kind: header[3], flags: header[4], stream, payload }, rest)))
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The payload of DATA or HEADERS without padding and priority.
    pub(super) fn content(&self) -> Result<&'a [u8], Fault> {
        let broken = || Fault::protocol("more padding than frame");
        let mut content = self.payload;
        let mut padding = 0;
        if self.has(PADDED) {
            let (length, rest) = content.split_first().ok_or_else(broken)?;
            (padding, content) = (usize::from(*length), rest);
        }
        if self.kind == HEADERS && self.has(PRIORITY) {
            content = content.get(5..).ok_or_else(broken)?;
        }
        let length = content.len().checked_sub(padding).ok_or_else(broken)?;
        Ok(&content[..length])
    }

    /// The number at the beginning of the payload.
    pub(super) fn number(&self) -> Result<u32, Fault> {
        let bytes = self.payload.first_chunk().ok_or_else(|| Fault::protocol("a frame that is too short"))?;
        Ok(u32::from_be_bytes(*bytes))
    }
}

/// Appends the header of a frame.
pub(super) fn header(length: usize, kind: u8, flags: u8, stream: u32, out: &mut Vec<u8>) {
    let [_, a, b, c] = (length as u32).to_be_bytes();
    out.extend_from_slice(&[a, b, c, kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
}

/// What a connection begins with: the preface, our settings, and a window for all of it.
pub(super) fn preface(out: &mut Vec<u8>) {
    out.extend_from_slice(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    // No header table, no push, windows without a limit.
    let settings = [(1_u16, 0_u32), (2, 0), (4, WINDOW)];
    header(settings.len() * 6, SETTINGS, 0, 0, out);
    for (name, value) in settings {
        out.extend_from_slice(&name.to_be_bytes());
        out.extend_from_slice(&value.to_be_bytes());
    }
    window_update(0, WINDOW - FIRST_WINDOW, out);
}

pub(super) fn window_update(stream: u32, by: u32, out: &mut Vec<u8>) {
    header(4, WINDOW_UPDATE, 0, stream, out);
    out.extend_from_slice(&by.to_be_bytes());
}

pub(super) fn cancel(stream: u32, out: &mut Vec<u8>) {
    header(4, RST_STREAM, 0, stream, out);
    out.extend_from_slice(&CANCEL.to_be_bytes());
}

/// Appends a header block, in as many frames as it takes.
pub(super) fn headers(block: &[u8], end_stream: bool, stream: u32, out: &mut Vec<u8>) {
    let mut parts = block.chunks(LARGEST).peekable();
    let mut kind = HEADERS;
    while let Some(part) = parts.next() {
        let last = if parts.peek().is_none() { END_HEADERS } else { 0 };
        let end = if kind == HEADERS && end_stream { END_STREAM } else { 0 };
        header(part.len(), kind, last | end, stream, out);
        out.extend_from_slice(part);
        kind = CONTINUATION;
    }
}
