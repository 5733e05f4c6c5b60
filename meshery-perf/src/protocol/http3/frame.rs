//! Frames on a stream (RFC 9114 section 7), cut anywhere.

use crate::protocol::Fault;

pub(super) const DATA: u64 = 0;
pub(super) const HEADERS: u64 = 1;
pub(super) const SETTINGS: u64 = 4;
pub(super) const GOAWAY: u64 = 7;
/// Those that are known and may stand on no stream of a request: cancel push, settings, push promise, goodbye, maximal push.
const MISPLACED: [u64; 5] = [3, SETTINGS, 5, GOAWAY, 13];

/// A frame that is kept whole is no longer than this.
const LONGEST: u64 = 256 * 1024;

/// Appends a variable-length integer (RFC 9000 section 16).
pub(super) fn integer(value: u64, out: &mut Vec<u8>) {
    match value {
        0..0x40 => out.push(value as u8),
        0x40..0x4000 => out.extend_from_slice(&(value as u16 | 0x4000).to_be_bytes()),
        0x4000..0x4000_0000 => out.extend_from_slice(&(value as u32 | 0x8000_0000).to_be_bytes()),
        _ => out.extend_from_slice(&(value | 0xc000_0000_0000_0000).to_be_bytes()),
    }
}

/// Takes an integer; `None` while it is not whole.
pub(super) fn take_integer(bytes: &mut &[u8]) -> Option<u64> {
    let length = 1_usize << (bytes.first()? >> 6);
    let (integer, rest) = bytes.split_at_checked(length)?;
    let value = integer.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    *bytes = rest;
    Some(value & (u64::MAX >> (66 - 8 * length as u32)))
}

/// Something on a stream.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    /// A part of a body.
    Data(&'a [u8]),
    /// Another frame, whole: its kind and payload.
    Frame(u64, &'a [u8]),
}

/// Reads frames.
#[derive(Default)]
pub(super) struct Reader {
    /// The beginning of a frame.
    partial: Vec<u8>,
    /// What is still to come of a frame whose parts are taken, or passed over, as they come.
    passing: Option<(u64, u64)>,
}

impl Reader {
    /// Takes bytes; each part goes to `sink`.
    pub(super) fn feed(
        &mut self,
        input: &[u8],
        mut sink: impl FnMut(Part<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut whole = std::mem::take(&mut self.partial);
        let joined = !whole.is_empty();
        if joined {
            whole.extend_from_slice(input);
        }
        let mut rest = if joined { whole.as_slice() } else { input };
        loop {
            if let Some((kind, left)) = self.passing {
                let (part, after) = rest.split_at(rest.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
                if kind == DATA && !part.is_empty() {
                    sink(Part::Data(part))?;
                }
                let left = left - part.len() as u64;
                (rest, self.passing) = (after, (left > 0).then_some((kind, left)));
                if left > 0 {
                    return Ok(());
                }
            }
            let mut inside = rest;
            let header = take_integer(&mut inside).zip(take_integer(&mut inside));
            let Some((kind, length)) = header else { break };
            if !matches!(kind, HEADERS | SETTINGS | GOAWAY) {
                (rest, self.passing) = (inside, Some((kind, length)));
                if MISPLACED.contains(&kind) {
                    return Err(Fault::protocol("a frame that has no place on this stream"));
                }
                continue;
            }
            if length > LONGEST {
                return Err(Fault::protocol("a frame larger than 256 KiB"));
            }
            let Some((payload, after)) = inside.split_at_checked(length as usize) else { break };
            sink(Part::Frame(kind, payload))?;
            rest = after;
        }
        self.partial = rest.to_vec();
        Ok(())
    }

    /// Whether the stream may end here.
    pub(super) fn is_whole(&self) -> bool {
        self.partial.is_empty() && self.passing.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        // RFC 9000 appendix A.1.
        for (bytes, value) in [
            (&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c][..], 151_288_809_941_952_652),
            (&[0x9d, 0x7f, 0x3e, 0x7d], 494_878_333),
            (&[0x7b, 0xbd], 15_293),
            (&[0x25], 37),
        ] {
            let mut rest = bytes;
            assert_eq!((take_integer(&mut rest), rest.len()), (Some(value), 0));
            let mut out = Vec::new();
            integer(value, &mut out);
            assert_eq!(out, bytes);
            assert_eq!(take_integer(&mut &bytes[..bytes.len() - 1]), None);
        }
    }

    fn read(bytes: &[u8], size: usize) -> (Vec<u8>, usize, bool) {
        let (mut reader, mut data, mut frames) = (Reader::default(), Vec::new(), 0);
        let fault = bytes.chunks(size).try_for_each(|part| {
            reader.feed(part, |part| {
                match part {
                    Part::Data(bytes) => data.extend_from_slice(bytes),
                    Part::Frame(..) => frames += 1,
                }
                Ok(())
            })
        });
        (data, frames, fault.is_ok() && reader.is_whole())
    }

    #[test]
    fn parts_are_found_however_they_are_cut() {
        // A head, two parts of a body with a frame of no meaning between them, and an empty one.
        let bytes = b"\x01\x02ab\x00\x05hello\x21\x03xyz\x00\x01!\x00\x00";
        for size in 1..=bytes.len() {
            assert_eq!(read(bytes, size), (b"hello!".to_vec(), 1, true), "{size}");
        }
        assert!(!read(&bytes[..6], 9).2);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, size in 1_usize..9) {
            let (whole, pieces) = (read(&bytes, bytes.len().max(1)), read(&bytes, size));
            prop_assert_eq!(whole.2, pieces.2);
        }
    }
}
