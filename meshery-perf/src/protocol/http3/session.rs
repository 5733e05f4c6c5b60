//! One connection: requests on streams of their own, and the streams on which the peers tell of themselves.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use meshery_core::Fate;
use quinn_proto::{Dir, Event, StreamEvent, StreamId};

use super::frame::{self, Part, Reader};
use super::quic::{self, Quic, Received};
use super::{Http3Load, qpack};
use crate::content::Inspection;
use crate::protocol::{Call, Fault, Number, Session, Sign, Turn};

/// The kind of a stream on which a peer tells of itself (RFC 9114 section 6.2).
const CONTROL: u64 = 0;

pub(super) struct Http3Session {
    load: Arc<Http3Load>,
    /// Or why there is none.
    quic: Result<Quic, Fault>,
    connected: bool,
    /// No request is begun any more.
    leaving: bool,
    requests: HashMap<StreamId, Request>,
    /// Requests for which the peer allows no stream yet.
    waiting: VecDeque<Call>,
    /// The peer's own streams, by what they have said so far of their kind.
    told: HashMap<StreamId, Told>,
}

/// A request and its answer.
struct Request {
    number: Number,
    to_head: bool,
    said: Vec<u8>,
    sent: usize,
    reader: Reader,
    begun: bool,
    status: Option<u16>,
    length: Option<u64>,
    received: u64,
    kept: Option<Inspection>,
}

#[derive(Default)]
struct Told {
    beginning: Vec<u8>,
    kind: Option<u64>,
    reader: Reader,
}

impl Http3Session {
    pub(super) fn new(load: Arc<Http3Load>) -> Self {
        let quic = Quic::connect(&load.client);
        Self {
            load,
            quic,
            connected: false,
            leaving: false,
            requests: HashMap::new(),
            waiting: VecDeque::new(),
            told: HashMap::new(),
        }
    }

    fn quic(&mut self) -> Result<&mut Quic, Fault> {
        self.quic.as_mut().map_err(|fault| fault.clone())
    }

