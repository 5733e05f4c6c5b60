//! The histogram in a line: base64 around zlib around counts.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use meshery_core::{Error, ErrorKind, Result};

/// The largest histogram that is unpacked, in bytes: one of five digits over all of 64 bits has under 6.3 million counts
/// of at most nine bytes.
const LARGEST: usize = 56 << 20;
/// Cookies with which a histogram begins, V2 as it is and compressed.
const PLAIN: [u8; 4] = [0x1c, 0x84, 0x93, 0x13];
const COMPRESSED: [u8; 4] = [0x1c, 0x84, 0x93, 0x14];
/// Bytes before the counts.
const HEADER: usize = 40;

pub(in crate::exchange) fn decode(text: &str) -> Result<Histogram<u64>> {
    let bytes = BASE64.decode(text).map_err(|error| refuse(error.to_string()))?;
    let plain = if bytes.starts_with(&COMPRESSED) {
        unpack(after_header(&bytes, 8)?)?
    } else if bytes.starts_with(&PLAIN) {
        bytes
    } else {
        return Err(refuse("another beginning".into()));
    };
    // The crate reserves as much as the header says before it reads.
    after_header(&plain, HEADER)?;
    Deserializer::new().deserialize(&mut plain.as_slice()).map_err(|error| refuse(error.to_string()))
}

/// What follows a header, which tells its length after the cookie.
fn after_header(bytes: &[u8], header: usize) -> Result<&[u8]> {
    let told = bytes.get(4..8).and_then(|told| told.try_into().ok()).map(u32::from_be_bytes);
    let rest = bytes.get(header..).filter(|rest| told.is_some_and(|told| told as usize == rest.len()));
    rest.ok_or_else(|| refuse(format!("{} bytes, told to be {}", bytes.len(), told.unwrap_or(0))))
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    let mut reader = ZlibDecoder::new(packed).take(LARGEST as u64 + 1);
    reader.read_to_end(&mut plain).map_err(|error| refuse(error.to_string()))?;
    if plain.len() > LARGEST {
        let error = Error::new(ErrorKind::LimitExceeded, "a histogram larger than any is");
        return Err(error.expected(format!("at most {LARGEST} bytes")).found("more"));
    }
    Ok(plain)
}

fn refuse(why: String) -> Error {
    Error::new(ErrorKind::InvalidInput, "not a histogram").expected("HdrHistogram V2 in base64").found(why)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn packed(plain: &[u8]) -> String {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(plain).unwrap();
        let body = zlib.finish().unwrap();
        BASE64.encode([&COMPRESSED[..], &(body.len() as u32).to_be_bytes(), &body].concat())
    }

    #[test]
    fn a_small_text_does_not_become_a_large_histogram() {
        let bomb = packed(&vec![0; LARGEST + 1]);
        assert!(bomb.len() < 100_000);
        assert_eq!(decode(&bomb).unwrap_err().kind(), ErrorKind::LimitExceeded);
    }

    #[test]
    fn a_header_is_not_believed() {
        let header = [&PLAIN[..], &u32::MAX.to_be_bytes(), &[0; 32]].concat();
        for text in [BASE64.encode(&header), packed(&header), packed(b"xyz"), String::new(), "!".into()] {
            assert_eq!(decode(&text).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
    }
}
