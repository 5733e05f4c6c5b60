//! HTTP/1.1 with keep-alive (RFC 9112).
//!
//! The bytes of a request that is always the same are made once. An answer is framed as the RFC's section 6.3 orders it: no
//! body for HEAD, 204 and 304; `Transfer-Encoding: chunked` before `Content-Length`; else until the peer closes. Interim
//! answers (1xx) are passed over. Bodies are counted through, and kept only as far as checks want to see them.

mod body;
mod head;
mod request;

use std::sync::Arc;

use meshery_core::{LoadSpec, Result};

use super::{Call, Fault, Number, Prepared, Protocol, Session, Sign, Turn, http};
use crate::content::{Checks, Inspection, Mix};
use crate::target::{Scheme, Target};
use body::Body;
use head::Head;
use request::{Ready, Sending};

/// An answer whose head is larger than this breaks the protocol, so that memory stays bounded.
const MAX_HEAD: usize = 64 * 1024;

pub(super) struct Http1;

impl Protocol for Http1 {
    fn name(&self) -> &'static str {
        "http1"
    }

    fn schemes(&self) -> &'static [Scheme] {
        http::SCHEMES
    }

    fn alpn(&self) -> &'static [&'static [u8]] {
        &[b"http/1.1"]
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        let mix = Mix::read(spec, |words| Ready::read(words, target))?;
        Ok(Arc::new(Http1Load { content: Arc::new(Content { mix, checks: Checks::compile(spec)? }) }))
    }
}

/// What all sessions of a load share.
struct Content {
    mix: Mix<Ready>,
    checks: Checks,
}

struct Http1Load {
    content: Arc<Content>,
}

impl Prepared for Http1Load {
    fn session(&self) -> Box<dyn Session> {
        Box::new(Http1Session {
            content: Arc::clone(&self.content),
            state: State::Idle,
            request: 0,
            to_head: false,
            sending: None,
            seen: None,
            partial: Vec::new(),
        })
    }
}

struct Http1Session {
    content: Arc<Content>,
    state: State,
    /// The number of the request that is on the connection.
    request: Number,
    /// Whether it asks for a head only.
    to_head: bool,
    /// What is still to be said of it.
    sending: Option<Sending>,
    /// What its checks want to see.
    seen: Option<Inspection>,
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
    status: u16,
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

    fn begin(&mut self, call: Call, turn: &mut Turn) {
        self.state = State::Head;
        self.request = call.number;
        self.seen = self.content.checks.inspection();
        let mix = &self.content.mix;
        let ready = mix.pick(call.ordinal);
        self.to_head = ready.to_head();
        self.sending = ready.begin(mix.draw(call.ordinal), &mut turn.output);
    }

    fn more(&mut self, turn: &mut Turn) {
        if self.sending.as_mut().is_some_and(|sending| sending.more(&mut turn.output)) {
            self.sending = None;
        }
    }

    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        match &mut self.state {
            State::Idle if !input.is_empty() => Err(Fault::protocol("bytes that nobody asked for")),
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
            self.end(heading, turn);
        }
    }
}

impl Http1Session {
    fn head(&mut self, mut input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        loop {
            let Some((head, rest)) = Head::parse(input, self.seen.as_mut())? else {
                if input.len() > MAX_HEAD {
                    return Err(Fault::protocol("the head is larger than 64 KiB"));
                }
                self.partial.extend_from_slice(input);
                return Ok(());
            };
            input = rest;
            if head.is_interim() {
                continue;
            }
            let heading = Heading { status: head.status, reusable: head.keep_alive };
            self.state = State::Body(head.body(self.to_head)?, heading);
            return self.body(input, turn);
        }
    }

    fn body(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        let State::Body(body, heading) = &mut self.state else {
            return Ok(());
        };
        let fed = match &mut self.seen {
            None => body.feed(input, |_| {})?,
            Some(seen) => body.feed(input, |part| seen.body(part))?,
        };
        let Some(rest) = fed else {
            return Ok(());
        };
        let heading = *heading;
        self.end(heading, turn);
        // What follows a complete answer answers nothing, and an answer before the end of its request leaves the rest of
        // that unsaid: the answer counts, the connection is not used again.
        let reusable = heading.reusable && rest.is_empty() && self.sending.is_none();
        self.state = if reusable { State::Idle } else { State::Spent };
        Ok(())
    }

    /// The answer is complete.
    fn end(&mut self, heading: Heading, turn: &mut Turn) {
        let seen = self.seen.take();
        let (answer, failure) = self.content.checks.judge(Some(heading.status), heading.status < 400, seen.as_ref());
        turn.ended(self.request, answer, failure);
    }
}

#[cfg(test)]
mod tests;
