//! What texts and numbers stand for, as the API server checks it (k8s.io/kube-openapi and apiextensions' supported formats).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a text of this format should be, if it is not one.
pub(super) fn wanted(format: &str, text: &str) -> Option<&'static str> {
    let (what, is_one) = match format {
        "ipv4" => ("an IPv4 address", text.parse::<Ipv4Addr>().is_ok()),
        "ipv6" => ("an IPv6 address", text.parse::<Ipv6Addr>().is_ok()),
        "cidr" => ("a range of addresses, as 10.0.0.0/8", is_cidr(text)),
        "date-time" => ("a time, as 2027-01-31T12:00:00Z", OffsetDateTime::parse(text, &Rfc3339).is_ok()),
        "date" => ("a day, as 2027-01-31", is_date(text)),
        "byte" => ("base64", is_base64(text)),
        "duration" => ("a duration, as 1m30s", is_duration(text)),
        "uuid" => ("a UUID", is_uuid(text)),
        _ => return None,
    };
    (!is_one).then_some(what)
}

/// The range of a format of numbers.
pub(super) fn range(format: &str) -> Option<(f64, f64)> {
    match format {
        "int32" => Some((f64::from(i32::MIN), f64::from(i32::MAX))),
        "uint32" => Some((0.0, f64::from(u32::MAX))),
        "uint64" => Some((0.0, u64::MAX as f64)),
        _ => None,
    }
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

fn is_date(text: &str) -> bool {
    OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).is_ok()
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// As Go's `time.ParseDuration` reads it: numbers with units, one after the other.
fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    if text == "0" {
        return true;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let Some((digits, after)) = rest.split_at_checked(number) else { return false };
        let is_number = digits.bytes().any(|byte| byte.is_ascii_digit()) && digits.matches('.').count() <= 1;
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        // `ms` before `m`: the longest unit that fits is the one that is meant.
        let unit = units.iter().filter(|unit| after.starts_with(**unit)).max_by_key(|unit| unit.len());
        let (true, Some(unit)) = (is_number, unit) else { return false };
        rest = after.get(unit.len()..).unwrap_or_default();
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_what_go_takes_for_them() {
        for text in ["1s", "1m30s", "0", "0s", "1.5h", "-1ms", "100us", ".5s"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "1", "s", "1 s", "1d", "1.2.3s", "1s1"] {
            assert!(!is_duration(text), "{text}");
        }
    }

    #[test]
    fn formats_are_told_apart() {
        assert_eq!(wanted("cidr", "10.0.0.0/8"), None);
        assert!(wanted("cidr", "10.0.0.0/33").is_some() && wanted("ipv4", "::1").is_some());
        assert_eq!(wanted("date-time", "2027-01-31T12:00:00Z"), None);
        assert_eq!(wanted("something-else", "anything"), None);
        assert_eq!(range("int32"), Some((-2_147_483_648.0, 2_147_483_647.0)));
    }
}
