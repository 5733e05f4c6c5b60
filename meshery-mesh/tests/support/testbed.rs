//! The real control plane that tests run against, and what else `cargo xtask testbed` builds.
#![allow(unreachable_pub, reason = "shared by several test programs")]

use std::path::{Path, PathBuf};

use meshery_core::{Context, ControlPlaneSpec, ErrorKind};
use meshery_mesh::ControlPlane;
use meshery_mesh::control_plane::testbed;

use super::shared::{skipped, there};

/// A control plane with one node. Without the servers a test fails in CI, and says elsewhere that it was skipped.
pub async fn start() -> Option<ControlPlane> {
    start_with(ControlPlaneSpec::default()).await
}

/// A control plane.
pub async fn start_with(spec: ControlPlaneSpec) -> Option<ControlPlane> {
    match ControlPlane::start(&spec, &Context::default()).await {
        Ok(plane) => Some(plane),
        Err(error) if error.kind() == ErrorKind::ProgramMissing => {
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

/// A server of a control plane.
pub fn server(name: &str) -> Option<PathBuf> {
    built(&format!("bin/{name}"))
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

/// Something that `cargo xtask testbed` builds.
fn built(what: &str) -> Option<PathBuf> {
    there(testbed().unwrap_or_default().join(what), "`cargo xtask testbed` builds it")
}

/// A program of the system's, that nobody builds.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&search).map(|folder| folder.join(name)).find(|path| Path::is_file(path));
    if found.is_none() {
        skipped(&format!("{name} is not on PATH"));
    }
    found
}
