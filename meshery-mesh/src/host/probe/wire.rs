//! The bytes between two processes are read off the wire, while a request with a secret passes.

use std::hash::{BuildHasher, Hasher, RandomState};

use meshery_core::Result;

use super::super::site::{Ground, Site};
use super::detour::Led;
use super::tap::{Tap, so_far};
use super::{Finding, Hop};

pub(super) async fn probe(site: &Site, ground: &Ground, hop: &Hop<'_>, encrypted: bool) -> Result<Finding> {
    let tap = Tap::start(site.port(hop.port)?).await?;
    let led = Led::to(tap.port, site, ground, hop).await?;
    let secret = secret();
    let header = Some(("x-meshery-secret", secret.as_str()));
    let answer = led.ask_until(|| !so_far(&tap.requests).is_empty(), header).await;
    let heard = (so_far(&tap.requests), so_far(&tap.answers));
    drop(tap);
    led.back().await?;
    let (answer, (requests, answers)) = (answer?, heard);
    let seen = format!("{} bytes there and {} back", requests.len(), answers.len());
    if !answer.is_success() {
        return Ok((false, format!("the request was answered with status {}, {seen}", answer.status)));
    }
    let in_clear = contains(&requests, secret.as_bytes());
    let tls = is_tls(&requests) && is_tls(&answers);
    let found = match (tls, in_clear) {
        (true, false) => "TLS records, the secret is not in them",
        (false, true) => "plain text, the secret is in it",
        (true, true) => "TLS records, but the secret is in them",
        (false, false) => "neither TLS nor the secret",
    };
    Ok((if encrypted { tls && !in_clear } else { in_clear && !tls }, format!("{seen}: {found}")))
}

/// Text that nobody has guessed.
fn secret() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Whether bytes are TLS records from the first to the last (RFC 8446 section 5.1), beginning with a handshake and with
/// application data among them. The last record may be cut.
fn is_tls(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut kinds = Vec::new();
    while let [kind @ 20..=23, 3, 0..=4, high, low, after @ ..] = rest {
        kinds.push(*kind);
        rest = after.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default();
    }
    rest.is_empty() && kinds.first() == Some(&22) && kinds.contains(&23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_records_from_end_to_end_are_tls() {
        let handshake = [22, 3, 1, 0, 2, 9, 9];
        let data = [23, 3, 3, 0, 1, 7];
        assert!(is_tls(&[&handshake[..], &data].concat()));
        assert!(is_tls(&[&handshake[..], &data, &data[..5]].concat()), "the last may be cut");
        for other in [&handshake[..], &data, b"GET / HTTP/1.1\r\n", b""] {
            assert!(!is_tls(other), "{other:?}");
        }
        assert!(!is_tls(&[&handshake[..], &data, b"GET /"].concat()), "then plain text");
    }

    #[test]
    fn secrets_differ() {
        assert_ne!(secret(), secret());
    }
}
