//! Stretches of time, as Go's `time.ParseDuration` reads them.

/// The nanoseconds of a duration. `None` for what Go takes for none, also because it is longer than 64 bits tell.
pub(in crate::analyze) fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let amount = rest.get(..rest.len() - after.len())?;
        let behind = after.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.');
        let unit = unit(after.get(..after.len() - behind.len())?)?;
        total = total.checked_add(scaled(amount, unit)?)?;
        rest = behind;
    }
    let total = if negative { -total } else { total };
    i64::try_from(total).ok()
}

/// How many nanoseconds a unit has.
fn unit(name: &str) -> Option<i128> {
    Some(match name {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

fn scaled(amount: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // No unit is so long that digits beyond these make a nanosecond.
    let fraction = fraction.get(..fraction.len().min(15))?;
    let places = u32::try_from(fraction.len()).ok()?;
    let fraction: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    whole.checked_mul(unit)?.checked_add(fraction * unit / 10_i128.pow(places))
}

/// The units, the longer of two that begin alike first, with their seconds.
const UNITS: [(&str, f64); 8] =
    [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// How many seconds a text such as `1m30s` stands for; `None` for what is no duration.
pub(in crate::analyze) fn seconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut sum = 0.0;
    let mut is_begun = false;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number: f64 = rest.get(..rest.len() - digits.len())?.parse().ok()?;
        let (unit, factor) = UNITS.iter().find(|(unit, _)| digits.starts_with(unit))?;
        sum += number * factor;
        rest = digits.get(unit.len()..)?;
        is_begun = true;
    }
    is_begun.then_some(sign * sum)
}

#[cfg(test)]
mod tests {
    use super::{nanoseconds, seconds};

    #[test]
    fn as_go_reads_them() {
        for (text, expected) in
            [("0", 0.0), ("1m30s", 90.0), ("-5s", -5.0), ("1.5h", 5400.0), (".5s", 0.5), ("+2s", 2.0)]
        {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        assert!(seconds("50ms").is_some_and(|it| (it - 0.05).abs() < 1e-12));
        for text in ["", "-", "10", "s", "1x", "1 s", "1..2s", "5seconds"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn what_go_takes_for_a_duration() {
        let cases = [
            ("0", Some(0)),
            ("10s", Some(10_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("-1.5s", Some(-1_500_000_000)),
            (".5s", Some(500_000_000)),
            ("1.s", Some(1_000_000_000)),
            ("890ns", Some(890)),
            ("", None),
            ("-", None),
            ("10", None),
            ("150", None),
            ("1 s", None),
            ("s", None),
            (".s", None),
            ("1.2.3s", None),
            ("1d", None),
            ("9999999999h", None),
        ];
        for (text, expected) in cases {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_are_read() {
        let all = [("0", 0), ("-0", 0), ("1h30m", 5_400_000_000_000), ("1.5s", 1_500_000_000), (".5ms", 500_000)];
        for (text, nanos) in all.into_iter().chain([("-2us", -2_000), ("5.s", 5_000_000_000), ("1\u{b5}s", 1_000)]) {
            assert_eq!(nanoseconds(text), Some(nanos), "{text}");
        }
        for text in ["", "-", "1", "s", "1 s", "1d", "1s ", ".s", "1..2s", "3000000h", "1sm"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
