//! How numbers read: three significant digits, a unit, and a dash for what is not known. The one place where numbers
//! become text.

use std::time::Duration;

use meshery_core::comparison::{Effect, Interval, Scale, Unit};
use meshery_core::error::ErrorReport;
use meshery_core::measurement::Reason;

/// What stands for a value that there is not.
pub(super) const NONE: &str = "–";

const TIME: &[Step] = &[(1.0, " ns"), (1e3, " µs"), (1e6, " ms"), (1e9, " s")];
/// Of processor time: a nanosecond per request is a microsecond per 1,000 requests.
const TIME_PER_1000: &[Step] = &[(1e-3, " ns"), (1.0, " µs"), (1e3, " ms"), (1e6, " s")];
const BYTES: &[Step] = &[(1.0, " B"), (1e3, " kB"), (1e6, " MB"), (1e9, " GB"), (1e12, " TB")];
/// Of processor time: a whole processor is 1,000 ms in a second.
const TIME_PER_SECOND: &[Step] = &[(1.0, " ns/s"), (1e3, " µs/s"), (1e6, " ms/s")];
const RATE: &[Step] = &[(1.0, "/s")];
const PERCENT: &[Step] = &[(0.01, " %")];
const POINTS: &[Step] = &[(0.01, " pp")];

/// A size and what a value of that size is called.
type Step = (f64, &'static str);

/// How values of one magnitude are written.
struct Form {
    scale: f64,
    suffix: &'static str,
    decimals: usize,
}

impl Form {
    /// The form in which the largest of some values has three significant digits.
    fn new(steps: &'static [Step], largest: f64) -> Self {
        let reaches = |step: &&Step| largest.abs() >= step.0 * 0.9995;
        let (scale, suffix) = *steps.iter().rev().find(reaches).unwrap_or(&steps[0]);
        let decimals = match largest.abs() / scale {
            size if size == 0.0 || size >= 99.95 => 0,
            size if size >= 9.995 || scale < 1.0 && size >= 0.995 => 1,
            _ => 2,
        };
        Self { scale, suffix, decimals }
    }

    fn number(&self, value: f64) -> String {
        let text = format!("{:.*}", self.decimals, (value.abs() / self.scale).min(f64::MAX));
        let negative = value < 0.0 && text.contains(|digit| ('1'..='9').contains(&digit));
        let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
        format!("{}{}{fraction}", if negative { "−" } else { "" }, grouped(whole))
    }

    fn signed(&self, value: f64) -> String {
        let number = self.number(value);
        let plus = value > 0.0 && number.contains(|digit| ('1'..='9').contains(&digit));
        if plus { format!("+{number}") } else { number }
    }

    /// Without zeros at the end of the fraction.
    fn short(&self, value: f64) -> String {
        let number = self.number(value);
        let short = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
        short.to_owned() + self.suffix
    }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn steps_of(unit: Unit) -> &'static [Step] {
    match unit {
        Unit::NanosecondsPerRequest => TIME_PER_1000,
        Unit::PerSecond => RATE,
        Unit::Bytes | Unit::BytesPerConnection => BYTES,
        Unit::NanosecondsPerConnectionSecond => TIME_PER_SECOND,
        Unit::Share => PERCENT,
        _ => TIME,
    }
}

/// Differences on the scale of an effect: percent, or its unit.
fn steps_of_change(effect: &Effect) -> &'static [Step] {
    match (effect.scale, effect.unit) {
        (Scale::Relative, _) => PERCENT,
        (Scale::Absolute, Unit::Share) => POINTS,
        (Scale::Absolute, unit) => steps_of(unit),
    }
}

/// A value that is a finite number.
pub(super) fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// An interval whose ends are finite numbers.
pub(super) fn bounded(interval: Option<Interval>) -> Option<Interval> {
    interval.filter(|interval| interval.low.is_finite() && interval.high.is_finite())
}

/// A value in its unit: `412 µs`, `58.2 MB`, `2,000/s`.
pub(super) fn value(unit: Unit, value: Option<f64>) -> String {
    finite(value).map_or(NONE.into(), |value| {
        let form = Form::new(steps_of(unit), value);
        form.number(value) + form.suffix
    })
}

/// A value at a tick of an axis: no more digits than it needs.
pub(super) fn tick(unit: Unit, value: f64) -> String {
    Form::new(steps_of(unit), value).short(value)
}

/// The size of a difference in the unit of its metric, without a sign.
pub(super) fn amount(unit: Unit, value: f64) -> String {
    let form = Form::new(if unit == Unit::Share { POINTS } else { steps_of(unit) }, value);
    form.number(value.abs()) + form.suffix
}

/// The interval of such a difference: `0.39 to 0.43 ms`.
pub(super) fn amounts(unit: Unit, interval: Interval) -> String {
    range(if unit == Unit::Share { POINTS } else { steps_of(unit) }, interval, Form::number)
}

/// A difference on the scale of its effect: `+3.1 %`, `−0.2 pp`, `+58.2 MB`.
pub(crate) fn change(effect: &Effect, value: Option<f64>) -> String {
    finite(value).map_or(NONE.into(), |value| {
        let form = Form::new(steps_of_change(effect), value);
        form.signed(value) + form.suffix
    })
}

/// An interval on the scale of its effect: `+2.1 to +4.0 %`.
pub(crate) fn changes(effect: &Effect, interval: Option<Interval>) -> String {
    bounded(interval).map_or(NONE.into(), |interval| range(steps_of_change(effect), interval, Form::signed))
}

/// A difference on the scale of its effect with no sign and no idle zeros, for margins: `3 %`.
pub(super) fn extent(effect: &Effect, value: f64) -> String {
    finite(Some(value)).map_or(NONE.into(), |value| Form::new(steps_of_change(effect), value).short(value))
}

