//! One connection: frames in, frames out.

use std::sync::Arc;

use meshery_core::Fate;

use super::flow::{Taken, Window};
use super::frame::{self, Frame};
use super::stream::{Stream, Streams, Upload};
use super::{Framing, Http2Load, hpack};
use crate::protocol::{Call, Fault, Number, Session, Sign, Turn};

/// A header block larger than this breaks the protocol, so that memory stays bounded.
const MAX_BLOCK: usize = 256 * 1024;
/// As much of uploads is said at once.
const PIECE: usize = 64 * 1024;
/// How many streams a peer allows at least, before it says so (RFC 9113 section 6.5.2 advises no less).
const STREAMS: u32 = 100;
/// The last stream that a connection can have.
const LAST: u32 = (1 << 31) - 1;

pub(super) struct Http2Session {
    load: Arc<Http2Load>,
    streams: Streams,
    next: u32,
    /// Streams that the peer allows at once.
    allowed: u32,
    /// No stream is begun after the peer said goodbye.
    leaving: bool,
    window: Window,
    /// The window that a new stream begins with.
    first_window: u32,
    taken: Taken,
    /// Requests whose bodies are still being said.
    uploads: Vec<Number>,
    /// The beginning of a frame.
    partial: Vec<u8>,
    /// A header block that is not whole, and the flags of its first frame.
    block: Option<(u32, u8, Vec<u8>)>,
    scratch: Vec<u8>,
}

impl Http2Session {
    pub(super) fn new(load: Arc<Http2Load>) -> Self {
        Self {
            load,
            streams: Streams::default(),
            next: 1,
            allowed: STREAMS,
            leaving: false,
            window: Window::new(frame::FIRST_WINDOW),
            first_window: frame::FIRST_WINDOW,
            taken: Taken::default(),
            uploads: Vec::new(),
            partial: Vec::new(),
            block: None,
            scratch: Vec::new(),
        }
    }

