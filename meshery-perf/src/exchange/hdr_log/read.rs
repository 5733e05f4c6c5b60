//! Intervals of a log, added up by tag.

use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{IntervalLogHistogram, IntervalLogIterator, LogEntry};
use meshery_core::{Error, ErrorKind, Latencies, Result};

use super::{REMARK, payload};
use crate::exchange::decimal::duration;
use crate::exchange::distribution::{Bucket, Distribution, Shape};
use crate::exchange::outcome::{Outcome, Over, Timed, Timing};
use crate::exchange::{Hints, Unit};

/// From this many digits on, a value is as well known as in a histogram of this crate.
const EXACT: u8 = 3;

pub(super) fn read(text: &str, hints: Hints) -> Result<Outcome> {
    let told = text.lines().find_map(|line| line.strip_prefix(REMARK)).map(|rest| rest.trim_end_matches(']'));
    let unit = hints.unit.or(told.map(|_| Unit::Nanoseconds)).ok_or_else(|| {
        let error = Error::invalid("unit", "the log does not tell the unit of its values, so the caller has to");
        error.expected("nanoseconds, microseconds, milliseconds or seconds").found("nothing")
    })?;
    let untagged = hints.timing.or_else(|| told.and_then(Timing::by_name)).unwrap_or(Timing::Whole);
    let mut log = Log { untagged, ..Log::default() };
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        log.line(line).map_err(|error| error.at(format!("line {}", index + 1)))?;
    }
    log.outcome(unit)
}

/// Digit by digit: a float has no room for nanoseconds since 1970.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<9}");
    Some(Duration::new(whole.parse().ok()?, fraction.get(..9)?.parse().ok()?))
}

struct Log {
    untagged: Timing,
    parts: Vec<(Timing, Histogram<u64>)>,
    started: Option<Duration>,
    /// When the first interval began and the last one ended.
    span: Option<(Duration, Duration)>,
}

impl Default for Log {
    fn default() -> Self {
        Self { untagged: Timing::Whole, parts: Vec::new(), started: None, span: None }
    }
}

impl Log {
    fn line(&mut self, line: &str) -> Result<()> {
        // Of the crate's parser only with a fraction, which not every writer has.
        if let Some(rest) = line.strip_prefix("#[StartTime: ") {
            self.started = rest.split(' ').next().and_then(seconds);
            return Ok(());
        }
        // The parser wants whole lines, and lines only.
        let line = format!("{line}\n");
        let refuse = || {
            Error::new(ErrorKind::InvalidInput, "not a line of an interval log")
                .expected("a remark, or start,length,largest,histogram")
                .found(line.trim_end().chars().take(80).collect::<String>())
        };
        match IntervalLogIterator::new(line.as_bytes()).next() {
            None | Some(Ok(LogEntry::BaseTime(_) | LogEntry::StartTime(_))) => Ok(()),
            Some(Ok(LogEntry::Interval(interval))) => self.interval(&interval, refuse),
            Some(Err(_)) => Err(refuse()),
        }
    }

    fn interval(&mut self, interval: &IntervalLogHistogram<'_>, refuse: impl Fn() -> Error) -> Result<()> {
        let timing = match interval.tag() {
            None => self.untagged,
            Some(tag) => Timing::by_name(tag.as_str()).ok_or_else(|| {
                let error = Error::new(ErrorKind::InvalidInput, "a tag that does not tell what was timed");
                error.expected(Timing::ALL.map(Timing::name).join(", ")).found(tag.as_str())
            })?,
        };
        let start = interval.start_timestamp();
        let end = start.checked_add(interval.duration()).ok_or_else(refuse)?;
        let (first, last) = self.span.unwrap_or((start, end));
        self.span = Some((first.min(start), last.max(end)));
        self.add(timing, payload::decode(interval.encoded_histogram())?)
    }

    fn add(&mut self, timing: Timing, read: Histogram<u64>) -> Result<()> {
        let too_large = |error: &dyn std::fmt::Display| {
            Error::new(ErrorKind::InvalidInput, "the intervals do not add up").found(error.to_string())
        };
        let Some((_, total)) = self.parts.iter_mut().find(|(known, _)| *known == timing) else {
            self.parts.push((timing, read));
            return Ok(());
        };
        // A sum knows no more than the coarsest of its parts.
        let digits = total.sigfig().min(read.sigfig());
        let mut sum = Histogram::new(digits).map_err(|error| too_large(&error))?;
        sum.auto(true);
        sum.add(&*total).map_err(|error| too_large(&error))?;
        sum.add(&read).map_err(|error| too_large(&error))?;
        *total = sum;
        Ok(())
    }

    fn outcome(self, unit: Unit) -> Result<Outcome> {
        if self.parts.is_empty() {
            return Err(Error::invalid("line 1", "not an interval log")
                .expected("at least one interval")
                .found("none"));
        }
        let timed = |(timing, total): (Timing, Histogram<u64>)| {
            Ok(Timed { timing, over: Over::Unknown, values: distribution(&total, unit)? })
        };
        Ok(Outcome {
            started_unix_ns: self.started.and_then(|started| u64::try_from(started.as_nanos()).ok()),
            window: self.span.map(|(first, last)| last.saturating_sub(first)).filter(|window| !window.is_zero()),
            times: self.parts.into_iter().map(timed).collect::<Result<_>>()?,
            ..Outcome::default()
        })
    }
}

fn distribution(total: &Histogram<u64>, unit: Unit) -> Result<Distribution> {
    if unit == Unit::Nanoseconds && total.sigfig() >= EXACT {
        return Latencies::from_hdr(total).map(Distribution::exact);
    }
    let time = |value: u64| {
        let refuse =
            || Error::new(ErrorKind::InvalidInput, "a time that is too long").found(format!("{value} {unit:?}"));
        duration(value as f64, unit.nanos()).ok_or_else(refuse)
    };
    if total.sigfig() >= EXACT {
        let bounds = Latencies::new();
        let mut scaled = Histogram::<u64>::new_from(bounds.as_hdr());
        for value in total.iter_recorded() {
            let nanos = time(value.value_iterated_to())?.as_nanos() as u64;
            let refuse = |_| Error::new(ErrorKind::InvalidInput, "a latency is too large").found(format!("{nanos} ns"));
            scaled.record_n(nanos.max(1), value.count_at_value()).map_err(refuse)?;
        }
        return Latencies::from_hdr(&scaled).map(Distribution::exact);
    }
    let bucket = |value: hdrhistogram::iterators::IterationValue<u64>| {
        let low = total.lowest_equivalent(value.value_iterated_to()).saturating_sub(1);
        Ok(Bucket { above: time(low)?, to: time(value.value_iterated_to())?, count: value.count_at_value() })
    };
    let shape = Shape::Buckets(total.iter_recorded().map(bucket).collect::<Result<_>>()?);
    Ok(Distribution { count: Some(total.len()), shape, ..Distribution::default() })
}
