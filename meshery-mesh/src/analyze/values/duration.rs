//! Stretches of time, as Go's `time.ParseDuration` reads them.

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
    use super::seconds;

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
}
