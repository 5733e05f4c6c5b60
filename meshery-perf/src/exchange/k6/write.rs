//! A result in the shape of `--summary-export`. Times that k6 has no metric for get one of their own.

use meshery_core::Result;
use serde_json::{Map, Value, json};

use super::{EXPECTED, MILLISECOND, TRENDS};
use crate::exchange::decimal::number;
use crate::exchange::distribution::Distribution;
use crate::exchange::outcome::{Outcome, Over};

const PERCENTILES: [f64; 5] = [90.0, 95.0, 99.0, 99.9, 99.99];

pub(super) fn write(outcome: &Outcome) -> Result<String> {
    let mut metrics = Map::new();
    let per_second = |count: u64| outcome.window.map(|window| count as f64 / window.as_secs_f64());
    let mut count = |name: &str, value: Option<u64>| {
        value.map(|value| {
            metrics.insert(
                name.into(),
                object([("count", Some(value.into())), ("rate", per_second(value).map(Value::from))]),
            )
        })
    };
    count("http_reqs", outcome.requests);
    count("data_received", outcome.received);
    count("dropped_iterations", outcome.not_sent.filter(|count| *count > 0));
    if let (Some(requests), Some(failed)) = (outcome.requests, outcome.failed) {
        let share = if requests == 0 { 0.0 } else { failed as f64 / requests as f64 };
        let rate = json!({ "passes": failed, "fails": requests.saturating_sub(failed), "value": share });
        metrics.insert("http_req_failed".into(), rate);
    }
    for timed in &outcome.times {
        let suffix = match timed.over {
            Over::Ok => EXPECTED,
            Over::Failed => "{expected_response:false}",
            _ => "",
        };
        let name = TRENDS.iter().find(|(_, timing)| *timing == timed.timing).map_or("meshery_other", |(name, _)| name);
        metrics.insert(format!("{name}{suffix}"), trend(&timed.values));
    }
    let groups = json!({ "name": "", "path": "", "groups": {}, "checks": {} });
    Ok(serde_json::to_string_pretty(&json!({ "metrics": metrics, "root_group": groups }))? + "\n")
}

fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

fn trend(values: &Distribution) -> Value {
    let ms = |time: Option<_>| time.map(|time| Value::from(number(time, MILLISECOND)));
    let mut known = Map::new();
    let mut set = |name: String, value: Option<Value>| value.map(|value| known.insert(name, value));
    set("count".into(), values.count.map(Value::from));
    set("avg".into(), ms(values.mean));
    set("min".into(), ms(values.min));
    set("med".into(), ms(values.quantile(0.5)));
    set("max".into(), ms(values.max));
    for percent in PERCENTILES {
        set(format!("p({percent})"), ms(values.quantile(percent / 100.0)));
    }
    known.into()
}
