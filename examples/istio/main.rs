//! Istio without a cluster: installed on this machine, proven, changed, and removed.
//!
//! ```text
//! istio-without-a-cluster [--envoy PATH] [--upstream HOST:PORT] [--changes N]
//! ```
//!
//! Without an upstream, a built-in one stands behind the mesh.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::process::ExitCode;
use std::time::Instant;

use meshery_core::{Cancel, Context, Error, Event, Installation, MeshHost, MeshSpec, Result};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;

struct Arguments {
    host: LocalOptions,
    upstream: Option<String>,
    changes: u32,
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut parsed = Arguments { host: LocalOptions::default(), upstream: None, changes: 20 };
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| Error::invalid(&name, "needs a value"))?;
        match name.as_str() {
            "--envoy" => drop(parsed.host.programs.insert("envoy".into(), value.into())),
            "--upstream" => parsed.upstream = Some(value),
            "--changes" => {
                let wrong = || Error::invalid(&name, "not a number").found(&value);
                parsed.changes = value.parse().map_err(|_| wrong())?;
            }
            _ => return Err(Error::invalid(name, "unknown option").expected("see the head of examples/istio/main.rs")),
        }
    }
    Ok(parsed)
}

/// Whether everything was as it should be.
async fn run(arguments: Arguments) -> Result<bool> {
    let cancel = Cancel::new();
    let interrupted = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let context = Context::new(cancel, |event: &Event| {
        if let Event::Step { title } = event {
            eprintln!("{title}");
        }
    });
    let host = LocalHost::new(arguments.host)?;
    let upstream = match arguments.upstream {
        Some(named) => named,
        None => host.start_upstream(&context).await?.entry,
    };
    let begun = Instant::now();
    let spec = MeshSpec { mtls: true, ..MeshSpec::new("istio-local", upstream) };
    let mesh = host.install(&spec, &context).await?;
    println!("installed in {:.1?}; requests enter at {}", begun.elapsed(), mesh.url("/"));
    for process in &mesh.processes {
        println!("  {} ({}) {}", process.name, process.pid, process.version.as_deref().unwrap_or_default());
    }
    let proven = prove(&host, &mesh, &context).await?;
    if let Some(changed) = host.propagation(&mesh, arguments.changes, &context).await? {
        let [p50, p90] =
            [0.5, 0.9].map(|share| changed.quantile(share).map_or_else(|| "-".into(), |time| format!("{time:.1?}")));
        println!("a change of configuration arrives after {p50} (p50), {p90} (p90), of {}", changed.count());
    }
    let begun = Instant::now();
    host.uninstall(&mesh).await?;
    println!("removed in {:.1?}", begun.elapsed());
    Ok(proven)
}

async fn prove(host: &LocalHost, mesh: &Installation, context: &Context) -> Result<bool> {
    let outcomes = host.verify(mesh, context).await?;
    for outcome in &outcomes {
        println!("{}: {} ({})", outcome.claim, outcome.passed, outcome.evidence);
    }
    Ok(outcomes.iter().all(|outcome| outcome.passed))
}

#[tokio::main]
async fn main() -> ExitCode {
    let proven = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => run(arguments).await,
        Err(error) => Err(error),
    };
    match proven {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error[{}]: {error}", error.kind());
            if error.is_cancelled() { ExitCode::from(130) } else { ExitCode::FAILURE }
        }
    }
}
