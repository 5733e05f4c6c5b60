//! Times as programs in Go write them: `24h0m0s`, `1.5h`.

use std::time::Duration;

/// The units, the longer name of two that begin alike first. Kuma knows days besides.
const UNITS: [(&str, f64); 8] =
    [("d", 86_400.0), ("h", 3_600.0), ("ms", 1e-3), ("m", 60.0), ("s", 1.0), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9)];

/// A time that is not negative. `None` for what is none.
pub(in crate::analyze) fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at_checked(end)?;
        let (name, length) = UNITS.iter().find(|(name, _)| unit.starts_with(name))?;
        seconds += number.parse::<f64>().ok()? * length;
        rest = unit.get(name.len()..)?;
    }
    (!text.trim().is_empty()).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sums_of_units() {
        let seconds = |text: &str| go_duration(text).map(|time| time.as_secs());
        assert_eq!(seconds("24h0m0s"), Some(86_400));
        assert_eq!(seconds("1.5h"), Some(5_400));
        assert_eq!((seconds("1d"), seconds("0"), seconds("1500ms")), (Some(86_400), Some(0), Some(1)));
        for wrong in ["", "h", "1", "1x", "-1h", "1h2", "1..2h"] {
            assert_eq!(seconds(wrong), None, "{wrong:?}");
        }
    }
}
