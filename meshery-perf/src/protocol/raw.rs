//! A payload and its answer, without a protocol between: over TCP as a stream, over UDP as datagrams.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine as _;
use meshery_core::{Error, ErrorKind, Fate, LoadSpec, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Call, Failure, Fault, Number, Prepared, Protocol, Session, Sign, Transport, Turn};
use crate::content::{Body, BodyWords, Checks, Inspection, Mix};
use crate::target::{Scheme, Target};

/// The largest payload of a UDP datagram over IPv4 (RFC 768, RFC 791).
const DATAGRAM: usize = 65_507;
/// An answer that ends with a delimiter is no longer than this.
const LONGEST: usize = 64 << 20;

pub(super) struct Tcp;
pub(super) struct Udp;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    payload: BodyWords,
    answer: Ends,
}

impl Default for Words {
    fn default() -> Self {
        Self { payload: BodyWords::Template("ping\n".into()), answer: Ends::Echo }
    }
}

/// How an answer ends.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Ends {
    /// It is what was sent; anything else is a failed answer.
    Echo,
    /// After so many bytes.
    Size(u64),
    /// With these bytes: text, or base64 after `base64:`.
    Until(String),
    /// With the connection.
    Close,
}

impl Protocol for Tcp {
    fn name(&self) -> &'static str {
        "tcp"
    }

    fn schemes(&self) -> &'static [Scheme] {
        const SCHEMES: &[Scheme] = &[Scheme::plain("tcp", None), Scheme::secure("tls", None)];
        SCHEMES
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        prepare(target, spec, Transport::Stream)
    }
}

impl Protocol for Udp {
    fn name(&self) -> &'static str {
        "udp"
    }

    fn schemes(&self) -> &'static [Scheme] {
        const SCHEMES: &[Scheme] = &[Scheme::plain("udp", None)];
        SCHEMES
    }

    fn transport(&self) -> Transport {
        Transport::Datagram
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        prepare(target, spec, Transport::Datagram)
    }
}

fn prepare(_: &Target, spec: &LoadSpec, transport: Transport) -> Result<Arc<dyn Prepared>> {
    let mix = Mix::read(spec, |words| Ready::read(words, transport))?;
    let checks = Checks::compile(spec)?;
    // Late answers to what was given up must not pass for those to what came after it.
    let streams = if transport == Transport::Datagram { 1 } else { spec.streams as usize };
    Ok(Arc::new(Raw(Arc::new(Load { mix, checks, streams, transport }))))
}

struct Load {
    mix: Mix<Ready>,
    checks: Checks,
    streams: usize,
    transport: Transport,
}

struct Ready {
    payload: Body,
    ends: Ends,
    delimiter: Vec<u8>,
}

impl Ready {
    fn read(words: &Value, transport: Transport) -> Result<Self> {
        let words: Words = Words::deserialize(words).map_err(|error| {
            let error = Error::new(ErrorKind::InvalidInput, error.to_string());
            error.expected("an object of payload and answer")
        })?;
        let place = |error: Error| error.at("payload");
        let payload = Body::read(words.payload).map_err(place)?;
        if payload.is_empty() {
            return Err(Error::invalid("payload", "nothing to send").expected("at least one byte"));
        }
        if let (Transport::Datagram, Body::Bytes(bytes)) = (transport, &payload)
            && bytes.len() > DATAGRAM
        {
            let error = Error::invalid("payload", "too large for a datagram");
            return Err(error.expected(format!("at most {DATAGRAM} bytes")).found(bytes.len().to_string()));
        }
        if transport == Transport::Datagram && matches!(words.answer, Ends::Until(_) | Ends::Close) {
            let error = Error::invalid("answer", "a datagram ends by itself");
            return Err(error.expected("echo or size").found(format!("{:?}", words.answer)));
        }
        let delimiter = match &words.answer {
            Ends::Until(text) => delimiter(text)?,
            Ends::Size(0) => return Err(Error::invalid("answer.size", "out of range").expected("at least 1")),
            _ => Vec::new(),
        };
        Ok(Self { payload, ends: words.answer, delimiter })
    }
}

