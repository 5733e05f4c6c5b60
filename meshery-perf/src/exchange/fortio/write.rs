//! A result as fortio's report page reads it.

use meshery_core::{Error, ErrorKind, Latencies, Result};
use serde_json::{Map, Value, json};

use crate::exchange::decimal::number;
use crate::exchange::distribution::{Bucket, Distribution, Shape};
use crate::exchange::instant;
use crate::exchange::outcome::{Asked, Outcome, Over, Timing};

const SECOND: f64 = 1e9;
const PERCENTILES: [f64; 7] = [50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99];
/// Buckets for each factor of ten: the page draws a bar for each.
const PER_DECADE: f64 = 20.0;

pub(super) fn write(outcome: &Outcome) -> Result<String> {
    let main = outcome.main().ok_or_else(|| lacks("response or service times"))?;
    let mut document = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.map(|value| document.insert(name.into(), value));
    set("RunType", Some(if outcome.statuses.is_some() { "HTTP" } else { "unknown" }.into()));
    set("Labels", Some(label(outcome, main.timing).into()));
    set("StartTime", outcome.started_unix_ns.and_then(instant::format).map(Value::from));
    set("RequestedQPS", outcome.asked.map(|asked| qps(asked).into()));
    set("RequestedDuration", outcome.window.map(|window| format!("{window:?}").into()));
    set("ActualQPS", outcome.achieved.map(|rate| rate.get().into()));
    set("ActualDuration", outcome.window.and_then(|window| u64::try_from(window.as_nanos()).ok()).map(Value::from));
    set("NumThreads", outcome.connections.map(Value::from));
    set("Version", outcome.version.as_deref().map(Value::from));
    set("DurationHistogram", Some(histogram(&main.values)?));
    set("ErrorsDurationHistogram", errors(outcome, main.timing)?);
    set("Jitter", Some(false.into()));
    set("Uniform", Some(false.into()));
    set("RunID", Some(0.into()));
    set("ID", id(outcome).map(Value::from));
    set("RetCodes", outcome.statuses.as_ref().map(|_| codes(outcome)));
    set("URL", outcome.target.as_deref().map(Value::from));
    let own = json!({ "Tool": outcome.tool, "Timing": main.timing.name(), "Requests": outcome.requests, "Failed": outcome.failed });
    set("Meshery", Some(own));
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn lacks(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, "the result does not say what this format has to").expected(what).found("none")
}

fn label(outcome: &Outcome, timing: Timing) -> String {
    let tool = outcome.tool.as_deref().unwrap_or("unknown tool");
    let clock = match timing {
        Timing::Response => "from the intended send time",
        Timing::Service => "from the real send time",
        _ => "from an unknown beginning",
    };
    format!("{tool}, {clock}")
}

fn qps(asked: Asked) -> String {
    match asked {
        Asked::Closed => "max".into(),
        Asked::Rate(rate) => rate.get().to_string(),
    }
}

/// As fortio makes them, from the start to the second and a name.
fn id(outcome: &Outcome) -> Option<String> {
    let start = instant::format(outcome.started_unix_ns?)?;
    let digits = start.get(..19)?.replace(':', "").replace('T', "-");
    Some(format!("{digits}_{}", outcome.tool.as_deref().unwrap_or("unknown")))
}

fn codes(outcome: &Outcome) -> Value {
    let statuses = outcome.statuses.iter().flatten().map(|(status, count)| (status.to_string(), Value::from(*count)));
    let faults = outcome.faults.iter().flatten().map(|(fault, count)| (fault.clone(), Value::from(*count)));
    statuses.chain(faults).collect::<Map<_, _>>().into()
}

/// The page takes a missing histogram of errors for an old file and counts statuses instead; one that has a count and no
/// buckets it cannot draw.
fn errors(outcome: &Outcome, timing: Timing) -> Result<Option<Value>> {
    let failed = outcome.times.iter().find(|timed| timed.timing == timing && timed.over == Over::Failed);
    match (failed, outcome.failed) {
        (Some(failed), _) if failed.values.count != Some(0) => histogram(&failed.values).map(Some),
        (_, Some(0)) => Ok(Some(empty())),
        _ => Ok(None),
    }
}

fn empty() -> Value {
    json!({ "Count": 0, "Min": 0, "Max": 0, "Sum": 0, "Avg": 0, "StdDev": 0, "Data": null })
}

fn histogram(values: &Distribution) -> Result<Value> {
    if values.count == Some(0) {
        return Ok(empty());
    }
    let seconds = |time| number(time, SECOND);
    let known = values.count.zip(values.min).zip(values.mean.zip(values.max));
    let Some(((count, min), (mean, max))) = known else { return Err(lacks("count, smallest, mean and largest")) };
    let buckets = match &values.shape {
        Shape::Exact(latencies) => fine(latencies),
        Shape::Buckets(buckets) => buckets.clone(),
        Shape::Percentiles(_) | Shape::Unknown => return Err(lacks("a histogram")),
    };
    let mut seen = 0;
    let data = buckets.iter().filter(|bucket| bucket.count > 0).map(|bucket| {
        seen = u64::saturating_add(seen, bucket.count);
        let percent = 100.0 * seen as f64 / count as f64;
        json!({ "Start": seconds(bucket.above), "End": seconds(bucket.to), "Percent": percent, "Count": bucket.count })
    });
    let data: Vec<_> = data.collect();
    let mut document = json!({
        "Count": count, "Min": seconds(min), "Max": seconds(max), "Sum": seconds(mean) * count as f64,
        "Avg": seconds(mean), "StdDev": values.deviation.map(seconds), "Data": data,
    });
    let known =
        |percent: f64| Some(json!({ "Percentile": percent, "Value": seconds(values.quantile(percent / 100.0)?) }));
    let percentiles: Vec<_> = PERCENTILES.into_iter().filter_map(known).collect();
    if !percentiles.is_empty() {
        document["Percentiles"] = percentiles.into();
    }
    Ok(document)
}

/// Buckets on a logarithmic grid, narrow enough to draw and wide enough to be few. Their bounds are those of recorded
/// values, so no value lies outside its bucket.
fn fine(latencies: &Latencies) -> Vec<Bucket> {
    let nanos = std::time::Duration::from_nanos;
    let hdr = latencies.as_hdr();
    let mut buckets: Vec<(i64, Bucket)> = Vec::new();
    for value in hdr.iter_recorded() {
        let (count, low) = (value.count_at_value(), hdr.lowest_equivalent(value.value_iterated_to()));
        let (above, to) = (nanos(low), nanos(value.value_iterated_to()));
        let slot = ((low as f64).log10() * PER_DECADE).floor() as i64;
        match buckets.last_mut() {
            Some((last, bucket)) if *last == slot => {
                *bucket = Bucket { to, count: bucket.count.saturating_add(count), ..*bucket }
            }
            _ => buckets.push((slot, Bucket { above, to, count })),
        }
    }
    buckets.into_iter().map(|(_, bucket)| bucket).collect()
}
