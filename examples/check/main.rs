//! Checks configuration, mends it, and checks it again.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use meshery_core::{Result, Severity};
use meshery_mesh::analyze::{Options, Profile, Session, Source, at_this_time, diff, fixed, report};

const SHOP: &str = "\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviws } }] # everything
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }
";

fn main() -> Result<()> {
    // What is not among the files does not exist. `session.gather(["deploy/"])` would read a folder.
    let options = Options { profile: Profile::Correctness, closed: true, ..at_this_time() };
    let mut session = Session::new(options);
    session.put(&[Source::new("shop.yaml", SHOP)]);
    let analysis = session.analysis();
    print!("{}", report::render("text", &analysis)?);

    // Which host is meant is a guess, so that this fix is not a safe one; comments stay where they are.
    let mended = fixed(&analysis, true);
    print!("{}", diff(&analysis, &mended));
    session.put(&mended);
    println!("mended: {}", !session.analysis().is_at_least(Severity::Error));
    Ok(())
}
