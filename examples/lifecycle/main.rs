//! The README's lifecycle in Rust: install, verify, remove, without a cluster.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::lifecycle::Source;
use meshery_core::{Context, ControlPlaneSpec, InstanceSpec, OperationOptions, Result};
use meshery_mesh::ControlPlane;
use meshery_mesh::lifecycle::Lifecycle;

const SHOP: &str = "
{ apiVersion: v1, kind: ConfigMap, metadata: { name: greeting }, data: { text: hello } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: shop }] }
";

#[tokio::main]
async fn main() -> Result<()> {
    let (options, context) = (OperationOptions::default(), Context::default());
    let plane = ControlPlane::start(&ControlPlaneSpec::default(), &context).await?;
    let lifecycle = Lifecycle::new(plane.cluster("shop").await?); // on a cluster of yours: Cluster::connect
    let before = lifecycle.snapshot(&context).await?;

    let mut spec = InstanceSpec::new("shop", "shop", vec![Source::Text(SHOP.into())]);
    println!("{}", lifecycle.plan(&spec, &options, &context).await?.to_text());
    lifecycle.install(&spec, &options, &context).await?;
    for check in lifecycle.verify("shop", &options, &context).await? {
        println!("{}: {} ({})\n", check.claim, check.passed, check.evidence);
    }

    spec.sources = vec![Source::Text(SHOP.replace("hello", "welcome"))];
    println!("{}", lifecycle.plan(&spec, &options, &context).await?.to_text()); // field by field
    lifecycle.upgrade(&spec, &options, &context).await?;

    lifecycle.uninstall("shop", &options, &context).await?;
    println!("left behind: {:?}", before.compare(&lifecycle.snapshot(&context).await?));
    plane.stop()
}
