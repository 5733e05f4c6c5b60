//! k6: as many virtual users as connections, each with one of its own. The script goes to its standard input, so that
//! nothing of the request stands in the list of processes. Iterations that find no free user are dropped by k6: they are
//! the requests that were not sent.

use meshery_core::{LoadSpec, Result};
use serde_json::{Value, json};

use super::plain::{Plain, Until, millis, unsupported};
use super::{Invocation, Program};
use crate::exchange::{Hints, Outcome, by_name};

pub(super) struct K6;

/// The whole run of a count: longer than anybody waits.
const AT_MOST: &str = "24h";

impl Program for K6 {
    fn name(&self) -> &'static str {
        "k6"
    }

    fn variable(&self) -> &'static str {
        "MESHERY_K6"
    }

    fn source(&self) -> &'static str {
        "go install go.k6.io/k6@latest"
    }

    fn version_arguments(&self) -> &'static [&'static str] {
        &["version"]
    }

    fn version(&self, printed: &str) -> Option<String> {
        let version = printed.trim_start().strip_prefix("k6 v")?;
        Some(version.split_whitespace().next()?.to_owned())
    }

    fn invocation(&self, spec: &LoadSpec) -> Result<Invocation> {
        let plain = Plain::read(spec, self.name())?;
        let mut told = Invocation::of(["run", "--quiet", "--no-usage-report", "--no-color", "-"]);
        told.environment.push(("GOMAXPROCS", plain.threads.to_string()));
        let options = json!({
            "scenarios": { "load": scenario(&plain)? },
            "discardResponseBodies": true,
            "maxRedirects": 0,
            "summaryTrendStats": ["count", "min", "avg", "med", "p(75)", "p(90)", "p(95)", "p(99)", "p(99.9)", "p(99.99)", "max"],
        });
        let headers: serde_json::Map<_, _> =
            plain.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let parameters = json!({ "headers": headers, "timeout": millis(plain.timeout) });
        let body = if plain.body.is_empty() { Value::Null } else { plain.body.as_str().into() };
        let (method, url) = (Value::from(plain.method), Value::from(plain.url));
        told.input = format!(
            "import http from 'k6/http';\n\
             export const options = {options};\n\
             export default function () {{ http.request({method}, {url}, {body}, {parameters}); }}\n\
             export function handleSummary(data) {{ return {{ stdout: JSON.stringify(data) }}; }}\n"
        );
        Ok(told)
    }

    fn read(&self, printed: &str, _: &LoadSpec) -> Result<Outcome> {
        by_name("k6")?.read(printed, Hints::default())
    }
}

fn scenario(plain: &Plain) -> Result<Value> {
    let users = plain.connections;
    let grace = millis(plain.timeout);
    Ok(match (plain.rate, plain.stop) {
        (None, Until::Time(time)) => {
            json!({ "executor": "constant-vus", "vus": users, "duration": millis(time), "gracefulStop": grace })
        }
        (None, Until::Count(count)) => {
            json!({ "executor": "shared-iterations", "vus": users, "iterations": count, "maxDuration": AT_MOST })
        }
        (Some(rate), Until::Time(time)) => {
            // k6 takes whole numbers only, but of any unit of time.
            let (rate, unit) =
                if rate.get().fract() == 0.0 { (rate.get(), "1s") } else { (rate.get() * 1000.0, "1000s") };
            if rate.round() < 1.0 {
                return Err(unsupported("k6", "pace", "at least 0.001/s"));
            }
            json!({
                "executor": "constant-arrival-rate", "rate": rate.round() as u64, "timeUnit": unit,
                "duration": millis(time), "preAllocatedVUs": users, "maxVUs": users, "gracefulStop": grace,
            })
        }
        (Some(_), Until::Count(_)) => return Err(unsupported("k6", "stop", "duration, at a rate")),
    })
}
