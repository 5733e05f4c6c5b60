//! `.hgrm`: the percentile spectrum as HdrHistogram's plotter takes it. Written in milliseconds to the nanosecond, with a
//! remark that says so; a file of others does not tell its unit, so the reader has to be told.

use std::fmt::Write as _;

use meshery_core::{Error, ErrorKind, Result};

use super::outcome::{Outcome, Over, Timed, Timing};
use super::{Format, Hints, Unit, spectrum};

pub(super) const FORMAT: Format =
    Format { name: "hgrm", file_name: "latency.hgrm", read: Some(read), write: Some(write) };

const UNIT: &str = "#[Unit    = milliseconds, Timing = ";
/// Lines for each halving of the distance to 100 %, as the other implementations have it.
const TICKS: u32 = 5;
const MILLISECOND: f64 = 1e6;

fn read(text: &str, hints: Hints) -> Result<Outcome> {
    let told = text.lines().find_map(|line| line.strip_prefix(UNIT)).map(|rest| rest.trim_end_matches(']'));
    let unit = hints.unit.or(told.map(|_| Unit::Milliseconds)).ok_or_else(|| {
        let error = Error::invalid("unit", "the file does not tell the unit of its values, so the caller has to");
        error.expected("nanoseconds, microseconds, milliseconds or seconds").found("nothing")
    })?;
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let values = spectrum::read(&mut lines, unit.nanos())?;
    if values.count == Some(0) {
        return Err(Error::invalid("line 1", "not a percentile spectrum").expected("at least one value").found("none"));
    }
    let timing = hints.timing.or_else(|| told.and_then(Timing::by_name)).unwrap_or(Timing::Whole);
    Ok(Outcome { times: vec![Timed { timing, over: Over::Unknown, values }], ..Outcome::default() })
}

fn write(outcome: &Outcome) -> Result<String> {
    let exact = outcome.main().and_then(|main| Some((main.timing, main.values.latencies()?)));
    let (timing, latencies) = exact.filter(|(_, latencies)| !latencies.is_empty()).ok_or_else(|| {
        let error = Error::new(ErrorKind::Unsupported, "the result does not say what this format has to");
        error.expected("an exact histogram of at least one value").found("none")
    })?;
    let hdr = latencies.as_hdr();
    let mut text = format!("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    let mut seen = 0;
    for step in hdr.iter_quantiles(TICKS) {
        seen += step.count_since_last_iteration();
        let (value, quantile) = (step.value_iterated_to() as f64 / MILLISECOND, step.quantile_iterated_to());
        let _ = write!(text, "{value:12.6} {quantile:14.12} {seen:10}");
        if quantile < 1.0 {
            let _ = write!(text, " {:14.2}", 1.0 / (1.0 - quantile));
        }
        text.push('\n');
    }
    let ms = |nanos: f64| nanos / MILLISECOND;
    let _ = writeln!(text, "#[Mean    = {:12.6}, StdDeviation   = {:12.6}]", ms(hdr.mean()), ms(hdr.stdev()));
    let _ = writeln!(text, "#[Max     = {:12.6}, Total count    = {:12}]", ms(hdr.max() as f64), hdr.len());
    let _ = writeln!(text, "{UNIT}{}]", timing.name());
    let buckets = hdr.buckets();
    let _ = writeln!(text, "#[Buckets = {buckets:12}, SubBuckets     = {:12}]", sub_buckets(hdr.sigfig()));
    Ok(text)
}

/// As HdrHistogram sizes them: the power of two that resolves a unit at twice ten to the digits.
fn sub_buckets(digits: u8) -> u64 {
    (2 * 10u64.pow(digits.into())).next_power_of_two()
}
