//! From the three shapes of a summary to one table of numbers by metric, and from there to an outcome.

use std::collections::BTreeMap;
use std::time::Duration;

use meshery_core::{Error, Rate, Result, json};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{EXPECTED, MILLISECOND, TRENDS};
use crate::exchange::Hints;
use crate::exchange::decimal::{Millis, Seconds, duration};
use crate::exchange::distribution::{Distribution, Percentile, Shape};
use crate::exchange::outcome::{Outcome, Over, Timed, Timing};

/// The members of all three shapes; which are there tells which it is.
#[derive(Deserialize)]
struct Document {
    metrics: Option<BTreeMap<String, Metric>>,
    state: Option<State>,
    config: Option<Config>,
    metadata: Option<Metadata>,
    results: Option<Results>,
    version: Option<String>,
}

/// Numbers by name; or, for `handleSummary`, a description around them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Metric {
    Described { values: Numbers },
    Plain(BTreeMap<String, Figure>),
}

type Numbers = BTreeMap<String, f64>;

/// Beside numbers stand the verdicts of thresholds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Figure {
    Number(f64),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "testRunDurationMs")]
    duration: Millis,
}

#[derive(Deserialize)]
struct Config {
    duration: Seconds,
}

#[derive(Deserialize)]
struct Metadata {
    k6_version: String,
}

#[derive(Deserialize)]
struct Results {
    metrics: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    /// A value that there is not is null or left out.
    values: BTreeMap<String, Option<f64>>,
}

pub(super) fn read(text: &str, _: Hints) -> Result<Outcome> {
    let document: Document = json::read(text)?;
    if let Some(version) = document.version.as_deref().filter(|version| !version.starts_with("1.")) {
        let error = Error::new(meshery_core::ErrorKind::VersionUnsupported, "a schema that is not known").at("version");
        return Err(error.expected("1.x").found(version));
    }
    let metrics = table(document.metrics, document.results)?;
    let told = document.config.map(|config| config.duration.0).or(document.state.map(|state| state.duration.0));
    let mut outcome = Outcome {
        tool: Some("k6".into()),
        version: document.metadata.map(|metadata| metadata.k6_version),
        ..Outcome::default()
    };
    let number = |metric: &str, name: &str| metrics.get(metric).and_then(|numbers| numbers.get(name)).copied();
    let count = |metric: &str, name: &str| number(metric, name).map(|value| whole(metric, name, value)).transpose();
    outcome.requests = count("http_reqs", "count")?;
    outcome.received = count("data_received", "count")?;
    outcome.not_sent = count("dropped_iterations", "count")?;
    // Of a rate that is called failed, what passes is what failed.
    outcome.failed = count("http_req_failed", "passes")?.or(count("http_req_failed", "matches")?);
    let rate = number("http_reqs", "rate").filter(|rate| *rate > 0.0);
    // k6 divides by the time of the run, so that is what the quotient is.
    outcome.window = told.or_else(|| duration(number("http_reqs", "count")? / rate?, 1e9));
    let counted = || Some(number("http_reqs", "count")? / told?.as_secs_f64());
    outcome.achieved = rate.or_else(counted).and_then(|rate| Rate::per_second(rate).ok());
    for (name, timing) in TRENDS {
        for (suffix, over) in [("", Over::Every), (EXPECTED, Over::Ok)] {
            let name = format!("{name}{suffix}");
            if let Some(numbers) = metrics.get(&name) {
                let over = if timing == Timing::Service || over == Over::Ok { over } else { Over::Every };
                outcome.times.push(Timed { timing, over, values: trend(numbers).map_err(|error| error.at(name))? });
            }
        }
    }
    Ok(outcome)
}

/// One table of all shapes.
fn table(plain: Option<BTreeMap<String, Metric>>, results: Option<Results>) -> Result<BTreeMap<String, Numbers>> {
    let number = |(name, figure)| match figure {
        Figure::Number(value) => Some((name, value)),
        Figure::Other(_) => None,
    };
    match (plain, results) {
        (Some(metrics), _) => {
            let numbers = |metric| match metric {
                Metric::Described { values } => values,
                Metric::Plain(figures) => figures.into_iter().filter_map(number).collect(),
            };
            Ok(metrics.into_iter().map(|(name, metric)| (name, numbers(metric))).collect())
        }
        (None, Some(results)) => {
            let known = |values: BTreeMap<String, Option<f64>>| {
                values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            };
            Ok(results.metrics.into_iter().map(|metric| (metric.name, known(metric.values))).collect())
        }
        (None, None) => Err(Error::invalid("metrics", "not a summary of k6")
            .expected("metrics, or results.metrics")
            .found("neither")),
    }
}

fn whole(metric: &str, name: &str, value: f64) -> Result<u64> {
    if value.fract() == 0.0 && (0.0..9e15).contains(&value) {
        return Ok(value as u64);
    }
    let error = Error::invalid(format!("metrics.{metric}.{name}"), "not a count");
    Err(error.expected("a whole number from 0").found(value.to_string()))
}

fn trend(numbers: &Numbers) -> Result<Distribution> {
    let mut known = Distribution::default();
    let mut named = Vec::new();
    for (name, value) in numbers {
        if name == "count" {
            known.count = Some(whole("trend", name, *value)?);
            continue;
        }
        let time = time(name, *value)?;
        match name.as_str() {
            "avg" => known.mean = Some(time),
            "min" => known.min = Some(time),
            "max" => known.max = Some(time),
            "med" => named.push(Percentile { quantile: 0.5, value: time }),
            _ => named.extend(quantile(name).map(|quantile| Percentile { quantile, value: time })),
        }
    }
    named.sort_by(|a, b| a.quantile.total_cmp(&b.quantile));
    named.dedup_by(|a, b| a.quantile.total_cmp(&b.quantile).is_eq());
    known.shape = if named.is_empty() { Shape::Unknown } else { Shape::Percentiles(named) };
    Ok(known)
}

fn time(name: &str, value: f64) -> Result<Duration> {
    duration(value, MILLISECOND)
        .ok_or_else(|| Error::invalid(name, "not a time").expected("milliseconds, from 0").found(value.to_string()))
}

/// Reads `p(99.9)`, and `p90` as the newer shape has it.
fn quantile(name: &str) -> Option<f64> {
    let number = name.strip_prefix("p(").and_then(|rest| rest.strip_suffix(')')).or_else(|| name.strip_prefix('p'))?;
    Some(number.parse::<f64>().ok().filter(|percent| (0.0..=100.0).contains(percent))? / 100.0)
}
