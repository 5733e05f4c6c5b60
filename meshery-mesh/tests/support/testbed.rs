//! The real control plane that tests run against.
#![allow(unreachable_pub, clippy::explicit_write, reason = "shared by several test programs, and past the harness")]

use std::io::Write;

use meshery_core::{Context, ControlPlaneSpec, ErrorKind};
use meshery_mesh::ControlPlane;

/// A control plane with one node. Without the servers a test fails in CI, and says elsewhere that it was skipped.
pub async fn start() -> Option<ControlPlane> {
    start_with(ControlPlaneSpec::default()).await
}

/// A control plane.
pub async fn start_with(spec: ControlPlaneSpec) -> Option<ControlPlane> {
    match ControlPlane::start(&spec, &Context::default()).await {
        Ok(plane) => Some(plane),
        Err(error) if error.kind() == ErrorKind::ProgramMissing && std::env::var_os("CI").is_none() => {
            let test = std::thread::current().name().unwrap_or("a test").to_owned();
            writeln!(std::io::stderr(), "SKIPPED {test}: {error}").unwrap();
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}
