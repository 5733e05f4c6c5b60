//! The members of fortio's JSON that say something of the result.

use std::collections::BTreeMap;
use std::time::Duration;

use meshery_core::{Error, Rate, Result, json};
use serde::Deserialize;

use crate::exchange::decimal::Seconds;
use crate::exchange::distribution::{Bucket, Distribution, Shape};
use crate::exchange::outcome::{Asked, Outcome, Over, Timed, Timing};
use crate::exchange::{Hints, instant};

/// `periodic.RunnerResults`, and what its HTTP kind adds. Credentials, payload and headers are not even read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    run_type: Option<String>,
    start_time: Option<String>,
    #[serde(rename = "RequestedQPS")]
    requested_qps: Option<String>,
    #[serde(rename = "ActualQPS")]
    actual_qps: Option<f64>,
    actual_duration: Option<u64>,
    num_threads: Option<u64>,
    version: Option<String>,
    duration_histogram: Option<Histogram>,
    errors_duration_histogram: Option<Histogram>,
    connection_stats: Option<Histogram>,
    ret_codes: Option<BTreeMap<String, u64>>,
    sizes: Option<Sizes>,
    #[serde(rename = "URL")]
    url: Option<String>,
    destination: Option<String>,
    meshery: Option<Own>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Histogram {
    count: u64,
    min: Seconds,
    max: Seconds,
    avg: Seconds,
    std_dev: Option<Seconds>,
    data: Option<Vec<Data>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    start: Seconds,
    end: Seconds,
    count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sizes {
    sum: f64,
}

/// What a file that this crate wrote says on top.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Own {
    tool: Option<String>,
    timing: Option<String>,
    requests: Option<u64>,
    failed: Option<u64>,
}

pub(super) fn read(text: &str, _: Hints) -> Result<Outcome> {
    let document: Document = json::read(text)?;
    let Some(durations) = &document.duration_histogram else {
        return Err(Error::invalid("DurationHistogram", "not a result of fortio")
            .expected("an object")
            .found("nothing"));
    };
    let requests = durations.count;
    let own = document.meshery.as_ref();
    let http = document.run_type.as_deref() == Some("HTTP");
    let started = document.start_time.as_deref().map(|text| instant::parse(text, "StartTime")).transpose()?;
    let (statuses, faults) = document.ret_codes.as_ref().filter(|_| http).map(codes).unzip();
    Ok(Outcome {
        tool: Some(own.and_then(|own| own.tool.clone()).unwrap_or_else(|| "fortio".into())),
        started_unix_ns: started,
        window: document.actual_duration.map(Duration::from_nanos),
        asked: document.requested_qps.as_deref().map(asked).transpose()?,
        achieved: document.actual_qps.and_then(|rate| Rate::per_second(rate).ok()),
        connections: document.num_threads.filter(|_| http),
        requests: own.map_or(Some(requests), |own| own.requests),
        failed: own
            .map_or_else(|| document.errors_duration_histogram.as_ref().map(|errors| errors.count), |own| own.failed),
        statuses,
        faults,
        received: document.sizes.as_ref().filter(|sizes| sizes.sum >= 0.0).map(|sizes| sizes.sum.round() as u64),
        times: times(&document)?,
        version: document.version,
        target: document.url.or(document.destination),
        ..Outcome::default()
    })
}

fn asked(qps: &str) -> Result<Asked> {
    if qps == "max" {
        return Ok(Asked::Closed);
    }
    let refuse = || Error::invalid("RequestedQPS", "not a rate").expected("\"max\" or a number above zero").found(qps);
    let rate = qps.parse().ok().and_then(|rate| Rate::per_second(rate).ok());
    rate.map(Asked::Rate).ok_or_else(refuse)
}

/// Answers by status, and faults by name: fortio counts every fault of a socket as status -1.
fn codes(codes: &BTreeMap<String, u64>) -> (BTreeMap<u16, u64>, BTreeMap<String, u64>) {
    let status = |code: &str| code.parse::<u16>().ok().filter(|status| (100..1000).contains(status));
    let statuses = codes.iter().filter_map(|(code, count)| Some((status(code)?, *count))).collect();
    let faults = codes.iter().filter(|(code, _)| status(code).is_none());
    (statuses, faults.map(|(code, count)| (code.clone(), *count)).collect())
}

fn times(document: &Document) -> Result<Vec<Timed>> {
    let told = document.meshery.as_ref().and_then(|own| own.timing.as_deref());
    let unknown = |name| {
        let known = Timing::ALL.map(Timing::name).join(", ");
        Error::invalid("Meshery.Timing", "unknown timing").expected(format!("one of {known}")).found(name)
    };
    let timing = told.map_or(Ok(Timing::Service), |name| Timing::by_name(name).ok_or_else(|| unknown(name)))?;
    let errors = if told.is_some() { &None } else { &document.errors_duration_histogram };
    let parts = [
        ("DurationHistogram", &document.duration_histogram, timing, Over::Every),
        ("ErrorsDurationHistogram", errors, timing, Over::Failed),
        ("ConnectionStats", &document.connection_stats, Timing::Connect, Over::Connections),
    ];
    let told = parts.into_iter().filter_map(|(place, histogram, timing, over)| {
        let histogram = histogram.as_ref()?;
        Some(distribution(histogram).map(|values| Timed { timing, over, values }).map_err(|error| error.at(place)))
    });
    told.collect()
}

fn distribution(histogram: &Histogram) -> Result<Distribution> {
    if histogram.count == 0 {
        return Ok(Distribution { count: Some(0), ..Distribution::default() });
    }
    let data = histogram.data.as_deref().unwrap_or_default();
    let mut buckets = Vec::with_capacity(data.len());
    let mut total = 0u64;
    for (index, Data { start, end, count }) in data.iter().enumerate() {
        let before = buckets.last().map_or(Duration::ZERO, |bucket: &Bucket| bucket.to);
        if start.0 > end.0 || start.0 < before {
            let found = format!("{:?} to {:?} after {before:?}", start.0, end.0);
            let error = Error::invalid(format!("Data[{index}]"), "the buckets are not in order");
            return Err(error.expected("Start up to End, from the End before").found(found));
        }
        total = total.saturating_add(*count);
        buckets.push(Bucket { above: start.0, to: end.0, count: *count });
    }
    if !data.is_empty() && total != histogram.count {
        let error = Error::invalid("Data", "the buckets do not add up to Count");
        return Err(error.expected(histogram.count.to_string()).found(total.to_string()));
    }
    Ok(Distribution {
        count: Some(histogram.count),
        min: Some(histogram.min.0),
        mean: Some(histogram.avg.0),
        max: Some(histogram.max.0),
        deviation: histogram.std_dev.map(|deviation| deviation.0),
        shape: if buckets.is_empty() { Shape::Unknown } else { Shape::Buckets(buckets) },
    })
}
