//! What wrk2 prints. Its latencies count from the intended time, and only from the end of its calibration of some 10 s on,
//! while its requests count from the start; with `-U` it prints those from the real send time as well.

use std::collections::BTreeMap;
use std::time::Duration;

use meshery_core::{Error, Rate, Result, units};

use super::distribution::{Distribution, Percentile, Shape};
use super::outcome::{Outcome, Over, Timed, Timing};
use super::{Format, Hints, spectrum};

pub(super) const FORMAT: Format = Format { name: "wrk2", file_name: "wrk2.txt", read: Some(read), write: None };

/// wrk2 prints the spectrum in milliseconds.
const MILLISECOND: f64 = 1e6;

fn read(text: &str, _: Hints) -> Result<Outcome> {
    let mut outcome = Outcome { tool: Some("wrk2".into()), ..Outcome::default() };
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut refused = 0;
    let mut timing = Timing::Response;
    while let Some((line, text)) = lines.next() {
        let text = text.trim();
        let wrong = || Error::invalid(format!("line {line}"), "not what wrk2 prints").found(short(text));
        if let Some((_, url)) = text.strip_prefix("Running ").and_then(|rest| rest.split_once(" test @ ")) {
            outcome.target = Some(url.into());
        } else if text.contains(" threads and ") && text.ends_with(" connections") {
            (outcome.threads, outcome.connections) = sizes(text).ok_or_else(wrong)?;
        } else if text.starts_with("Latency Distribution (HdrHistogram - ") {
            timing = clock(text).ok_or_else(wrong)?;
        } else if text.ends_with('%') || text.contains("%  ") {
            // A named percentile or a line of thread statistics, of which the first kind counts.
            named(text, timing, &mut outcome);
        } else if text == "Detailed Percentile spectrum:" {
            let values = spectrum::read(&mut lines, MILLISECOND)?;
            outcome.times.retain(|timed| timed.timing != timing);
            outcome.times.push(Timed { timing, over: Over::Answered, values });
        } else if let Some((requests, rest)) = text.split_once(" requests in ") {
            outcome.requests = Some(requests.parse().map_err(|_| wrong())?);
            outcome.window = Some(span(rest.split(',').next().unwrap_or_default()).ok_or_else(wrong)?);
        } else if let Some(counts) = text.strip_prefix("Socket errors: ") {
            outcome.faults = Some(faults(counts).ok_or_else(wrong)?);
        } else if let Some(count) = text.strip_prefix("Non-2xx or 3xx responses: ") {
            refused = count.parse().map_err(|_| wrong())?;
        } else if let Some(rate) = text.strip_prefix("Requests/sec:") {
            outcome.achieved = rate.trim().parse().ok().and_then(|rate| Rate::per_second(rate).ok());
        }
    }
    settle(outcome, refused)
}

/// Faults of sockets are counted apart from requests, and not one for each: with any of them, neither the number of
/// requests that ended nor that of the failed ones is told.
fn settle(mut outcome: Outcome, refused: u64) -> Result<Outcome> {
    if outcome.requests.is_none() {
        let error = Error::invalid("requests", "not what wrk2 prints");
        return Err(error.expected("a line such as \"60018 requests in 30.00s, 19.81MB read\"").found("none"));
    }
    if outcome.faults.iter().flatten().any(|(_, count)| *count > 0) {
        outcome.requests = None;
    } else {
        outcome.failed = Some(refused);
    }
    Ok(outcome)
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Reads `2 threads and 100 connections`.
fn sizes(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (threads, rest) = text.split_once(" threads and ")?;
    Some((Some(threads.parse().ok()?), Some(rest.strip_suffix(" connections")?.parse().ok()?)))
}

fn clock(text: &str) -> Option<Timing> {
    if text.contains("Recorded Latency") {
        Some(Timing::Response)
    } else if text.contains("Uncorrected Latency") {
        Some(Timing::Service)
    } else {
        None
    }
}

/// Reads `99.000%   11.18ms`, for output without a spectrum.
fn named(text: &str, timing: Timing, outcome: &mut Outcome) {
    let read = || {
        let (percent, value) = text.split_once('%')?;
        Some(Percentile { quantile: percent.parse::<f64>().ok()? / 100.0, value: span(value.trim())? })
    };
    let Some(percentile) = read().filter(|percentile| (0.0..=1.0).contains(&percentile.quantile)) else { return };
    match outcome.times.iter_mut().find(|timed| timed.timing == timing).map(|timed| &mut timed.values.shape) {
        Some(Shape::Percentiles(named)) => named.push(percentile),
        Some(_) => {}
        None => {
            let values = Distribution { shape: Shape::Percentiles(vec![percentile]), ..Distribution::default() };
            outcome.times.push(Timed { timing, over: Over::Answered, values });
        }
    }
}

/// Reads wrk2's times: `11.18ms`, `30.00s`, `1.50m`.
fn span(text: &str) -> Option<Duration> {
    units::duration::parse(text).ok()
}

/// Reads `connect 0, read 3, write 0, timeout 1`.
fn faults(text: &str) -> Option<BTreeMap<String, u64>> {
    text.split(", ")
        .map(|pair| pair.split_once(' ').and_then(|(name, count)| Some((name.into(), count.parse().ok()?))))
        .collect()
}
