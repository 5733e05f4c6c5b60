//! Puts a load on a URL and prints what came of it, as JSON.
//!
//! ```text
//! load '{ "target": "http://127.0.0.1:8080/", "pace": { "constant": "2000/s" }, "stop": { "duration": "10s" } }'
//! ```
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::{Context, Error, LoadSpec, LoadTest, Result, json};
use meshery_perf::Engine;

#[tokio::main]
async fn main() -> Result<()> {
    let usage = || Error::invalid("argument 1", "missing").expected("a load specification as JSON");
    let spec: LoadSpec = json::read(&std::env::args().nth(1).ok_or_else(usage)?)?;
    let measurement = Engine::new().run(&spec, &Context::default()).await?;
    println!("{}", serde_json::to_string_pretty(&measurement)?);
    Ok(())
}