fn delimiter(text: &str) -> Result<Vec<u8>> {
    let bytes = match text.strip_prefix("base64:") {
        None => text.as_bytes().to_vec(),
        Some(code) => base64::engine::general_purpose::STANDARD
            .decode(code)
            .map_err(|error| Error::invalid("answer.until", error.to_string()))?,
    };
    if bytes.is_empty() {
        return Err(Error::invalid("answer.until", "no delimiter").expected("at least one byte"));
    }
    Ok(bytes)
}

struct Raw(Arc<Load>);

impl Prepared for Raw {
    fn session(&self) -> Box<dyn Session> {
        Box::new(RawSession { load: Arc::clone(&self.0), waiting: VecDeque::new(), spent: false })
    }
}

struct RawSession {
    load: Arc<Load>,
    /// Requests in the order in which they are answered.
    waiting: VecDeque<Waiting>,
    spent: bool,
}

/// A request whose answer is not whole.
struct Waiting {
    number: Number,
    ordinal: u64,
    sent: Arc<[u8]>,
    received: u64,
    /// Whether an echo has been one so far.
    faithful: bool,
    /// The end of what was received, as long as a delimiter.
    tail: Vec<u8>,
    kept: Option<Inspection>,
}

impl Session for RawSession {
    fn room(&self) -> Option<usize> {
        (!self.spent).then(|| self.load.streams.saturating_sub(self.waiting.len()))
    }

    fn begin(&mut self, call: Call, turn: &mut Turn) {
        let mix = &self.load.mix;
        let ready = mix.pick(call.ordinal);
        let sent = ready.payload.bytes(mix.draw(call.ordinal));
        turn.output.extend_from_slice(&sent);
        let kept = self.load.checks.inspection();
        let (received, faithful, tail) = (0, true, Vec::new());
        self.waiting.push_back(Waiting {
            number: call.number,
            ordinal: call.ordinal,
            sent,
            received,
            faithful,
            tail,
            kept,
        });
        // The answer takes the whole connection.
        self.spent |= ready.ends == Ends::Close;
    }

    fn receive(&mut self, mut input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        while !input.is_empty() {
            let Some(waiting) = self.waiting.front_mut() else {
                return Err(Fault::protocol("bytes that nobody asked for"));
            };
            let ready = self.load.mix.pick(waiting.ordinal);
            if waiting.received == 0 {
                turn.signs.push((waiting.number, Sign::Begun));
            }
            let taken = waiting.take(ready, input)?;
            let datagram = self.load.transport == Transport::Datagram;
            let Some(taken) = taken.or(datagram.then_some(input.len())) else { return Ok(()) };
            // A datagram is one answer, whatever is in it.
            input = if datagram { &[] } else { &input[taken..] };
            self.end(turn);
        }
        Ok(())
    }

    fn close(&mut self, turn: &mut Turn) {
        if self.waiting.front().is_some_and(|waiting| self.load.mix.pick(waiting.ordinal).ends == Ends::Close) {
            self.end(turn);
        }
    }
}

impl RawSession {
    /// The first answer is complete.
    fn end(&mut self, turn: &mut Turn) {
        let Some(waiting) = self.waiting.pop_front() else { return };
        let ready = self.load.mix.pick(waiting.ordinal);
        let whole = match ready.ends {
            Ends::Echo => waiting.faithful && waiting.received == waiting.sent.len() as u64,
            Ends::Size(size) => waiting.received == size,
            Ends::Until(_) | Ends::Close => true,
        };
        let (answer, failure): (Answer, Option<Failure>) = if whole {
            self.load.checks.judge(None, true, waiting.kept.as_ref())
        } else {
            (Answer { status: None, fate: Fate::CheckFailed }, None)
        };
        turn.ended(waiting.number, answer, failure);
    }
}

impl Waiting {
    /// Takes what belongs to this answer; how much that was, when it is complete.
    fn take(&mut self, ready: &Ready, input: &[u8]) -> Result<Option<usize>, Fault> {
        let left = match ready.ends {
            Ends::Echo => self.sent.len() as u64 - self.received.min(self.sent.len() as u64),
            Ends::Size(size) => size - self.received.min(size),
            Ends::Until(_) => return self.until(&ready.delimiter, input),
            Ends::Close => u64::MAX,
        };
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let part = &input[..count];
        if ready.ends == Ends::Echo {
            let from = self.received as usize;
            self.faithful &= part == &self.sent[from..from + count];
        }
        self.keep(part);
        Ok((count as u64 == left).then_some(count))
    }

