//! The README's canary upgrade in Rust: another revision beside the one that is there, and namespaces move to it.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::lifecycle::OnFailure;
use meshery_core::{Context, EnrolmentSpec, InstanceSpec, OperationOptions, Result, json};
use meshery_mesh::cluster::{Cluster, ClusterOptions};
use meshery_mesh::lifecycle::Lifecycle;

/// `canary '{ "name": "istio-canary", "mesh": "istio", "version": "1.30.3", "settings": { "revision": "canary" } }' shop`
#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let canary: InstanceSpec = json::read(&arguments.next().unwrap_or_default())?;
    let namespaces: Vec<String> = arguments.collect();
    let context = Context::default();
    let options = OperationOptions { on_failure: OnFailure::RollBack, ..OperationOptions::default() };
    let lifecycle = Lifecycle::new(Cluster::connect(&ClusterOptions::default()).await?);
    lifecycle.install(&canary, &options, &context).await?;

    let spec = EnrolmentSpec { namespaces, ..EnrolmentSpec::new(&canary.name, &[]) };
    println!("{}", lifecycle.plan_enrol(&spec, &options, &context).await?.to_text());
    let report = lifecycle.enrol(&spec, &options, &context).await?;
    for pod in report.pods {
        println!("{} is served by revision {}", pod.pod, pod.revision.unwrap_or_default());
    }
    Ok(())
}
