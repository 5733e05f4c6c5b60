//! Counting through a body to its end.

use super::super::Fault;

/// A chunk-size line or a trailer section larger than this breaks the protocol, so that no peer can keep us reading.
const MAX_LINES: u32 = 64 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes are still to come.
    Length(u64),
    Chunked(Chunks),
    UntilClose,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunks {
    at: At,
    /// Bytes seen in size lines and trailers since the last data.
    lines: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// In the digits of a size; how much so far, and whether there was a digit.
    Size(u64, bool),
    /// After the digits, before the end of the line.
    Extension(u64),
    SizeLf(u64),
    Data(u64),
    DataCr,
    DataLf,
    /// At the start of a trailer line.
    Trailer,
    InTrailer,
    TrailerLf,
    LastLf,
}

impl Body {
    pub(super) fn chunked() -> Self {
        Self::Chunked(Chunks { at: At::Size(0, false), lines: 0 })
    }

    /// Takes input; what follows the body once it is complete. Each part of the content goes to `sink`.
    pub(super) fn feed<'a>(&mut self, input: &'a [u8], mut sink: impl FnMut(&[u8])) -> Result<Option<&'a [u8]>, Fault> {
        match self {
            Self::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                *left -= taken as u64;
                sink(&input[..taken]);
                Ok((*left == 0).then(|| &input[taken..]))
            }
            Self::Chunked(chunks) => chunks.feed(input, sink),
            Self::UntilClose => {
                sink(input);
                Ok(None)
            }
        }
    }
}

impl Chunks {
    fn feed<'a>(&mut self, mut input: &'a [u8], mut sink: impl FnMut(&[u8])) -> Result<Option<&'a [u8]>, Fault> {
        while let Some((&byte, rest)) = input.split_first() {
            if let At::Data(left) = self.at {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                sink(&input[..taken]);
                input = &input[taken..];
                let left = left - taken as u64;
                self.at = if left == 0 { At::DataCr } else { At::Data(left) };
                self.lines = 0;
                continue;
            }
            self.lines += 1;
            if self.lines > MAX_LINES {
                return Err(Fault::protocol("chunk lines larger than 64 KiB"));
            }
            input = rest;
            match self.step(byte)? {
                Some(next) => self.at = next,
                None => return Ok(Some(input)),
            }
        }
        Ok(None)
    }

    /// The state after one byte outside of data; `None` at the end of the body.
    fn step(&self, byte: u8) -> Result<Option<At>, Fault> {
        Ok(Some(match (self.at, byte) {
            (At::Size(size, _), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = u64::from((byte as char).to_digit(16).unwrap_or(0));
                let size = size.checked_mul(16).and_then(|size| size.checked_add(digit));
                At::Size(size.ok_or_else(|| Fault::protocol("chunk size above 64 bits"))?, true)
            }
            (At::Size(size, true) | At::Extension(size), b'\r') => At::SizeLf(size),
            (At::Size(size, true), b';' | b' ' | b'\t') => At::Extension(size),
            (At::Size(..), _) => return Err(Fault::protocol("chunk size is not a number")),
            (At::Extension(_), b'\n') => return Err(Fault::protocol("bare line feed in a chunk extension")),
            (At::Extension(size), _) => At::Extension(size),
            (At::SizeLf(0) | At::TrailerLf, b'\n') => At::Trailer,
            (At::SizeLf(size), b'\n') => At::Data(size),
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => At::Size(0, false),
            (At::Trailer, b'\r') => At::LastLf,
            (At::InTrailer, b'\r') => At::TrailerLf,
            (At::Trailer | At::InTrailer, byte) if byte != b'\n' => At::InTrailer,
            (At::LastLf, b'\n') => return Ok(None),
            _ => return Err(Fault::protocol("chunk is not framed by CRLF")),
        }))
    }
}