    fn until(&mut self, delimiter: &[u8], input: &[u8]) -> Result<Option<usize>, Fault> {
        // The delimiter may have begun in what came before.
        let before = self.tail.len();
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(input);
        let found = text.windows(delimiter.len()).position(|window| window == delimiter);
        let count = found.map_or(input.len(), |at| at + delimiter.len() - before);
        self.keep(&input[..count]);
        if self.received > LONGEST as u64 {
            return Err(Fault::protocol("an answer without an end"));
        }
        self.tail = text.split_off(text.len().saturating_sub(delimiter.len() - 1));
        Ok(found.map(|_| count))
    }

    fn keep(&mut self, part: &[u8]) {
        self.received += part.len() as u64;
        if let Some(kept) = &mut self.kept {
            kept.body(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(protocol: &dyn Protocol, request: Value, streams: u32) -> Result<Box<dyn Session>> {
        let target = Target::parse(&format!("{}://127.0.0.1:7", protocol.name()), protocol.schemes()).unwrap();
        let spec = LoadSpec { request, streams, ..LoadSpec::new("") };
        Ok(protocol.prepare(&target, &spec)?.session())
    }

    /// The fates of requests that are answered by these bytes, however they are cut.
    fn fates(request: &Value, count: u32, answer: &[u8]) -> Vec<Vec<Fate>> {
        let cut = |size: usize| {
            let (mut session, mut turn) = (session(&Tcp, request.clone(), count).unwrap(), Turn::default());
            (0..count).for_each(|number| session.begin(Call { number, ordinal: u64::from(number) }, &mut turn));
            answer.chunks(size).for_each(|part| session.receive(part, &mut turn).unwrap());
            session.close(&mut turn);
            let ended = |(_, sign): &(Number, Sign)| match sign {
                Sign::Ended(answer) => Some(answer.fate),
                _ => None,
            };
            turn.signs.iter().filter_map(ended).collect()
        };
        (1..=answer.len()).map(cut).collect()
    }

    #[test]
    fn answers_end_as_they_are_said_to() {
        let ok = |count| vec![Fate::Ok; count];
        for (request, count, answer, expected) in [
            (json!({ "payload": "n={{counter}}" }), 2, &b"n=0n=1"[..], ok(2)),
            (json!({ "payload": "abc" }), 1, b"abd", vec![Fate::CheckFailed]),
            (json!({ "payload": "x", "answer": { "size": 3 } }), 2, b"abcdef", ok(2)),
            (json!({ "payload": "x", "answer": { "until": "\r\n" } }), 3, b"a\r\n\r\nb\r\r\n", ok(3)),
            (json!({ "payload": "x", "answer": { "until": "base64:AAA=" } }), 1, b"a\0\0", ok(1)),
            (json!({ "payload": "x", "answer": "close" }), 1, b"whatever", ok(1)),
        ] {
            for found in fates(&request, count, answer) {
                assert_eq!(found, expected, "{request}");
            }
        }
    }

    #[test]
    fn a_datagram_is_one_answer() {
        let (mut session, mut turn) = (session(&Udp, json!({ "payload": "abc" }), 8).unwrap(), Turn::default());
        assert_eq!(session.room(), Some(1));
        session.begin(Call { number: 0, ordinal: 0 }, &mut turn);
        session.receive(b"ab", &mut turn).unwrap();
        assert_eq!(turn.signs[1], (0, Sign::Ended(Answer { status: None, fate: Fate::CheckFailed })));
        assert!(session.receive(b"late", &mut turn).is_err());
    }

    #[test]
    fn faults_are_named_by_their_place() {
        for (protocol, request, place) in [
            (&Tcp as &dyn Protocol, json!({ "payload": "" }), "request.payload"),
            (&Tcp, json!({ "answer": { "until": "" } }), "request.answer.until"),
            (&Tcp, json!({ "answer": { "size": 0 } }), "request.answer.size"),
            (&Tcp, json!({ "answr": "echo" }), "request"),
            (&Udp, json!({ "answer": "close" }), "request.answer"),
            (&Udp, json!({ "payload": { "size": 70_000 } }), "request.payload"),
        ] {
            let error = session(protocol, request.clone(), 1).err().unwrap();
            assert_eq!(error.report().place.as_deref(), Some(place), "{request}");
        }
    }
}
