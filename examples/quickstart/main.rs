//! The README's quickstart in Rust.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::{ComparisonSpec, Context, Result, json};
use meshery_mesh::{LocalHost, host::LocalOptions};
use meshery_perf::{Engine, compare, report};

#[tokio::main]
async fn main() -> Result<()> {
    let spec: ComparisonSpec = json::read(
        r#"{
            "arms": [{ "name": "none", "mesh": "none" }, { "name": "envoy", "mesh": "envoy" }],
            "rounds": 5,
            "load": { "pace": { "constant": "2000/s" }, "stop": { "duration": "500ms" }, "warm_up": "200ms" }
        }"#,
    )?;
    let host = LocalHost::new(LocalOptions::default())?; // finds envoy on PATH
    let comparison = compare(&spec, &Engine::new(), &host, &Context::default()).await?;
    println!("{}", report::render("table", &comparison)?);
    report::save(&comparison, "quickstart")?; // result.json, report.html
    Ok(())
}
