//! HTTP/1.1 with keep-alive (RFC 9112).
//!
//! The request's bytes are made once. An answer is framed as the RFC's section 6.3 orders it: no body for HEAD, 204 and
//! 304; `Transfer-Encoding: chunked` before `Content-Length`; else until the peer closes. Interim answers (1xx) are passed
//! over. Bodies are counted through, not kept.

mod body;
mod head;

use std::sync::Arc;

use meshery_core::{Error, Result};
use serde::Deserialize;

use super::{Answer, Fault, Number, Prepared, Protocol, Session, Sign, Turn};
use crate::target::{Scheme, Target};
use body::Body;
use head::Head;

/// An answer whose head is larger than this breaks the protocol, so that memory stays bounded.
const MAX_HEAD: usize = 64 * 1024;

pub(super) struct Http1;

/// The request in the words of this protocol.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Request {
    method: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Default for Request {
    fn default() -> Self {
        Self { method: "GET".into(), headers: Vec::new(), body: String::new() }
    }
}

impl Request {
    fn check(&self) -> Result<()> {
        let token = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
        };
        if !token(&self.method) {
            return Err(Error::invalid("request.method", "not a method").expected("a token").found(&self.method));
        }
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let place = format!("request.headers[{index}]");
            if !token(name) {
                return Err(Error::invalid(place, "not a header name").expected("a token").found(name));
            }
            // The value may be a credential, so it is not repeated.
            if value.bytes().any(|b| b < 0x20 && b != b'\t' || b == 0x7f) {
                return Err(Error::invalid(place, "control character in a header value"));
            }
            if ["content-length", "transfer-encoding"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
                return Err(Error::invalid(place, "the engine frames the body itself").found(name));
            }
        }
        Ok(())
    }

    fn encode(&self, target: &Target) -> Vec<u8> {
        let mut lines = vec![format!("{} {} HTTP/1.1", self.method, target.path)];
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            lines.push(format!("host: {}", target.authority));
        }
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        // RFC 9110 section 8.6: a method that gives meaning to a body says its length even when that is zero.
        if !self.body.is_empty() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH") {
            lines.push(format!("content-length: {}", self.body.len()));
        }
        lines.push("\r\n".into());
        (lines.join("\r\n") + &self.body).into_bytes()
    }
}

impl Protocol for Http1 {
    fn name(&self) -> &'static str {
        "http1"
    }

    fn schemes(&self) -> &'static [Scheme] {
        &[Scheme { name: "http", port: Some(80) }]
    }

    fn prepare(&self, target: &Target, request: &serde_json::Value) -> Result<Arc<dyn Prepared>> {
        let request: Request =
            serde_json::from_value(request.clone()).map_err(|error| Error::invalid("request", error.to_string()))?;
        request.check()?;
        Ok(Arc::new(Ready { bytes: request.encode(target).into(), to_head: request.method == "HEAD" }))
    }
}

struct Ready {
    bytes: Arc<[u8]>,
    to_head: bool,
}

impl Prepared for Ready {
    fn session(&self) -> Box<dyn Session> {
        Box::new(Http1Session {
            bytes: Arc::clone(&self.bytes),
            to_head: self.to_head,
            state: State::Idle,
            request: 0,
            partial: Vec::new(),
        })
    }
}

struct Http1Session {
    bytes: Arc<[u8]>,
    to_head: bool,
    state: State,
    /// The number of the request that is on the connection.
    request: Number,
    /// The beginning of a head that came in more than one piece.
    partial: Vec<u8>,
}

enum State {
    Idle,
    Head,
    Body(Body, Heading),
    /// The connection carries no other request.
    Spent,
}

/// What a head says of its answer.
#[derive(Clone, Copy)]
struct Heading {
    answer: Answer,
    reusable: bool,
}

impl Session for Http1Session {
    fn room(&self) -> Option<usize> {
        match self.state {
            State::Idle => Some(1),
            State::Head | State::Body(..) => Some(0),
            State::Spent => None,
        }
    }

    fn begin(&mut self, request: Number, turn: &mut Turn) {
        self.state = State::Head;
        self.request = request;
        turn.output.extend_from_slice(&self.bytes);
    }

    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        match &mut self.state {
            State::Idle if !input.is_empty() => Err(Fault("bytes that nobody asked for")),
            // What follows a last answer answers nothing.
            State::Idle | State::Spent => Ok(()),
            State::Head if self.partial.is_empty() => {
                turn.signs.push((self.request, Sign::Begun));
                self.head(input, turn)
            }
            State::Head => {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(input);
                self.head(&whole, turn)
            }
            State::Body(..) => self.body(input, turn),
        }
    }

    fn close(&mut self, turn: &mut Turn) {
        if let State::Body(Body::UntilClose, heading) = std::mem::replace(&mut self.state, State::Spent) {
            turn.signs.push((self.request, Sign::Ended(heading.answer)));
        }
    }
}

impl Http1Session {
    fn head(&mut self, mut input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        loop {
            let Some((head, rest)) = Head::parse(input)? else {
                if input.len() > MAX_HEAD {
                    return Err(Fault("the head is larger than 64 KiB"));
                }
                self.partial.extend_from_slice(input);
                return Ok(());
            };
            input = rest;
            if head.is_interim() {
                continue;
            }
            let answer = Answer { status: Some(head.status), ok: head.status < 400 };
            self.state = State::Body(head.body(self.to_head)?, Heading { answer, reusable: head.keep_alive });
            return self.body(input, turn);
        }
    }

    fn body(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        let State::Body(body, heading) = &mut self.state else {
            return Ok(());
        };
        let Some(rest) = body.feed(input)? else {
            return Ok(());
        };
        turn.signs.push((self.request, Sign::Ended(heading.answer)));
        // What follows a complete answer answers nothing: the answer counts, the connection is not used again.
        self.state = if heading.reusable && rest.is_empty() { State::Idle } else { State::Spent };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
