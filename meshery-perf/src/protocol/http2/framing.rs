//! Length-prefixed messages in a body, as gRPC frames them: a byte of flags, four of length, and the message.

/// How far a body has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::protocol) struct Framing {
    prefix: [u8; 5],
    /// Bytes of the prefix that are here.
    have: usize,
    /// Bytes of the message that are still to come.
    left: u32,
    broken: bool,
    /// Messages that are complete.
    messages: usize,
}

impl Framing {
    /// Takes a part of the body; each part of a message goes to `sink`.
    pub(in crate::protocol) fn feed(&mut self, mut part: &[u8], mut sink: impl FnMut(&[u8])) {
        while !part.is_empty() {
            if self.have < self.prefix.len() {
                let (now, rest) = part.split_at(part.len().min(self.prefix.len() - self.have));
                self.prefix[self.have..self.have + now.len()].copy_from_slice(now);
                (self.have, part) = (self.have + now.len(), rest);
                let [flags, length @ ..] = self.prefix;
                if self.have == self.prefix.len() {
                    // We accept no compression, so there is none.
                    self.broken |= flags != 0;
                    self.left = u32::from_be_bytes(length);
                }
            }
            let (now, rest) = part.split_at(part.len().min(self.left as usize));
            sink(now);
            (self.left, part) = (self.left - now.len() as u32, rest);
            if self.have == self.prefix.len() && self.left == 0 {
                self.have = 0;
                self.messages += 1;
            }
        }
    }

    /// How many messages are complete.
    pub(in crate::protocol) fn messages(self) -> usize {
        self.messages
    }

    /// Where the message of that number, from 0, ends in a body that is framed so.
    pub(in crate::protocol) fn end_of(body: &[u8], number: usize) -> usize {
        let mut end = 0;
        for _ in 0..=number {
            let Some([_, length @ ..]) = body.get(end..).and_then(<[u8]>::first_chunk::<5>) else { return body.len() };
            end += 5 + u32::from_be_bytes(*length) as usize;
        }
        end.min(body.len())
    }

    /// Whether the body ended where a message did.
    pub(in crate::protocol) fn is_whole(self) -> bool {
        !self.broken && self.have == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_however_they_are_cut() {
        let body = b"\0\0\0\0\x05hello\0\0\0\0\0\0\0\0\0\x02ok";
        for size in 1..=body.len() {
            let (mut framing, mut text) = (Framing::default(), Vec::new());
            body.chunks(size).for_each(|part| framing.feed(part, |message| text.extend_from_slice(message)));
            assert!(framing.is_whole() && text == b"hellook" && framing.messages() == 3, "{size}");
        }
        assert_eq!([0, 1, 2, 3].map(|number| Framing::end_of(body, number)), [10, 15, 22, 22]);
    }

    #[test]
    fn what_is_cut_or_compressed_is_not_whole() {
        for body in [&b"\0\0\0\0\x05hell"[..], b"\0\0\0", b"\x01\0\0\0\x01x"] {
            let mut framing = Framing::default();
            framing.feed(body, |_| {});
            assert!(!framing.is_whole(), "{body:?}");
        }
    }
}
