//! Header blocks (HPACK, RFC 7541) without a dynamic table.
//!
//! We say in our settings that our table holds nothing, before the peer says anything: so every block stands for itself, and
//! one that nobody wants to see need not be kept in step with. What we say is in literals, which no peer has to remember.

use super::huffman;
use crate::protocol::Fault;

/// RFC 7541 appendix A, from index 1.
#[rustfmt::skip]
const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// Appends an integer with a prefix of so many bits (section 5.1); `first` holds the bits before it.
pub(in crate::protocol) fn integer(mut value: usize, prefix: u8, first: u8, out: &mut Vec<u8>) {
    let limit = (1 << prefix) - 1;
    if value < limit {
        return out.push(first | value as u8);
    }
    out.push(first | limit as u8);
    value -= limit;
    while value >= 128 {
        out.push(value as u8 & 127 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn string(text: &[u8], out: &mut Vec<u8>) {
    integer(text.len(), 7, 0, out);
    out.extend_from_slice(text);
}

/// Appends a field. Where name and value are in the static table it is a byte; what carries a credential is marked as never
/// to be indexed by anybody on the way.
pub(super) fn encode(name: &str, value: &[u8], out: &mut Vec<u8>) {
    if let Some(index) = STATIC.iter().position(|(n, v)| *n == name && v.as_bytes() == value && !value.is_empty()) {
        return integer(index + 1, 7, 128, out);
    }
    let first = if meshery_core::secrets::is_telling(name) { 0x10 } else { 0 };
    if let Some(index) = STATIC.iter().position(|(n, _)| *n == name) {
        integer(index + 1, 4, first, out);
    } else {
        out.push(first);
        string(name.as_bytes(), out);
    }
    string(value, out);
}

/// A field's text: as it is in the block, or in the static table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::protocol) enum Text<'a> {
    Plain(&'a [u8]),
    Huffman(&'a [u8]),
}

impl Text<'_> {
    pub(in crate::protocol) fn is(self, text: &str) -> bool {
        match self {
            Self::Plain(bytes) => bytes == text.as_bytes(),
            Self::Huffman(bytes) => huffman::decode(bytes).is_some_and(|bytes| bytes == text.as_bytes()),
        }
    }

    pub(in crate::protocol) fn read(self) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Plain(bytes) => Ok(bytes.into()),
            Self::Huffman(bytes) => huffman::decode(bytes).ok_or_else(|| Fault::protocol("not a Huffman code")),
        }
    }

    /// A number of digits, and nothing else.
    pub(in crate::protocol) fn number(self) -> Option<u64> {
        let bytes = self.read().ok()?;
        let digits = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(&bytes).ok().filter(|_| digits)?.parse().ok()
    }
}

/// Walks over the fields of a block.
pub(super) fn fields<'a>(
    mut block: &'a [u8],
    mut field: impl FnMut(Text<'a>, Text<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    while let Some(first) = block.first().copied() {
        match first {
            0x80.. => {
                let (name, value) = entry(take_integer(&mut block, 7)?)?;
                field(Text::Plain(name.as_bytes()), Text::Plain(value.as_bytes()))?;
            }
            0x20..0x40 => {
                if take_integer(&mut block, 5)? != 0 {
                    return Err(Fault::protocol("a larger header table than was allowed"));
                }
            }
            _ => {
                let index = take_integer(&mut block, if first >= 0x40 { 6 } else { 4 })?;
                let name = match index {
                    0 => take_text(&mut block, 7)?,
                    index => Text::Plain(entry(index)?.0.as_bytes()),
                };
                field(name, take_text(&mut block, 7)?)?;
            }
        }
    }
    Ok(())
}

fn entry(index: usize) -> Result<&'static (&'static str, &'static str), Fault> {
    let found = index.checked_sub(1).and_then(|index| STATIC.get(index));
    found.ok_or_else(|| Fault::protocol("a header that is in no table"))
}

pub(in crate::protocol) fn take_integer(block: &mut &[u8], prefix: u8) -> Result<usize, Fault> {
    let cut = || Fault::protocol("a header block ends in the middle");
    let (first, mut rest) = block.split_first().ok_or_else(cut)?;
    let limit = (1_usize << prefix) - 1;
    let mut value = usize::from(*first) & limit;
    if value == limit {
        let mut shift = 0;
        loop {
            let (next, after) = rest.split_first().ok_or_else(cut)?;
            rest = after;
            // No length or index needs more, and more would not fit.
            if shift > 21 {
                return Err(Fault::protocol("an integer in a header block is too large"));
            }
            value += usize::from(next & 127) << shift;
            shift += 7;
            if next & 128 == 0 {
                break;
            }
        }
    }
    *block = rest;
    Ok(value)
}

/// A text whose length has a prefix of so many bits, and before it a bit that tells whether it is coded.
pub(in crate::protocol) fn take_text<'a>(block: &mut &'a [u8], prefix: u8) -> Result<Text<'a>, Fault> {
    let coded = block.first().is_some_and(|first| first >> prefix & 1 != 0);
    let length = take_integer(block, prefix)?;
    let cut = || Fault::protocol("a header block ends in the middle");
    let (text, rest) = block.split_at_checked(length).ok_or_else(cut)?;
    *block = rest;
    Ok(if coded { Text::Huffman(text) } else { Text::Plain(text) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(block: &[u8]) -> Result<Vec<(String, String)>, Fault> {
        let mut found = Vec::new();
        fields(block, |name, value| {
            let text = |text: Text<'_>| Ok::<_, Fault>(String::from_utf8_lossy(&text.read()?).into_owned());
            found.push((text(name)?, text(value)?));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        // Appendix C.2.1 to C.2.4, and the first request of C.4.
        for (block, expected) in [
            ("400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key: custom-header"),
            ("040c2f73616d706c652f70617468", ":path: /sample/path"),
            ("100870617373776f726406736563726574", "password: secret"),
            ("82", ":method: GET"),
            (
                "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                ":method: GET, :scheme: http, :path: /, :authority: www.example.com",
            ),
        ] {
            let found: Vec<_> = read(&hex(block)).unwrap().into_iter().map(|(n, v)| format!("{n}: {v}")).collect();
            assert_eq!(found.join(", "), expected);
        }
    }

    #[test]
    fn what_is_in_no_table_or_cut_is_a_fault() {
        for block in [
            &[0x80][..],
            &[0xbe],
            &[0x3f, 0xe1, 0x1f],
            &[0x04, 0x05, b'/'],
            &[0x00],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ] {
            assert!(read(block).is_err(), "{block:?}");
        }
        assert_eq!(read(&[0x20, 0x88]).unwrap(), [(":status".into(), "200".into())]);
    }

    #[test]
    fn credentials_are_never_indexed() {
        let mut block = Vec::new();
        encode("authorization", b"Bearer x", &mut block);
        assert_eq!(block[0] & 0xf0, 0x10);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(fields in prop::collection::vec(("[a-z:-]{1,20}", "[ -~]{0,300}"), 0..8)) {
            let mut block = Vec::new();
            for (name, value) in &fields {
                encode(name, value.as_bytes(), &mut block);
            }
            prop_assert_eq!(read(&block).unwrap(), fields);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
