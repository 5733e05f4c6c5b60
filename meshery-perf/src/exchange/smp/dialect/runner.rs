//! What Meshery keeps of a run: the load generator's own result, fortio's JSON.

use meshery_core::Result;
use serde_json::{Map, Value, json};

use crate::exchange::instant;
use crate::exchange::smp::field::Item as _;
use crate::exchange::smp::reader::{Object, Reader};
use crate::exchange::smp::units::to_millis;
use crate::exchange::smp::warning::Noticed;
use crate::exchange::smp::{Client, EnvironmentConfig, Int32, Int64, Latency, PerformanceTestConfig, Timestamp};

/// What a run says, in the words of SMP.
#[derive(Default)]
pub(super) struct Run {
    pub(super) config: Option<PerformanceTestConfig>,
    pub(super) environment: Option<EnvironmentConfig>,
    pub(super) latency: Option<Latency>,
    pub(super) rate: Option<f64>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

/// Reads the one run that there is.
pub(super) fn read(value: Option<&Value>, reader: &mut Reader) -> Result<Run> {
    match value {
        Some(Value::Object(run)) => one(run, reader),
        Some(Value::Array(runs)) => match runs.as_slice() {
            [Value::Object(run)] => one(run, reader),
            many => {
                reader.warn(Noticed::Assumed, format!("{} runs", many.len()), "no run, since one result has one");
                Ok(Run::default())
            }
        },
        _ => Ok(Run::default()),
    }
}

fn one(run: &Object, reader: &mut Reader) -> Result<Run> {
    let start = run.get("StartTime").and_then(Value::as_str).and_then(|text| instant::parse(text, "").ok());
    let lasted = run.get("ActualDuration").and_then(Value::as_u64);
    let end = start.zip(lasted).and_then(|(start, lasted)| start.checked_add(lasted));
    let rate = match run.get("ActualQPS") {
        Some(rate) => Some(reader.within("ActualQPS", |reader| f64::read(rate.clone(), reader))?),
        None => None,
    };
    Ok(Run {
        config: config(run),
        environment: environment(run),
        latency: latency(run, reader),
        rate,
        start: start.map(Timestamp),
        end: end.map(Timestamp),
    })
}

/// Fortio's times are seconds, so here the unit is known.
fn latency(run: &Object, reader: &mut Reader) -> Option<Latency> {
    let histogram = run.get("DurationHistogram")?;
    let millis = |seconds: &Value| seconds.as_f64().map(to_millis);
    let percentile = |percent: f64| {
        let listed = histogram.get("Percentiles")?.as_array()?;
        let named = listed.iter().find(|named| named.get("Percentile").and_then(Value::as_f64) == Some(percent))?;
        millis(named.get("Value")?)
    };
    let of = |name: &str| histogram.get(name).and_then(millis);
    let [p50, p90, p99] = [50.0, 90.0, 99.0].map(percentile);
    if p50.or(p90).or(p99).is_some() {
        let found = "straight lines through buckets";
        reader.warn_at("DurationHistogram.Percentiles", Noticed::Interpolated, found, "percentiles");
    }
    Some(Latency { min: of("Min"), average: of("Avg"), p50, p90, p99, max: of("Max"), extra: Map::new() })
}

fn config(run: &Object) -> Option<PerformanceTestConfig> {
    let text = |name: &str| run.get(name).and_then(Value::as_str).map(str::to_owned);
    let client = Client {
        load_generator: text("load-generator"),
        connections: run.get("NumThreads").and_then(Value::as_i64).map(Int32),
        rps: text("RequestedQPS").and_then(|rate| rate.parse().ok()).map(Int64),
        endpoint_urls: text("URL").into_iter().collect(),
        ..Client::default()
    };
    let known = client != Client::default();
    let clients = if known { vec![client] } else { Vec::new() };
    let config = PerformanceTestConfig { clients, duration: text("RequestedDuration"), ..Default::default() };
    (config != PerformanceTestConfig::default()).then_some(config)
}

fn environment(run: &Object) -> Option<EnvironmentConfig> {
    let cluster = run.get("kubernetes")?;
    let version = cluster.get("server_version")?.as_str().filter(|version| !version.is_empty())?;
    serde_json::from_value(json!({ "kubernetes_version": version })).ok()
}
