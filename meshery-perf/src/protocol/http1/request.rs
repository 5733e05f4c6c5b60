//! A request as bytes: made once where it is always the same, in pieces where it is large.

use std::io::Write as _;
use std::sync::Arc;

use meshery_core::Result;
use serde_json::Value;

use super::super::http::Request;
use crate::content::Draw;
use crate::target::Target;

/// As much is said at once.
const PIECE: usize = 64 * 1024;

/// A request, ready to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    request: Request,
    /// All of it, when it is always the same and not large.
    bytes: Option<Box<[u8]>>,
}

/// A body on its way.
#[derive(Debug)]
pub(super) struct Sending {
    body: Arc<[u8]>,
    sent: usize,
    chunked: bool,
}

impl Ready {
    pub(super) fn read(words: &Value, target: &Target) -> Result<Self> {
        let mut ready = Self { request: Request::read(words, target)?, bytes: None };
        if ready.request.is_constant() {
            let mut bytes = Vec::new();
            if ready.begin(Draw { seed: 0, ordinal: 0 }, &mut bytes).is_none() {
                ready.bytes = Some(bytes.into());
            }
        }
        Ok(ready)
    }

    pub(super) fn to_head(&self) -> bool {
        self.request.method == "HEAD"
    }

    /// Says the head and the beginning of the body; the rest comes back.
    pub(super) fn begin(&self, draw: Draw, out: &mut Vec<u8>) -> Option<Sending> {
        if let Some(bytes) = &self.bytes {
            out.extend_from_slice(bytes);
            return None;
        }
        let request = &self.request;
        let body = request.body.bytes(draw);
        out.extend_from_slice(request.method.as_bytes());
        out.push(b' ');
        request.path.render(draw, 0, out);
        out.extend_from_slice(b" HTTP/1.1\r\nhost: ");
        request.authority.render(draw, 1, out);
        for (index, (name, value)) in request.headers.iter().enumerate() {
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            value.render(draw, 2 + index as u64, out);
        }
        // Writing to memory does not fail.
        let _ = match (request.stream, request.says_length()) {
            (true, _) => out.write_all(b"\r\ntransfer-encoding: chunked"),
            (false, true) => write!(out, "\r\ncontent-length: {}", body.len()),
            (false, false) => Ok(()),
        };
        out.extend_from_slice(b"\r\n\r\n");
        let mut sending = Sending { body, sent: 0, chunked: request.stream };
        (!sending.more(out)).then_some(sending)
    }
}

impl Sending {
    /// Says the next piece; whether it was the last.
    pub(super) fn more(&mut self, out: &mut Vec<u8>) -> bool {
        let end = self.body.len().min(self.sent + PIECE);
        let piece = &self.body[self.sent..end];
        self.sent = end;
        let last = end == self.body.len();
        if !self.chunked {
            out.extend_from_slice(piece);
            return last;
        }
        if !piece.is_empty() {
            let _ = write!(out, "{:x}\r\n", piece.len());
            out.extend_from_slice(piece);
            out.extend_from_slice(b"\r\n");
        }
        if last {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        last
    }
}
