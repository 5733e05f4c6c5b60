//! Durations as Go writes them: `1h30m`, `1.5s`, `-2ms`, `0`.

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

#[cfg(test)]
mod tests {
    use super::*;

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
