//! oha's JSON (`--output-format json`).
//!
//! It does not tell whether its clock started at the real send or, with `--latency-correction`, at the moment the pacing
//! task took the request up: so the times are [`Timing::Whole`] unless the reader is told. Its percentiles are values of
//! single requests, so they are kept by name; its histogram of eleven bars says less. Times are of answered requests.

use std::collections::BTreeMap;

use meshery_core::{Error, Rate, Result, json};
use serde::Deserialize;

use super::decimal::Seconds;
use super::distribution::{Distribution, Percentile, Shape};
use super::outcome::{Outcome, Over, Timed, Timing};
use super::{Format, Hints};

pub(super) const FORMAT: Format = Format { name: "oha", file_name: "oha.json", read: Some(read), write: None };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    summary: Summary,
    #[serde(default)]
    latency_percentiles: Named,
    #[serde(default)]
    first_byte_percentiles: Named,
    details: Option<Details>,
    status_code_distribution: BTreeMap<u16, u64>,
    error_distribution: BTreeMap<String, u64>,
}

/// Values are null when nothing was answered.
type Named = BTreeMap<String, Option<Seconds>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    total: Seconds,
    slowest: Option<Seconds>,
    fastest: Option<Seconds>,
    average: Option<Seconds>,
    requests_per_sec: f64,
    total_data: u64,
}

#[derive(Deserialize)]
struct Details {
    #[serde(rename = "DNSDialup")]
    connect: Option<Triple>,
    #[serde(rename = "DNSLookup")]
    lookup: Option<Triple>,
    #[serde(rename = "firstByte")]
    first_byte: Option<Triple>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Triple {
    average: Option<Seconds>,
    fastest: Option<Seconds>,
    slowest: Option<Seconds>,
}

fn read(text: &str, hints: Hints) -> Result<Outcome> {
    let document: Document = json::read(text)?;
    let Summary { slowest, fastest, average, .. } = document.summary;
    let sum = |counts: &mut dyn Iterator<Item = &u64>| counts.fold(0u64, |sum, count| sum.saturating_add(*count));
    let answered = sum(&mut document.status_code_distribution.values());
    let failed = sum(&mut document.error_distribution.values());
    let whole = Triple { average, fastest, slowest };
    let details = document.details.as_ref();
    let first_byte = details.and_then(|details| details.first_byte).unwrap_or_default();
    let mut times = Vec::new();
    let mut add = |timing, over, values| times.extend((answered > 0).then_some(Timed { timing, over, values }));
    let values = named(&document.latency_percentiles, whole, answered).map_err(|e| e.at("latencyPercentiles"))?;
    add(hints.timing.unwrap_or(Timing::Whole), Over::Answered, values);
    let values =
        named(&document.first_byte_percentiles, first_byte, answered).map_err(|e| e.at("firstBytePercentiles"))?;
    add(Timing::FirstByte, Over::Answered, values);
    for (timing, triple) in
        [(Timing::Connect, details.and_then(|d| d.connect)), (Timing::Lookup, details.and_then(|d| d.lookup))]
    {
        if let Some(triple) = triple.filter(|triple| triple.average.is_some()) {
            add(timing, Over::Connections, summary(triple));
        }
    }
    Ok(Outcome {
        tool: Some("oha".into()),
        window: Some(document.summary.total.0),
        achieved: Rate::per_second(document.summary.requests_per_sec).ok(),
        requests: Some(answered.saturating_add(failed)),
        failed: Some(failed),
        statuses: Some(document.status_code_distribution),
        faults: Some(document.error_distribution),
        received: Some(document.summary.total_data),
        times,
        ..Outcome::default()
    })
}

fn summary(Triple { average, fastest, slowest }: Triple) -> Distribution {
    let time = |value: Option<Seconds>| value.map(|value| value.0);
    Distribution { min: time(fastest), mean: time(average), max: time(slowest), ..Distribution::default() }
}

fn named(named: &Named, triple: Triple, count: u64) -> Result<Distribution> {
    let mut known = Vec::new();
    for (name, value) in named {
        let percent = name.strip_prefix('p').and_then(|number| number.parse::<f64>().ok());
        let Some(percent) = percent.filter(|percent| (0.0..=100.0).contains(percent)) else {
            return Err(Error::invalid(name, "not a percentile").expected("a name such as p99.9").found(name));
        };
        known.extend(value.map(|value| Percentile { quantile: percent / 100.0, value: value.0 }));
    }
    known.sort_by(|a, b| a.quantile.total_cmp(&b.quantile));
    Ok(Distribution { count: Some(count), shape: Shape::Percentiles(known), ..summary(triple) })
}
