//! Starts a real Kubernetes control plane, asks it who it is, and stops it, as often as the first argument says.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::time::Instant;

use meshery_core::{Context, ControlPlaneSpec, Result};
use meshery_mesh::ControlPlane;
use meshery_mesh::cluster::Request;

#[tokio::main]
async fn main() -> Result<()> {
    let times = std::env::args().nth(1).and_then(|times| times.parse().ok()).unwrap_or(1);
    for _ in 0..times {
        let begun = Instant::now();
        let plane = ControlPlane::start(&ControlPlaneSpec::default(), &Context::default()).await?;
        let took = begun.elapsed();
        let cluster = plane.cluster("testbed").await?;
        let nodes: serde_json::Value = cluster.send(Request::get("/api/v1/nodes")).await?.json().await?;
        let names: Vec<_> = plane.processes().map(|(name, pid)| format!("{name} ({pid})")).collect();
        println!("Kubernetes {} at {}: {}", plane.version(), plane.address(), names.join(", "));
        println!("  ready after {took:.1?}, with {} node", nodes["items"].as_array().map_or(0, Vec::len));
        let begun = Instant::now();
        plane.stop()?;
        println!("  stopped after {:.1?}", begun.elapsed());
    }
    Ok(())
}
