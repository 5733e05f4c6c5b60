//! Field sections (QPACK, RFC 9204) without a dynamic table: we allow the peer none, and say nothing into its own.

use super::super::http2::{Text, integer, take_integer, take_text};
use crate::protocol::Fault;

/// RFC 9204 appendix A.
#[rustfmt::skip]
const STATIC: [(&str, &str); 99] = [
    (":authority", ""),
    (":path", "/"),
    ("age", "0"),
    ("content-disposition", ""),
    ("content-length", "0"),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("referer", ""),
    ("set-cookie", ""),
    (":method", "CONNECT"),
    (":method", "DELETE"),
    (":method", "GET"),
    (":method", "HEAD"),
    (":method", "OPTIONS"),
    (":method", "POST"),
    (":method", "PUT"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "103"),
    (":status", "200"),
    (":status", "304"),
    (":status", "404"),
    (":status", "503"),
    ("accept", "*/*"),
    ("accept", "application/dns-message"),
    ("accept-encoding", "gzip, deflate, br"),
    ("accept-ranges", "bytes"),
    ("access-control-allow-headers", "cache-control"),
    ("access-control-allow-headers", "content-type"),
    ("access-control-allow-origin", "*"),
    ("cache-control", "max-age=0"),
    ("cache-control", "max-age=2592000"),
    ("cache-control", "max-age=604800"),
    ("cache-control", "no-cache"),
    ("cache-control", "no-store"),
    ("cache-control", "public, max-age=31536000"),
    ("content-encoding", "br"),
    ("content-encoding", "gzip"),
    ("content-type", "application/dns-message"),
    ("content-type", "application/javascript"),
    ("content-type", "application/json"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-type", "image/gif"),
    ("content-type", "image/jpeg"),
    ("content-type", "image/png"),
    ("content-type", "text/css"),
    ("content-type", "text/html; charset=utf-8"),
    ("content-type", "text/plain"),
    ("content-type", "text/plain;charset=utf-8"),
    ("range", "bytes=0-"),
    ("strict-transport-security", "max-age=31536000"),
    ("strict-transport-security", "max-age=31536000; includesubdomains"),
    ("strict-transport-security", "max-age=31536000; includesubdomains; preload"),
    ("vary", "accept-encoding"),
    ("vary", "origin"),
    ("x-content-type-options", "nosniff"),
    ("x-xss-protection", "1; mode=block"),
    (":status", "100"),
    (":status", "204"),
    (":status", "206"),
    (":status", "302"),
    (":status", "400"),
    (":status", "403"),
    (":status", "421"),
    (":status", "425"),
    (":status", "500"),
    ("accept-language", ""),
    ("access-control-allow-credentials", "FALSE"),
    ("access-control-allow-credentials", "TRUE"),
    ("access-control-allow-headers", "*"),
    ("access-control-allow-methods", "get"),
    ("access-control-allow-methods", "get, post, options"),
    ("access-control-allow-methods", "options"),
    ("access-control-expose-headers", "content-length"),
    ("access-control-request-headers", "content-type"),
    ("access-control-request-method", "get"),
    ("access-control-request-method", "post"),
    ("alt-svc", "clear"),
    ("authorization", ""),
    ("content-security-policy", "script-src 'none'; object-src 'none'; base-uri 'none'"),
    ("early-data", "1"),
    ("expect-ct", ""),
    ("forwarded", ""),
    ("if-range", ""),
    ("origin", ""),
    ("purpose", "prefetch"),
    ("server", ""),
    ("timing-allow-origin", "*"),
    ("upgrade-insecure-requests", "1"),
    ("user-agent", ""),
    ("x-forwarded-for", ""),
    ("x-frame-options", "deny"),
    ("x-frame-options", "sameorigin"),
];

/// What a section begins with: it refers to nothing in a dynamic table.
pub(super) const PREFIX: [u8; 2] = [0, 0];

/// Appends a field; what carries a credential is marked as never to be indexed by anybody on the way.
pub(super) fn encode(name: &str, value: &[u8], out: &mut Vec<u8>) {
    if let Some(index) = STATIC.iter().position(|(n, v)| *n == name && v.as_bytes() == value) {
        return integer(index, 6, 0xc0, out);
    }
    let is_telling = meshery_core::secrets::is_telling(name);
    if let Some(index) = STATIC.iter().position(|(n, _)| *n == name) {
        integer(index, 4, if is_telling { 0x70 } else { 0x50 }, out);
    } else {
        integer(name.len(), 3, if is_telling { 0x30 } else { 0x20 }, out);
        out.extend_from_slice(name.as_bytes());
    }
    integer(value.len(), 7, 0, out);
    out.extend_from_slice(value);
}

/// Walks over the fields of a section.
pub(super) fn fields<'a>(
    mut block: &'a [u8],
    mut field: impl FnMut(Text<'a>, Text<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if take_integer(&mut block, 8)? != 0 {
        return Err(Fault::protocol("a field section that needs a table which was not allowed"));
    }
    take_integer(&mut block, 7)?;
    while let Some(first) = block.first().copied() {
        match first {
            0xc0.. => {
                let (name, value) = entry(take_integer(&mut block, 6)?)?;
                field(Text::Plain(name.as_bytes()), Text::Plain(value.as_bytes()))?;
            }
            0x50..0x60 | 0x70..0x80 => {
                let (name, _) = entry(take_integer(&mut block, 4)?)?;
                field(Text::Plain(name.as_bytes()), take_text(&mut block, 7)?)?;
            }
            0x20..0x40 => field(take_text(&mut block, 3)?, take_text(&mut block, 7)?)?,
            _ => return Err(Fault::protocol("a field of a table which was not allowed")),
        }
    }
    Ok(())
}

fn entry(index: usize) -> Result<&'static (&'static str, &'static str), Fault> {
    STATIC.get(index).ok_or_else(|| Fault::protocol("a field that is in no table"))
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
    fn the_example_of_the_rfc_is_read() {
        // RFC 9204 appendix B.1.
        let found = read(b"\x00\x00\x51\x0b/index.html").unwrap();
        assert_eq!(found, [(":path".to_owned(), "/index.html".to_owned())]);
        // The table's first and last entries, and those around its gaps in order.
        for (index, name, value) in [
            (0, ":authority", ""),
            (17, ":method", "GET"),
            (25, ":status", "200"),
            (52, "content-type", "text/html; charset=utf-8"),
            (63, ":status", "100"),
            (71, ":status", "500"),
            (98, "x-frame-options", "sameorigin"),
        ] {
            assert_eq!(STATIC[index], (name, value));
        }
    }

    #[test]
    fn what_was_not_allowed_is_a_fault() {
        for block in
            [&b"\x01\x00"[..], b"\x00\x00\x80", b"\x00\x00\x10", b"\x00\x00\x40\x00", b"\x00\x00\xff\x7f", b"\x00"]
        {
            assert!(read(block).is_err(), "{block:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(fields in prop::collection::vec(("[a-z:-]{1,20}", "[ -~]{0,300}"), 0..8)) {
            let mut block = PREFIX.to_vec();
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
