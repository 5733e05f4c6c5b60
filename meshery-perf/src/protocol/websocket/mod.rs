//! WebSocket (RFC 6455): each message of ours is answered by one of the peer's, in order.

mod frame;
mod greeting;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use meshery_core::{Error, ErrorKind, LoadSpec, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{Call, Fault, Number, Prepared, Protocol, Session, Sign, Turn};
use crate::content::{Body, BodyWords, Checks, Inspection, Mix};
use crate::target::{Scheme, Target};
use frame::{Event, Reader};
use greeting::Greeting;

pub(super) struct WebSocket;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    message: BodyWords,
    /// Whether the message is binary rather than text.
    binary: bool,
}

impl Default for Words {
    fn default() -> Self {
        Self { message: BodyWords::Template("ping".into()), binary: false }
    }
}

/// A message, ready to be sent.
struct Ready {
    message: Body,
    opcode: u8,
}

impl Protocol for WebSocket {
    fn name(&self) -> &'static str {
        "websocket"
    }

    fn schemes(&self) -> &'static [Scheme] {
        const SCHEMES: &[Scheme] = &[Scheme::plain("ws", Some(80)), Scheme::secure("wss", Some(443))];
        SCHEMES
    }

    fn alpn(&self) -> &'static [&'static [u8]] {
        &[b"http/1.1"]
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        let load = Load {
            mix: Mix::read(spec, read)?,
            checks: Checks::compile(spec)?,
            streams: spec.streams as usize,
            target: target.clone(),
            connections: AtomicU64::new(0),
        };
        Ok(Arc::new(Connections(Arc::new(load))))
    }
}

fn read(words: &Value) -> Result<Ready> {
    let words: Words = Words::deserialize(words).map_err(|error| {
        let error = Error::new(ErrorKind::InvalidInput, error.to_string());
        error.expected("an object of message and binary")
    })?;
    let message = Body::read(words.message).map_err(|error| error.at("message"))?;
    if let Body::Bytes(bytes) = &message
        && !words.binary
        && std::str::from_utf8(bytes).is_err()
    {
        return Err(Error::invalid("message", "text that is not UTF-8").expected("\"binary\": true"));
    }
    Ok(Ready { message, opcode: if words.binary { frame::BINARY } else { frame::TEXT } })
}

struct Load {
    mix: Mix<Ready>,
    checks: Checks,
    streams: usize,
    target: Target,
    /// How many there have been: each has a key of its own.
    connections: AtomicU64,
}

struct Connections(Arc<Load>);

impl Prepared for Connections {
    fn session(&self) -> Box<dyn Session> {
        let load = Arc::clone(&self.0);
        let greeting = Greeting::new(load.mix.draw(load.connections.fetch_add(1, Ordering::Relaxed)));
        Box::new(WebSocketSession {
            load,
            greeting: Some(greeting),
            reader: Reader::default(),
            waiting: VecDeque::new(),
            kept: None,
            begun: false,
            closing: false,
        })
    }
}

struct WebSocketSession {
    load: Arc<Load>,
    /// Until it is over.
    greeting: Option<Greeting>,
    reader: Reader,
    waiting: VecDeque<Number>,
    /// What is kept of the message that is coming.
    kept: Option<Inspection>,
    begun: bool,
    closing: bool,
}

impl Session for WebSocketSession {
    fn open(&mut self, turn: &mut Turn) {
        if let Some(greeting) = &self.greeting {
            greeting.say(&self.load.target, &mut turn.output);
        }
    }

    fn room(&self) -> Option<usize> {
        match (&self.greeting, self.closing) {
            (Some(_), _) => Some(0),
            (None, true) => None,
            (None, false) => Some(self.load.streams.saturating_sub(self.waiting.len())),
        }
    }

    fn begin(&mut self, call: Call, turn: &mut Turn) {
        let mix = &self.load.mix;
        let (ready, draw) = (mix.pick(call.ordinal), mix.draw(call.ordinal));
        frame::say(ready.opcode, &ready.message.bytes(draw), draw, &mut turn.output);
        self.waiting.push_back(call.number);
    }

    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        match &mut self.greeting {
            None => self.frames(input, turn),
            Some(greeting) => {
                let Some(rest) = greeting.heard(input)? else { return Ok(()) };
                self.greeting = None;
                self.frames(&rest, turn)
            }
        }
    }
}

impl WebSocketSession {
    fn frames(&mut self, mut input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        while let Some((event, rest)) = self.reader.next(input)? {
            input = rest;
            match event {
                Event::Part(part) => self.part(part, turn)?,
                Event::End => self.end(turn)?,
                Event::Ping(payload) => {
                    let draw = self.load.mix.draw(0);
                    frame::say(frame::PONG, &payload, draw, &mut turn.output);
                }
                Event::Close(payload) => {
                    self.closing = true;
                    frame::say(frame::CLOSE, &payload, self.load.mix.draw(0), &mut turn.output);
                }
            }
        }
        Ok(())
    }

    fn part(&mut self, part: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        let number = *self.waiting.front().ok_or_else(|| Fault::protocol("a message that nobody asked for"))?;
        if !self.begun {
            self.begun = true;
            self.kept = self.load.checks.inspection();
            turn.signs.push((number, Sign::Begun));
        }
        self.reader.check(part)?;
        if let Some(kept) = &mut self.kept {
            kept.body(part);
        }
        Ok(())
    }

    fn end(&mut self, turn: &mut Turn) -> Result<(), Fault> {
        // A message without a byte begins and ends here.
        self.part(&[], turn)?;
        if let Some(number) = self.waiting.pop_front() {
            let (answer, failure) = self.load.checks.judge(None, true, self.kept.take().as_ref());
            turn.ended(number, answer, failure);
        }
        self.begun = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
