//! What the tests of the local host share.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod envoy;

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshery_core::{CheckOutcome, Installation, MeshSpec};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;

/// A host on the real Envoy.
pub fn host() -> Option<LocalHost> {
    envoy::find().map(|path| LocalHost::new(options(path)).unwrap())
}

/// Options with this program as Envoy.
pub fn options(envoy: PathBuf) -> LocalOptions {
    LocalOptions { programs: BTreeMap::from([("envoy".into(), envoy)]), ..LocalOptions::default() }
}

/// A host on a program that only looks like Envoy: a shell script with these lines.
pub fn pretender(name: &str, lines: &str) -> (LocalHost, Script) {
    let script = Script::new(name, lines);
    let options = LocalOptions { start_timeout: Duration::from_millis(500), ..options(script.0.clone()) };
    (LocalHost::new(options).unwrap(), script)
}

/// A shell script, removed at the end.
pub struct Script(pub PathBuf);

impl Script {
    fn new(name: &str, lines: &str) -> Self {
        let path = std::env::temp_dir().join(format!("meshery-{name}-{}", std::process::id()));
        let mut file = std::fs::File::create(&path).unwrap();
        writeln!(file, "#!/bin/sh\n{lines}").unwrap();
        file.set_permissions(PermissionsExt::from_mode(0o755)).unwrap();
        Self(path)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub fn envoy_spec(upstream: &str, mtls: bool) -> MeshSpec {
    MeshSpec { mtls, ..MeshSpec::new("envoy", upstream) }
}

pub fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

pub fn pids(mesh: &Installation) -> Vec<u32> {
    mesh.processes.iter().map(|process| process.pid).collect()
}

/// Waits until none of these processes is left; the kernel needs a moment to end them.
pub fn assert_gone(pids: &[u32]) {
    for _ in 0..200 {
        if !pids.iter().any(|pid| is_alive(*pid)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("still there: {pids:?}");
}

/// The names of the checks that did not pass.
pub fn failed(outcomes: &[CheckOutcome]) -> Vec<&str> {
    outcomes.iter().filter(|outcome| !outcome.passed).map(|outcome| outcome.name.as_str()).collect()
}
