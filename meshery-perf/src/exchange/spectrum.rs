//! The percentile spectrum that HdrHistogram prints: value, percentile, count so far. Between two lines it tells how many
//! values there are and not where, so it is read as buckets.

use std::time::Duration;

use meshery_core::{Error, Result};

use super::decimal::duration;
use super::distribution::{Bucket, Distribution, Shape};

/// Reads a spectrum up to its last line of remarks, from `lines` of (number, text), in a unit of so many nanoseconds.
pub(super) fn read<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, unit: f64) -> Result<Distribution> {
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut seen = 0;
    let mut last = Duration::ZERO;
    let mut known = Distribution::default();
    for (line, text) in lines {
        if let Some(remark) = text.trim().strip_prefix("#[") {
            remarks(remark, unit, &mut known);
            if remark.starts_with("Buckets") {
                break;
            }
            continue;
        }
        let words: Vec<_> = text.split_whitespace().collect();
        if words.is_empty() || words[0] == "Value" || text.trim_start().starts_with('#') {
            continue;
        }
        let point = point(&words, unit).ok_or_else(|| refuse(line, text))?;
        if point.value < last || point.count < seen {
            return Err(Error::invalid(format!("line {line}"), "the spectrum does not rise").found(text.trim()));
        }
        // The value at percentile 0 is the smallest there is.
        let above = if buckets.is_empty() && point.percentile == 0.0 { point.value } else { last };
        match buckets.last_mut() {
            Some(bucket) if point.value == bucket.to => bucket.count += point.count - seen,
            _ if point.count == seen => {}
            _ => buckets.push(Bucket { above, to: point.value, count: point.count - seen }),
        }
        (last, seen) = (point.value, point.count);
    }
    if buckets.first().is_some_and(|bucket| bucket.above == bucket.to) {
        known.min = buckets.first().map(|bucket| bucket.to);
    }
    known.count = Some(seen);
    known.shape = Shape::Buckets(buckets);
    Ok(known)
}

struct Point {
    value: Duration,
    percentile: f64,
    count: u64,
}

fn point(words: &[&str], unit: f64) -> Option<Point> {
    let [value, percentile, count, ..] = words else { return None };
    let percentile: f64 = percentile.parse().ok().filter(|share| (0.0..=1.0).contains(share))?;
    Some(Point { value: duration(value.parse().ok()?, unit)?, percentile, count: count.parse().ok()? })
}

fn refuse(line: usize, text: &str) -> Error {
    Error::invalid(format!("line {line}"), "not a line of a percentile spectrum")
        .expected("value, percentile from 0 to 1, count")
        .found(text.trim().chars().take(80).collect::<String>())
}

/// Reads `Mean = 6.602, StdDeviation = 1.919]` and `Max = 12.496, Total count = 39500]`.
fn remarks(remark: &str, unit: f64, known: &mut Distribution) {
    for pair in remark.trim_end_matches(']').split(',') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let time = value.trim().parse().ok().and_then(|value| duration(value, unit));
        match name.trim() {
            "Mean" => known.mean = time,
            "StdDeviation" => known.deviation = time,
            "Max" => known.max = time,
            _ => {}
        }
    }
}
