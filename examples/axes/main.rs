//! Protocol × pace × stop: a load on a URL in every combination of them.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::{Context, Error, LoadSpec, LoadTest, Result};
use meshery_perf::Engine;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let target = std::env::args().nth(1).ok_or_else(|| Error::invalid("argument 1", "missing").expected("a URL"))?;
    for protocol in ["http1", "http2"] {
        for pace in [json!("closed"), json!({ "constant": "500/s" }), json!({ "poisson": "500/s" })] {
            for stop in [json!({ "count": 100 }), json!({ "duration": "250ms" })] {
                let load = json!({
                    "target": target, "protocol": protocol, "pace": pace, "stop": stop,
                    "connections": 4, "warm_up": "0s",
                    "checks": [{ "status": [200] }],
                    "thresholds": { "response": ["p(99)<1000"] },
                });
                let spec: LoadSpec = serde_json::from_value(load)?;
                let found = Engine::new().run(&spec, &Context::default()).await?;
                let p50 = found.measured.response.quantile(0.5).unwrap_or_default();
                println!("{protocol} {pace} {stop}: {:?}, p50 {p50:?}", found.measured.counts.fates);
            }
        }
    }
    Ok(())
}
