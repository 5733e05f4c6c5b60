//! The head of an answer: status, framing, and whether the connection lives on.

use super::super::Fault;
use super::body::Body;
use crate::content::Inspection;

const MAX_HEADERS: usize = 128;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) keep_alive: bool,
    length: Option<u64>,
    coding: Coding,
    /// What is wrong with the framing; it matters only where there is a body.
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Plain,
    Chunked,
    /// A transfer coding whose end is not chunked: the body ends with the connection.
    Other,
}

impl Head {
    /// The head and what follows it; `None` when it is not complete. The headers of a real answer go to `seen`.
    pub(super) fn parse<'a>(input: &'a [u8], seen: Option<&mut Inspection>) -> Result<Option<(Self, &'a [u8])>, Fault> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let end = match response.parse(input) {
            Ok(httparse::Status::Complete(end)) => end,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(Fault::protocol("more than 128 headers")),
            Err(_) => return Err(Fault::protocol("not an HTTP/1.1 answer")),
        };
        let status = response.code.unwrap_or(0);
        let mut head =
            Self { status, keep_alive: response.version == Some(1), length: None, coding: Coding::Plain, fault: None };
        for header in response.headers.iter() {
            head.apply(header.name, header.value);
        }
        if let Some(seen) = seen.filter(|_| !head.is_interim()) {
            response.headers.iter().for_each(|header| seen.header(header.name, header.value));
        }
        Ok(Some((head, &input[end..])))
    }

    fn apply(&mut self, name: &str, value: &[u8]) {
        if name.eq_ignore_ascii_case("content-length") {
            match content_length(value) {
                Ok(length) if self.length.is_none_or(|other| other == length) => self.length = Some(length),
                Ok(_) => self.fault = Some(Fault::protocol("two different content-lengths")),
                Err(fault) => self.fault = Some(fault),
            }
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            let last = tokens(value).next_back().unwrap_or_default();
            self.coding = if last.eq_ignore_ascii_case(b"chunked") { Coding::Chunked } else { Coding::Other };
        } else if name.eq_ignore_ascii_case("connection") {
            for token in tokens(value) {
                if token.eq_ignore_ascii_case(b"close") {
                    self.keep_alive = false;
                } else if token.eq_ignore_ascii_case(b"keep-alive") {
                    self.keep_alive = true;
                }
            }
        }
    }

    /// Whether the real answer is yet to come. 101 is final: what follows it is another protocol.
    pub(super) fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    /// How the body is framed (RFC 9112 section 6.3): some answers have none, whatever their headers say.
    pub(super) fn body(self, to_head: bool) -> Result<Body, Fault> {
        if to_head || matches!(self.status, 101 | 204 | 304) {
            return Ok(Body::Length(0));
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match (self.coding, self.length) {
            (Coding::Chunked, None) => Ok(Body::chunked()),
            (Coding::Chunked | Coding::Other, Some(_)) => {
                Err(Fault::protocol("both transfer-encoding and content-length"))
            }
            (Coding::Plain, Some(length)) => Ok(Body::Length(length)),
            (Coding::Plain | Coding::Other, None) => Ok(Body::UntilClose),
        }
    }
}

/// One number, or the same number repeated with commas.
fn content_length(value: &[u8]) -> Result<u64, Fault> {
    let mut lengths = tokens(value).map(|token| {
        let text = std::str::from_utf8(token).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Fault::protocol("content-length is not a number"))
    });
    let first: u64 = lengths.next().ok_or_else(|| Fault::protocol("content-length is empty"))??;
    for other in lengths {
        if other? != first {
            return Err(Fault::protocol("two different content-lengths"));
        }
    }
    Ok(first)
}

fn tokens(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
}