/// A difference at a tick of an axis: `+50 %`.
pub(super) fn change_tick(effect: &Effect, value: f64, largest: f64) -> String {
    let text = Form { decimals: 2, ..Form::new(steps_of_change(effect), largest) }.short(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

fn range(steps: &'static [Step], interval: Interval, number: fn(&Form, f64) -> String) -> String {
    let form = Form::new(steps, interval.low.abs().max(interval.high.abs()));
    format!("{} to {}{}", number(&form, interval.low), number(&form, interval.high), form.suffix)
}

/// A time with no idle zeros: `5 s`, `1.5 s`.
pub(super) fn time(value: Duration) -> String {
    tick(Unit::Nanoseconds, value.as_nanos() as f64)
}

/// A count with separators: `20,000`.
pub(super) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A p-value for a column: `0.003`, `< 0.001`.
pub(super) fn p(value: Option<f64>) -> String {
    match finite(value) {
        None => NONE.into(),
        Some(p) if p < 0.001 => "< 0.001".into(),
        Some(p) => format!("{p:.3}"),
    }
}

/// A p-value in a sentence: `p = 0.003`, `p < 0.001`.
pub(super) fn p_equals(value: Option<f64>) -> String {
    match p(value) {
        text if text.starts_with('<') => format!("p {text}"),
        text => format!("p = {text}"),
    }
}

/// A reason without its code: the sentence, and what was expected and found.
pub(super) fn reason(reason: &Reason) -> String {
    sentence(&reason.message, reason.expected.as_deref(), reason.found.as_deref())
}

/// An error in one line, with its place.
pub(super) fn error(error: &ErrorReport) -> String {
    let text = sentence(&error.message, error.expected.as_deref(), error.found.as_deref());
    error.place.as_ref().map_or(text.clone(), |place| format!("{place}: {text}"))
}

fn sentence(message: &str, expected: Option<&str>, found: Option<&str>) -> String {
    match (expected, found) {
        (Some(expected), Some(found)) => format!("{message} (expected {expected}, found {found})"),
        (Some(expected), None) => format!("{message} (expected {expected})"),
        (None, Some(found)) => format!("{message} (found {found})"),
        (None, None) => message.into(),
    }
}

/// A list as people say it: `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Text cut to so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A day and time in UTC: `12 March 2026, 14:05 UTC`.
pub(super) fn date(unix_ns: u64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let minutes = unix_ns / 60_000_000_000;
    let (days, hour, minute) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    // Days to a date in the proleptic Gregorian calendar, after Howard Hinnant's `civil_from_days`: years begin in
    // March, so that the leap day is the last of its year.
    let days = days + 719_468;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = year_of_era + days / 146_097 * 400 + u64::from(month >= 10);
    format!("{day} {} {year}, {hour:02}:{minute:02} UTC", MONTHS[(month as usize + 2) % 12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_have_three_digits_and_a_unit() {
        for (unit, number, text) in [
            (Unit::Nanoseconds, 412_345.0, "412 µs"),
            (Unit::Nanoseconds, 1_236_000.0, "1.24 ms"),
            (Unit::Nanoseconds, 999_800.0, "1.00 ms"),
            (Unit::Nanoseconds, 7.0, "7.00 ns"),
            (Unit::NanosecondsPerRequest, 61_040.0, "61.0 ms"),
            (Unit::NanosecondsPerConnectionSecond, 3_120_000.0, "3.12 ms/s"),
            (Unit::BytesPerConnection, 58_234.0, "58.2 kB"),
            (Unit::Bytes, 58_234_000.0, "58.2 MB"),
            (Unit::Bytes, 0.0, "0 B"),
            (Unit::PerSecond, 1_999.7, "2,000/s"),
            (Unit::Share, 0.0012, "0.12 %"),
            (Unit::Share, f64::NAN, NONE),
        ] {
            assert_eq!(value(unit, Some(number)), text);
        }
        assert_eq!(value(Unit::Bytes, None), NONE);
    }

    #[test]
    fn p_values_never_claim_to_be_zero() {
        assert_eq!((p(Some(0.0)), p(Some(0.0031)), p(None)), ("< 0.001".into(), "0.003".into(), NONE.into()));
        assert_eq!((p_equals(Some(0.0)), p_equals(Some(0.25))), ("p < 0.001".into(), "p = 0.250".into()));
    }

    #[test]
    fn dates_follow_the_calendar() {
        for (seconds, text) in [
            (0, "1 January 1970, 00:00 UTC"),
            (951_782_400, "29 February 2000, 00:00 UTC"),
            (1_772_323_199, "28 February 2026, 23:59 UTC"),
            (1_798_761_540, "31 December 2026, 23:59 UTC"),
        ] {
            assert_eq!(date(seconds * 1_000_000_000), text);
        }
    }

    #[test]
    fn lists_and_cuts_read_naturally() {
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!((cut("envoy-mtls", 10), cut("envoy-mtls", 6)), ("envoy-mtls".into(), "envoy…".into()));
    }

    const UNITS: [Unit; 7] = [
        Unit::Nanoseconds,
        Unit::NanosecondsPerRequest,
        Unit::NanosecondsPerConnectionSecond,
        Unit::PerSecond,
        Unit::Bytes,
        Unit::BytesPerConnection,
        Unit::Share,
    ];

    proptest! {
        #[test]
        fn any_number_is_written_without_nan_or_exponent(number in prop::num::f64::ANY) {
            for unit in UNITS {
                let text = value(unit, Some(number));
                prop_assert!(!text.contains("NaN") && !text.contains("inf") && !text.contains('e'), "{text}");
            }
        }
    }
}
