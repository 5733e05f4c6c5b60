//! The real control plane that tests run against, and what else `cargo xtask testbed` builds.
#![allow(unreachable_pub, clippy::explicit_write, reason = "shared by several test programs, and past the harness")]

use std::io::Write;
use std::path::{Path, PathBuf};

use meshery_core::{Context, ControlPlaneSpec, ErrorKind};
use meshery_mesh::ControlPlane;
use meshery_mesh::control_plane::testbed;

/// A control plane with one node. Without the servers a test fails in CI, and says elsewhere that it was skipped.
pub async fn start() -> Option<ControlPlane> {
    start_with(ControlPlaneSpec::default()).await
}

/// A control plane.
pub async fn start_with(spec: ControlPlaneSpec) -> Option<ControlPlane> {
    match ControlPlane::start(&spec, &Context::default()).await {
        Ok(plane) => Some(plane),
        Err(error) if error.kind() == ErrorKind::ProgramMissing && std::env::var_os("CI").is_none() => {
            skipped(&error.to_string());
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// `helm`.
pub fn helm() -> Option<PathBuf> {
    built("bin/helm")
}

/// `istioctl`.
pub fn istioctl() -> Option<PathBuf> {
    built("bin/istioctl")
}

/// `kubectl`: the one that `cargo xtask test` fetches, or one of the system's.
pub fn kubectl() -> Option<PathBuf> {
    std::env::var_os("MESHERY_KUBECTL").map(PathBuf::from).or_else(|| on_path("kubectl"))
}

/// `pilot-agent`.
pub fn pilot_agent() -> Option<PathBuf> {
    built("bin/pilot-agent")
}

/// The charts of Istio, laid out as in its own repository.
pub fn istio_charts() -> Option<PathBuf> {
    built("share/istio/manifests/charts")
}

/// Something that `cargo xtask testbed` builds. Without it a test fails in CI, and says elsewhere that it was skipped.
fn built(what: &str) -> Option<PathBuf> {
    let path = testbed().unwrap_or_default().join(what);
    if path.exists() {
        return Some(path);
    }
    let message = format!("{} is not there: `cargo xtask testbed` builds it", path.display());
    assert!(std::env::var_os("CI").is_none(), "{message}");
    skipped(&message);
    None
}

/// A program of the system's, that nobody builds.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&search).map(|folder| folder.join(name)).find(|path| Path::is_file(path));
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is not on PATH");
        skipped(&format!("{name} is not on PATH"));
    }
    found
}

fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not by `eprintln!`, which the test harness keeps to itself.
    writeln!(std::io::stderr(), "SKIPPED {test}: {why}").unwrap();
}
