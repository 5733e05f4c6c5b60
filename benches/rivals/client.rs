//! The clients: how each is started, and where it says how many requests it made.

use std::process::Command;

use meshery_core::{Context, LoadSpec, LoadTest, Measurement};
use meshery_perf::Engine;
use serde_json::json;

use crate::Result;

/// The first argument that makes this program the client instead of the bench.
pub(crate) const OWN: &str = "load";
/// Requests a second in the question of punctuality.
pub(crate) const RATE: f64 = 2000.0;

pub(crate) type Start = fn(&str) -> Result<Command>;

pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// A closed loop over 64 connections for 5 s.
    pub(crate) flat_out: Start,
    /// The number of answered requests, from what it printed.
    pub(crate) requests: fn(&str) -> Option<f64>,
    /// [`RATE`] over 20 connections for 5 s, if it can.
    pub(crate) paced: Option<Start>,
}

/// Ours first: ratios are against it.
pub(crate) const CLIENTS: &[Client] = &[
    Client {
        name: "meshery",
        flat_out: |url| {
            own(&json!({ "target": url, "connections": 64, "stop": { "duration": "5s" }, "warm_up": "0s" }))
        },
        requests: |output| {
            let measurement: Measurement = serde_json::from_str(output).ok()?;
            Some(measurement.measured.counts.of(meshery_core::Fate::Ok) as f64)
        },
        paced: Some(|url| {
            let (pace, stop) = (json!({ "constant": "2000/s" }), json!({ "duration": "5s" }));
            own(&json!({ "target": url, "connections": 20, "pace": pace, "stop": stop, "warm_up": "0s" }))
        }),
    },
    Client {
        name: "wrk",
        flat_out: |url| Ok(command("wrk", &["-t1", "-c64", "-d5s", url])),
        requests: |output| {
            let line = output.lines().find(|line| line.contains(" requests in "))?;
            line.split_ascii_whitespace().next()?.parse().ok()
        },
        paced: None,
    },
    Client {
        name: "hey",
        flat_out: |url| Ok(command("hey", &["-c", "64", "-z", "5s", url])),
        requests: |output| {
            let answers = output.lines().find_map(|line| line.trim().strip_prefix("[200]"))?;
            answers.split_ascii_whitespace().next()?.parse().ok()
        },
        // Its rate is per connection.
        paced: Some(|url| Ok(command("hey", &["-c", "20", "-q", "100", "-z", "5s", url]))),
    },
];

fn command(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments);
    command
}

/// This engine as a process of its own, like the others.
fn own(spec: &serde_json::Value) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(OWN).arg(spec.to_string());
    Ok(command)
}

/// What that process does.
pub(crate) fn run_own(arguments: &[String]) -> Result {
    let spec: LoadSpec = serde_json::from_str(arguments.first().ok_or("no load given")?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measurement = runtime.block_on(Engine::new().run(&spec, &Context::default()))?;
    println!("{}", serde_json::to_string(&measurement)?);
    Ok(())
}
