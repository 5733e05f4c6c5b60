//! The README's Istio on a laptop in Rust: installed in front of a sample application, proven, changed, removed.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::{Context, MeshHost, MeshSpec, Result, SampleSpec};
use meshery_mesh::{LocalHost, host::LocalOptions};

#[tokio::main]
async fn main() -> Result<()> {
    let (host, context) = (LocalHost::new(LocalOptions::default())?, Context::default()); // finds envoy on PATH
    let echo = host.start_sample(&SampleSpec::new("echo"), &context).await?;

    let spec = MeshSpec { mtls: true, ..MeshSpec::new("istio-local", &echo.entry) };
    let mesh = host.install(&spec, &context).await?;
    println!("requests enter at {}; {} processes are at work", mesh.url("/"), mesh.processes.len());
    for check in host.verify(&mesh, &context).await? {
        println!("{}: {} ({})", check.claim, check.passed, check.evidence);
    }
    if let Some(p50) = host.propagation(&mesh, 5, &context).await?.and_then(|changes| changes.quantile(0.5)) {
        println!("half of all changes of its configuration arrive within {p50:?}");
    }
    host.uninstall(&mesh).await?;
    host.uninstall(&echo).await
}
