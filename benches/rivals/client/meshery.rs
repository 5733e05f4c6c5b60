//! This engine.

use std::process::Command;

use meshery_core::{Context, Fate, LoadSpec, LoadTest, Measurement};
use meshery_perf::Engine;
use serde_json::{Value, json};

use super::{Client, Said};
use crate::Result;
use crate::process::{self, Ran};

/// The first argument that makes this program the client instead of the bench.
pub(super) const NAME: &str = "load";

pub(crate) const CLIENT: Client = Client {
    name: "meshery",
    program: "",
    how: "",
    arguments: |ask| {
        let pace = ask.rate.map_or(json!("closed"), |rate| json!({ "constant": format!("{rate}/s") }));
        let stop = json!({ "duration": format!("{}s", ask.seconds) });
        let spec =
            json!({ "target": ask.url, "connections": ask.connections, "pace": pace, "stop": stop, "warm_up": "0s" });
        vec![NAME.to_owned(), spec.to_string()]
    },
    read: |output| {
        let measured = serde_json::from_str::<Measurement>(output).ok()?.measured;
        let at = |q: f64| Some(measured.response.quantile(q)?.as_secs_f64());
        Some(Said { requests: measured.counts.of(Fate::Ok) as f64, p50: at(0.5)?, p99: at(0.99)? })
    },
};

/// Runs it with any specification.
pub(crate) fn run(spec: &Value) -> Result<(Measurement, Ran)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(NAME).arg(spec.to_string());
    let ran = process::run(command)?;
    Ok((serde_json::from_str(&ran.output)?, ran))
}

/// What the process does.
pub(super) fn play(arguments: &[String]) -> Result {
    let spec: LoadSpec = serde_json::from_str(arguments.first().ok_or("no load given")?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measurement = runtime.block_on(Engine::new().run(&spec, &Context::default()))?;
    println!("{}", serde_json::to_string(&measurement)?);
    Ok(())
}