    /// Takes every whole frame; what is left.
    fn frames<'a>(&mut self, mut input: &'a [u8], turn: &mut Turn) -> Result<&'a [u8], Fault> {
        while let Some((frame, rest)) = Frame::parse(input)? {
            input = rest;
            self.take(frame, turn)?;
        }
        Ok(input)
    }

    fn take(&mut self, frame: Frame<'_>, turn: &mut Turn) -> Result<(), Fault> {
        if let Some((stream, ..)) = &self.block
            && (frame.kind != frame::CONTINUATION || frame.stream != *stream)
        {
            return Err(Fault::protocol("a header block is interrupted"));
        }
        match frame.kind {
            frame::DATA => self.data(frame, turn),
            frame::HEADERS => {
                let block = frame.content()?;
                if frame.has(frame::END_HEADERS) {
                    return self.headers(frame.stream, frame.flags, block, turn);
                }
                self.block = Some((frame.stream, frame.flags, block.to_vec()));
                Ok(())
            }
            frame::CONTINUATION => self.continuation(frame, turn),
            frame::RST_STREAM => {
                frame.number()?;
                self.fail(frame.stream, Fate::Reset, turn);
                Ok(())
            }
            frame::SETTINGS => self.settings(frame, turn),
            frame::PUSH_PROMISE => Err(Fault::protocol("a push that was not allowed")),
            frame::PING if !frame.has(frame::ACK) => {
                if frame.payload.len() != 8 {
                    return Err(Fault::protocol("a ping that is not eight bytes"));
                }
                frame::header(8, frame::PING, frame::ACK, 0, &mut turn.output);
                turn.output.extend_from_slice(frame.payload);
                Ok(())
            }
            frame::GOAWAY => {
                self.goodbye(frame.number()?, turn);
                Ok(())
            }
            frame::WINDOW_UPDATE => self.window_update(frame),
            // What we do not know we pass over (section 4.1).
            _ => Ok(()),
        }
    }

    fn continuation(&mut self, frame: Frame<'_>, turn: &mut Turn) -> Result<(), Fault> {
        let (stream, flags, mut block) =
            self.block.take().ok_or_else(|| Fault::protocol("the continuation of nothing"))?;
        block.extend_from_slice(frame.payload);
        if block.len() > MAX_BLOCK {
            return Err(Fault::protocol("a header block larger than 256 KiB"));
        }
        if frame.has(frame::END_HEADERS) {
            return self.headers(stream, flags, &block, turn);
        }
        self.block = Some((stream, flags, block));
        Ok(())
    }

    /// A head or trailers.
    fn headers(&mut self, id: u32, flags: u8, block: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        let Some(number) = self.known(id)? else { return Ok(()) };
        let Some(stream) = self.streams.get(number) else { return Ok(()) };
        if !stream.begun {
            stream.begun = true;
            turn.signs.push((number, Sign::Begun));
        }
        let is_head = stream.http.is_none();
        let mut status = None;
        let answers = &self.load.answers;
        let fields = hpack::fields(block, |name, value| {
            if is_head && status.is_none() && name.is(":status") {
                status = Some(value.number().filter(|code| (100..1000).contains(code)));
            } else if is_head && name.is("content-length") {
                stream.length = value.number();
            }
            answers.field(name, value, &mut stream.status);
            if let Some(kept) = &mut stream.kept {
                kept.header(&String::from_utf8_lossy(&name.read()?), &value.read()?);
            }
            Ok(())
        });
        fields?;
        let ended = flags & frame::END_STREAM != 0;
        if is_head {
            let status = status.flatten().ok_or_else(|| Fault::protocol("an answer without a status"))? as u16;
            if status < 200 {
                stream.kept = answers.keep();
                return if ended { Err(Fault::protocol("an interim answer that ends")) } else { Ok(()) };
            }
            stream.http = Some(status);
        } else if !ended {
            return Err(Fault::protocol("trailers that do not end the answer"));
        }
        if ended {
            self.end(number, turn);
        }
        Ok(())
    }

    fn data(&mut self, frame: Frame<'_>, turn: &mut Turn) -> Result<(), Fault> {
        self.taken.add(frame.payload.len(), 0, &mut turn.output);
        let Some(number) = self.known(frame.stream)? else { return Ok(()) };
        let Some(stream) = self.streams.get(number) else { return Ok(()) };
        if stream.http.is_none() {
            return Err(Fault::protocol("a body before its head"));
        }
        let content = frame.content()?;
        stream.received += content.len() as u64;
        self.load.answers.body(content, &mut stream.framing, stream.kept.as_mut());
        stream.upload.answered(stream.framing.messages());
        if frame.has(frame::END_STREAM) {
            self.end(number, turn);
        } else {
            stream.taken.add(frame.payload.len(), frame.stream, &mut turn.output);
        }
        Ok(())
    }

    /// The request of a stream; `None` for one that has ended, whose rest may still be on its way.
    fn known(&self, id: u32) -> Result<Option<Number>, Fault> {
        if id.is_multiple_of(2) || id >= self.next {
            return Err(Fault::protocol("a frame on a stream that nobody began"));
        }
        Ok(self.streams.find(id))
    }

    /// An answer is complete.
    fn end(&mut self, number: Number, turn: &mut Turn) {
        let Some(stream) = self.streams.remove(number) else { return };
        if !stream.upload.is_over() {
            // An answer before the end of its request: nobody wants the rest.
            frame::cancel(stream.id, &mut turn.output);
            self.uploads.retain(|other| *other != number);
        }
        let whole = stream.length.is_none_or(|length| length == stream.received);
        // What a HEAD or a 304 says of its length is about another answer.
        let whole = whole || stream.to_head || stream.http == Some(304);
        let judged = match stream.http {
            Some(http) if whole => self.load.answers.judge(http, stream.status, stream.framing, stream.kept.as_ref()),
            _ => Err(Fate::Protocol),
        };
        match judged {
            Ok((answer, failure)) => turn.ended(number, answer, failure),
            Err(fate) => turn.signs.push((number, Sign::Failed(fate))),
        }
    }

    /// A stream fails, and no other.
    fn fail(&mut self, id: u32, fate: Fate, turn: &mut Turn) {
        if let Some(number) = self.streams.find(id)
            && self.streams.remove(number).is_some()
        {
            self.uploads.retain(|other| *other != number);
            turn.signs.push((number, Sign::Failed(fate)));
        }
    }

    fn settings(&mut self, frame: Frame<'_>, turn: &mut Turn) -> Result<(), Fault> {
        if frame.has(frame::ACK) {
            return Ok(());
        }
        if !frame.payload.len().is_multiple_of(6) || frame.stream != 0 {
            return Err(Fault::protocol("settings that are none"));
        }
        for setting in frame.payload.chunks_exact(6) {
            let name = u16::from_be_bytes([setting[0], setting[1]]);
            let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
            match name {
                3 => self.allowed = value,
                4 if value > LAST => return Err(Fault::protocol("a flow-control window larger than 2^31 - 1")),
                4 => {
                    let by = i64::from(value) - i64::from(self.first_window);
                    self.first_window = value;
                    for (_, stream) in self.streams.all() {
                        stream.window.change(by)?;
                    }
                }
                // We send no larger frames than everybody takes, index nothing, and want no push.
                _ => {}
            }
        }
        frame::header(0, frame::SETTINGS, frame::ACK, 0, &mut turn.output);
        Ok(())
    }

    /// The peer takes no more streams, and has not looked at those above `last`.
    fn goodbye(&mut self, last: u32, turn: &mut Turn) {
        self.leaving = true;
        let unseen: Vec<u32> = self.streams.all().map(|(_, stream)| stream.id).filter(|id| *id > last & LAST).collect();
        for id in unseen {
            self.fail(id, Fate::Reset, turn);
        }
    }

    fn window_update(&mut self, frame: Frame<'_>) -> Result<(), Fault> {
        let by = i64::from(frame.number()? & LAST);
        if by == 0 {
            return Err(Fault::protocol("a window update by nothing"));
        }
        if frame.stream == 0 {
            return self.window.change(by);
        }
        let number = self.known(frame.stream)?;
        match number.and_then(|number| self.streams.get(number)) {
            Some(stream) => stream.window.change(by),
            None => Ok(()),
        }
    }

    /// Says as much of a body as the windows allow; whether that was all of it.
    fn upload(&mut self, number: Number, turn: &mut Turn) -> bool {
        let Some(stream) = self.streams.get(number) else { return true };
        let mut said = 0;
        while !stream.upload.is_over() && said < PIECE {
            let left = stream.upload.body.len() - stream.upload.sent;
            let allowed = stream.upload.allowed - stream.upload.sent;
            let count = self.window.room(stream.window.room(allowed.min(frame::LARGEST)));
            if count == 0 {
                return false;
            }
            let end = if count == left { frame::END_STREAM } else { 0 };
            frame::header(count, frame::DATA, end, stream.id, &mut turn.output);
            let from = stream.upload.sent;
            turn.output.extend_from_slice(&stream.upload.body[from..from + count]);
            stream.upload.sent += count;
            stream.window.take(count);
            self.window.take(count);
            said += count;
        }
        stream.upload.is_over()
    }
}

