//! What texts in Istio's configuration mean: addresses, durations.

use std::net::IpAddr;

/// Whether a text is `HOST:PORT`.
pub(super) fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host = match inner {
        Some(address) => address.parse::<IpAddr>().is_ok(),
        None => !host.contains(':') && (host.parse::<IpAddr>().is_ok() || is_domain(host)),
    };
    is_host && port.parse::<u16>().is_ok_and(|port| port != 0)
}

fn is_domain(host: &str) -> bool {
    let is_label = |label: &str| {
        let ends = label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.ends_with(|c: char| c.is_ascii_alphanumeric());
        ends && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.len() <= 255 && host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
}

/// The units of durations, in nanoseconds.
const UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("\u{b5}s", 1e3),
    ("\u{3bc}s", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 6e10),
    ("h", 3.6e12),
];

/// The nanoseconds of a duration as Go writes it: `1.5s`, `1h30m`. None has more than some 292 years.
pub(in crate::analyze) fn nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut all = 0.0;
    let mut parts = 0_usize;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at_checked(end)?;
        let end = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
        let (unit, after) = unit.split_at_checked(end)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        all += number.parse::<f64>().ok()? * factor;
        parts += 1;
        rest = after;
    }
    (parts > 0 && all < 9.3e18).then_some(sign * all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_understood() {
        for (text, expected) in [("1.5s", 1.5e9), ("-2s", -2e9), ("1h30m", 5.4e12), ("0", 0.0), (".5ms", 5e5)] {
            assert!(nanoseconds(text).is_some_and(|found| (found - expected).abs() < 1.0), "{text}");
        }
        assert!(["", "s", ".s", "5", "1d", "1.2.3s", "-"].iter().all(|text| nanoseconds(text).is_none()));
        assert!(["istiod.istio-system.svc:15012", "[::1]:80", "10.0.0.1:1"].iter().all(|text| is_address(text)));
        assert!(["istiod", "istiod:0", "::1:80", "-a:80", "a b:80"].iter().all(|text| !is_address(text)));
    }
}
