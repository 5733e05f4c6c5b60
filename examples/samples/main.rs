//! The README's sample applications in Rust: one call brings Bookinfo, one removes it.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::{Context, ControlPlaneSpec, OperationOptions, Result, SampleSpec};
use meshery_mesh::lifecycle::Lifecycle;
use meshery_mesh::{ControlPlane, samples};

#[tokio::main]
async fn main() -> Result<()> {
    for sample in samples::infos() {
        println!("{}: {}", sample.name, sample.summary);
    }
    let (options, context) = (OperationOptions::default(), Context::default());
    let plane = ControlPlane::start(&ControlPlaneSpec::default(), &context).await?;
    let lifecycle = Lifecycle::new(plane.cluster("samples").await?); // on a cluster of yours: Cluster::connect

    let mut spec = SampleSpec::new("bookinfo");
    spec.namespace_labels.insert("istio-injection".into(), "enabled".into()); // as the mesh wants to be asked
    let report = lifecycle.install_sample(&spec, &options, &context).await?;
    println!("{} objects are there and ready", report.created.len());
    let report = lifecycle.uninstall("bookinfo", &options, &context).await?;
    println!("{} objects are gone", report.deleted.len());
    plane.stop()
}