impl Session for Http2Session {
    fn open(&mut self, turn: &mut Turn) {
        frame::preface(&mut turn.output);
    }

    fn room(&self) -> Option<usize> {
        if self.leaving || self.next > LAST {
            return None;
        }
        let most = self.load.streams.min(self.allowed) as usize;
        Some(most.saturating_sub(self.streams.open))
    }

    fn begin(&mut self, call: Call, turn: &mut Turn) {
        let load = Arc::clone(&self.load);
        let ready = load.mix.pick(call.ordinal);
        let Some((block, body)) = ready.say(load.mix.draw(call.ordinal), &mut self.scratch) else {
            turn.signs.push((call.number, Sign::Failed(Fate::NotSent)));
            return;
        };
        let id = self.next;
        self.next += 2;
        frame::headers(block, body.is_empty(), id, &mut turn.output);
        let uploads = !body.is_empty();
        let stream = Stream {
            id,
            to_head: ready.to_head(),
            upload: Upload::new(body, ready.in_turns()),
            window: Window::new(self.first_window),
            taken: Taken::default(),
            framing: Framing::default(),
            kept: load.answers.keep(),
            begun: false,
            http: None,
            status: None,
            length: None,
            received: 0,
        };
        self.streams.insert(call.number, stream);
        if uploads && !self.upload(call.number, turn) {
            self.uploads.push(call.number);
        }
    }

    fn more(&mut self, turn: &mut Turn) {
        if self.uploads.is_empty() || !turn.output.is_empty() {
            return;
        }
        // In turn, so that no upload waits for the end of another.
        for number in std::mem::take(&mut self.uploads) {
            if !self.upload(number, turn) {
                self.uploads.push(number);
            }
        }
    }

    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault> {
        if self.partial.is_empty() {
            let rest = self.frames(input, turn)?;
            self.partial.extend_from_slice(rest);
            return Ok(());
        }
        let mut whole = std::mem::take(&mut self.partial);
        whole.extend_from_slice(input);
        let left = self.frames(&whole, turn)?.len();
        whole.drain(..whole.len() - left);
        self.partial = whole;
        Ok(())
    }

    fn abandon(&mut self, request: Number, turn: &mut Turn) -> bool {
        if let Some(stream) = self.streams.remove(request) {
            frame::cancel(stream.id, &mut turn.output);
            self.uploads.retain(|other| *other != request);
        }
        true
    }
}
