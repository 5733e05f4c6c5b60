//! Frames (RFC 6455 section 5): ours are masked, the peer's are not; messages may come in fragments with control frames
//! between them.

use crate::content::Draw;
use crate::protocol::Fault;

const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
pub(super) const CLOSE: u8 = 8;
const PING: u8 = 9;
pub(super) const PONG: u8 = 10;

const FIN: u8 = 128;
const MASKED: u8 = 128;
/// In place of a length: it follows in two bytes, or in eight.
const SHORT: u8 = 0x7e;
const LONG: u8 = 0x7f;
/// The largest payload of a control frame.
const CONTROL: u64 = 125;

/// Appends a whole message.
pub(super) fn say(opcode: u8, payload: &[u8], draw: Draw, out: &mut Vec<u8>) {
    out.push(FIN | opcode);
    match payload.len() {
        length @ 0..126 => out.push(MASKED | length as u8),
        length @ 126..=0xffff => {
            out.push(MASKED | SHORT);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(MASKED | LONG);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let mask = (draw.generator(u64::from(u16::MAX) - 1).next() as u32).to_be_bytes();
    out.extend_from_slice(&mask);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

/// Something in what the peer says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A part of a message, which [`Reader::check`] has not looked at: an answer begins with its first byte, right or wrong.
    Part(&'a [u8]),
    /// The message is complete.
    End,
    Ping(Vec<u8>),
    Close(Vec<u8>),
}

/// Reads frames, cut anywhere.
#[derive(Default)]
pub(super) struct Reader {
    /// The header of a frame, or a control frame, as far as it is here.
    partial: Vec<u8>,
    /// The data frame that is being read.
    data: Option<Data>,
    /// The opcode of the message whose fragments are being read.
    message: Option<u8>,
    /// The end of a text that may be the beginning of a character.
    text: Vec<u8>,
}

struct Data {
    left: u64,
    last: bool,
}

impl Reader {
    /// The next event of these bytes and what follows it; `None` when there is none yet.
    pub(super) fn next<'a>(&mut self, mut input: &'a [u8]) -> Result<Option<(Event<'a>, &'a [u8])>, Fault> {
        loop {
            if let Some(data) = &mut self.data {
                let count = usize::try_from(data.left).unwrap_or(usize::MAX).min(input.len());
                let (part, rest) = input.split_at(count);
                data.left -= count as u64;
                let (ends, last) = (data.left == 0, data.last);
                if !part.is_empty() {
                    return Ok(Some((Event::Part(part), rest)));
                }
                if !ends {
                    return Ok(None);
                }
                self.data = None;
                if last {
                    return self.complete().map(|()| Some((Event::End, rest)));
                }
            }
            let Some((byte, rest)) = input.split_first() else { return Ok(None) };
            self.partial.push(*byte);
            input = rest;
            if let Some(event) = self.header()? {
                return Ok(Some((event, input)));
            }
        }
    }

    /// Looks at what is here of a header or of a control frame.
    fn header(&mut self) -> Result<Option<Event<'static>>, Fault> {
        let [first, second, rest @ ..] = self.partial.as_slice() else { return Ok(None) };
        let (opcode, last) = (first & 15, first & FIN != 0);
        if first & 0x70 != 0 {
            return Err(Fault::protocol("reserved bits that nobody agreed on"));
        }
        if second & MASKED != 0 {
            return Err(Fault::protocol("a server that masks its frames"));
        }
        let length = match (second & LONG, rest) {
            (SHORT, [a, b, ..]) => u64::from(u16::from_be_bytes([*a, *b])),
            (LONG, rest) if rest.len() >= 8 => rest[..8].iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
            (SHORT | LONG, _) => return Ok(None),
            (length, _) => u64::from(length),
        };
        if opcode >= CLOSE {
            if !last || length > CONTROL {
                return Err(Fault::protocol("a control frame that is too long or in fragments"));
            }
            if (rest.len() as u64) < length {
                return Ok(None);
            }
            let payload = rest.to_vec();
            self.partial.clear();
            return match opcode {
                CLOSE => Ok(Some(Event::Close(payload))),
                PING => Ok(Some(Event::Ping(payload))),
                PONG => Ok(None),
                _ => Err(Fault::protocol("an unknown kind of frame")),
            };
        }
        match (opcode, self.message) {
            (CONTINUATION, Some(_)) => {}
            (TEXT | BINARY, None) => self.message = Some(opcode),
            _ => return Err(Fault::protocol("a fragment out of order, or an unknown kind of frame")),
        }
        self.partial.clear();
        self.data = Some(Data { left: length, last });
        Ok(None)
    }

    /// A text must be UTF-8, wherever it is cut.
    pub(super) fn check(&mut self, part: &[u8]) -> Result<(), Fault> {
        if self.message != Some(TEXT) {
            return Ok(());
        }
        self.text.extend_from_slice(part);
        let left = match std::str::from_utf8(&self.text) {
            Ok(_) => self.text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(Fault::protocol("a text that is not UTF-8")),
        };
        self.text.drain(..left);
        Ok(())
    }

    fn complete(&mut self) -> Result<(), Fault> {
        self.message = None;
        if self.text.is_empty() { Ok(()) } else { Err(Fault::protocol("a text that ends in a character")) }
    }
}
