//! What the generator itself adds: the same load against an echo in this process.

use meshery_core::{Cancel, Context, Latencies, LoadSpec, Result, Stop};

use crate::selftest::{Script, Server};

/// As many connections as the echo has threads for.
const CONNECTIONS: u32 = 64;

/// The response times of an echo at the pace of a load; `None` when the load does not ask for it.
pub(super) fn measure(spec: &LoadSpec, context: &Context, stop: &Cancel) -> Result<Option<Latencies>> {
    if spec.floor.is_zero() {
        return Ok(None);
    }
    let server = Server::start(Script::Calm)?;
    let connections = spec.connections.min(CONNECTIONS);
    let echo = LoadSpec {
        pace: spec.pace.clone(),
        stop: Stop::Duration(spec.floor),
        warm_up: spec.floor / 4,
        connections,
        threads: spec.threads.min(connections),
        wait: spec.wait,
        seed: spec.seed,
        ..LoadSpec::new(server.url())
    };
    // Its own progress is not that of the load.
    let quiet = Context::new(context.cancel.clone(), |_: &meshery_core::Event| {});
    let tool = meshery_core::load::Tool { name: "meshery".into(), version: env!("CARGO_PKG_VERSION").into() };
    Ok(Some(super::conduct::run(&echo, tool, &quiet, stop)?.measured.response))
}