    /// Takes notice of all that has happened.
    fn events(&mut self, turn: &mut Turn) -> Result<(), Fault> {
        while let Some(event) = self.quic()?.event() {
            match event {
                Event::Connected => self.greet()?,
                Event::ConnectionLost { reason } => return Err(quic::fault(&reason, self.connected)),
                Event::Stream(StreamEvent::Opened { dir: Dir::Uni }) => {
                    while let Some(id) = self.quic()?.accept(Dir::Uni) {
                        self.told.insert(id, Told::default());
                        self.listen(id)?;
                    }
                }
                Event::Stream(StreamEvent::Readable { id }) if id.dir() == Dir::Uni => self.listen(id)?,
                Event::Stream(StreamEvent::Readable { id }) => self.hear(id, turn)?,
                Event::Stream(StreamEvent::Writable { id }) => self.upload(id),
                Event::Stream(StreamEvent::Available { dir: Dir::Bi }) => {
                    while let Some(call) = self.waiting.pop_front() {
                        if !self.start(call, turn)? {
                            break;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The handshake is over: our settings, which are all at their defaults.
    fn greet(&mut self) -> Result<(), Fault> {
        self.connected = true;
        let quic = self.quic()?;
        let id = quic.open(Dir::Uni).ok_or_else(|| Fault::protocol("a peer that hears no settings"))?;
        quic.write(id, &[CONTROL as u8, frame::SETTINGS as u8, 0], &mut 0, false);
        Ok(())
    }

    /// The peer tells of itself.
    fn listen(&mut self, id: StreamId) -> Result<(), Fault> {
        let Received { bytes, .. } = self.quic()?.read(id);
        let Some(told) = self.told.get_mut(&id) else { return Ok(()) };
        let mut rest = bytes.as_slice();
        if told.kind.is_none() {
            told.beginning.extend_from_slice(rest);
            let mut beginning = told.beginning.as_slice();
            told.kind = frame::take_integer(&mut beginning);
            rest = &rest[rest.len() - beginning.len().min(rest.len())..];
        }
        // Other kinds are about tables, which there are none of, or unknown.
        if told.kind != Some(CONTROL) {
            return Ok(());
        }
        let leaving = &mut self.leaving;
        told.reader.feed(rest, |part| {
            match part {
                Part::Frame(frame::GOAWAY, _) => *leaving = true,
                Part::Frame(frame::SETTINGS, _) => {}
                Part::Frame(..) | Part::Data(_) => return Err(Fault::protocol("a request's frame among the settings")),
            }
            Ok(())
        })
    }

    /// Begins a request; `false` when it has to wait for a stream.
    fn start(&mut self, call: Call, turn: &mut Turn) -> Result<bool, Fault> {
        let load = Arc::clone(&self.load);
        let ready = load.mix.pick(call.ordinal);
        let mut scratch = Vec::new();
        let Some((block, body)) = ready.say(load.mix.draw(call.ordinal), &mut scratch) else {
            turn.signs.push((call.number, Sign::Failed(Fate::NotSent)));
            return Ok(true);
        };
        let Some(id) = self.quic()?.open(Dir::Bi) else {
            self.waiting.push_front(call);
            return Ok(false);
        };
        let mut said = Vec::with_capacity(block.len() + body.len() + 16);
        frame::integer(frame::HEADERS, &mut said);
        frame::integer((qpack::PREFIX.len() + block.len()) as u64, &mut said);
        said.extend_from_slice(&qpack::PREFIX);
        said.extend_from_slice(block);
        if !body.is_empty() {
            frame::integer(frame::DATA, &mut said);
            frame::integer(body.len() as u64, &mut said);
            said.extend_from_slice(&body);
        }
        let request = Request {
            number: call.number,
            to_head: ready.to_head(),
            said,
            sent: 0,
            reader: Reader::default(),
            begun: false,
            status: None,
            length: None,
            received: 0,
            kept: load.checks.inspection(),
        };
        self.requests.insert(id, request);
        self.upload(id);
        Ok(true)
    }

    fn upload(&mut self, id: StreamId) {
        let Ok(quic) = &mut self.quic else { return };
        if let Some(request) = self.requests.get_mut(&id)
            && quic.write(id, &request.said, &mut request.sent, true)
        {
            request.said = Vec::new();
            request.sent = 0;
        }
    }

    /// An answer, or a part of it.
    fn hear(&mut self, id: StreamId, turn: &mut Turn) -> Result<(), Fault> {
        let Received { bytes, ended, reset } = self.quic()?.read(id);
        let Some(request) = self.requests.get_mut(&id) else { return Ok(()) };
        if !bytes.is_empty() && !request.begun {
            request.begun = true;
            turn.signs.push((request.number, Sign::Begun));
        }
        let mut reader = std::mem::take(&mut request.reader);
        let heard = reader.feed(&bytes, |part| request.take(part, &self.load));
        request.reader = reader;
        heard?;
        if ended || reset {
            self.end(id, reset, turn);
        }
        Ok(())
    }

    fn end(&mut self, id: StreamId, reset: bool, turn: &mut Turn) {
        let Some(request) = self.requests.remove(&id) else { return };
        if let Ok(quic) = &mut self.quic
            && !request.said.is_empty()
        {
            // An answer before the end of its request: nobody wants the rest.
            quic.cancel(id);
        }
        let whole = request.length.is_none_or(|length| length == request.received);
        // What a HEAD or a 304 says of its length is about another answer.
        let whole = whole || request.to_head || request.status == Some(304);
        match request.status {
            _ if reset => turn.signs.push((request.number, Sign::Failed(Fate::Reset))),
            Some(status) if whole && request.reader.is_whole() => {
                let (answer, failure) = self.load.checks.judge(Some(status), status < 400, request.kept.as_ref());
                turn.ended(request.number, answer, failure);
            }
            _ => turn.signs.push((request.number, Sign::Failed(Fate::Protocol))),
        }
    }
}

impl Request {
    fn take(&mut self, part: Part<'_>, load: &Http3Load) -> Result<(), Fault> {
        match part {
            Part::Frame(frame::HEADERS, block) => self.fields(block, load),
            Part::Frame(..) => Err(Fault::protocol("a frame that has no place on this stream")),
            Part::Data(_) if self.status.is_none() => Err(Fault::protocol("a body before its head")),
            Part::Data(data) => {
                self.received += data.len() as u64;
                if let Some(kept) = &mut self.kept {
                    kept.body(data);
                }
                Ok(())
            }
        }
    }

    /// A head or trailers.
    fn fields(&mut self, block: &[u8], load: &Http3Load) -> Result<(), Fault> {
        let (is_head, mut status) = (self.status.is_none(), None);
        qpack::fields(block, |name, value| {
            if is_head && name.is(":status") {
                status = value.number().filter(|code| (100..1000).contains(code));
            } else if is_head && name.is("content-length") {
                self.length = value.number();
            }
            if let Some(kept) = &mut self.kept {
                kept.header(&String::from_utf8_lossy(&name.read()?), &value.read()?);
            }
            Ok(())
        })?;
        if !is_head {
            return Ok(());
        }
        let status = status.ok_or_else(|| Fault::protocol("an answer without a status"))? as u16;
        if status < 200 {
            self.kept = load.checks.inspection();
        } else {
            self.status = Some(status);
        }
        Ok(())
    }
}

impl Session for Http3Session {
    fn room(&self) -> Option<usize> {
        match &self.quic {
            Ok(_) if self.leaving => None,
            Ok(_) if !self.connected => Some(0),
            Ok(_) => Some((self.load.streams as usize).saturating_sub(self.requests.len() + self.waiting.len())),
            Err(_) => None,
        }
    }

    fn begin(&mut self, call: Call, turn: &mut Turn) {
        if let Err(fault) = self.start(call, turn) {
            turn.signs.push((call.number, Sign::Failed(fault.fate)));
        }
    }

    fn is_due(&mut self) -> bool {
        self.quic.as_mut().is_ok_and(Quic::is_due)
    }

    fn more(&mut self, turn: &mut Turn) {
        if !turn.output.is_empty() {
            return;
        }
        if let Ok(quic) = &mut self.quic {
            quic.say(&mut turn.output);
        }
        // A timer may have ended the connection.
        if let Err(fault) = self.events(turn) {
            let requests = self.requests.drain().map(|(_, request)| request.number);
            let lost = requests.chain(self.waiting.drain(..).map(|call| call.number));
            turn.signs.extend(lost.map(|number| (number, Sign::Failed(fault.fate))));
            self.quic = Err(fault);
        }
    }

    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        self.quic()?.receive(input);
        self.events(turn)
    }

    fn abandon(&mut self, request: Number, turn: &mut Turn) -> bool {
        let _ = turn;
        self.waiting.retain(|call| call.number != request);
        let found = self.requests.iter().find(|(_, other)| other.number == request).map(|(id, _)| *id);
        if let Some((id, quic)) = found.zip(self.quic.as_mut().ok()) {
            self.requests.remove(&id);
            quic.cancel(id);
        }
        true
    }
}
