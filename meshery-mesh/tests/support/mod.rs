//! What the tests of the local host share.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod accounts;
pub mod bed;
pub mod credentials;
pub mod door;
pub mod envoy;
pub mod installers;
pub mod istiod;
pub mod paper;
pub mod proxy;
pub mod scratch;
pub mod shared;
pub mod stage;
pub mod takeover;
pub mod testbed;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
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

/// A host on the real Envoy behind a script that rewrites its configuration with a `sed` expression: an Envoy with a
/// mistake, to see which check finds it.
pub fn mistaken(name: &str, expression: &str) -> Option<(LocalHost, Script)> {
    let envoy = envoy::find()?;
    let rewrite = format!("for a; do shift; set -- \"$@\" \"$(printf %s \"$a\" | sed '{expression}')\"; done");
    let script = Script::new(name, &format!("{rewrite}\nexec '{}' \"$@\"", envoy.display()));
    Some((LocalHost::new(options(script.0.clone())).unwrap(), script))
}

/// A shell script, removed at the end.
pub struct Script(pub PathBuf);

impl Script {
    pub fn new(name: &str, lines: &str) -> Self {
        let path = std::env::temp_dir().join(format!("meshery-{name}-{}", std::process::id()));
        // Written by another process: a script that this one had open could be inherited, still open for writing, by
        // a child that another test starts at that moment, and the kernel refuses to run such a file.
        let mut write = Command::new("/bin/sh");
        write.args(["-c", r#"cat > "$0" && chmod 755 "$0""#]).arg(&path);
        let mut child = write.stdin(Stdio::piped()).spawn().unwrap();
        write!(child.stdin.take().unwrap(), "#!/bin/sh\n{lines}\n").unwrap();
        assert!(child.wait().unwrap().success());
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

/// Whether a process is there. One that has ended and that somebody else has yet to reap is not; one that we have yet to
/// reap is.
pub fn is_alive(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let mut fields = stat.rsplit_once(") ").unwrap().1.split(' ');
    let (state, parent) = (fields.next().unwrap(), fields.next().unwrap());
    state != "Z" || parent == std::process::id().to_string()
}

pub fn pids(mesh: &Installation) -> Vec<u32> {
    mesh.processes.iter().map(|process| process.pid).collect()
}

/// The process that started another one.
pub fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// What these processes have started, and what that has.
pub fn descendants(pids: &[u32]) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let all: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let (mut found, mut begun) = (Vec::new(), pids.to_vec());
    while let Some(one) = begun.pop() {
        let children = all.iter().copied().filter(|pid| parent(*pid) == Some(one));
        let children: Vec<u32> = children.collect();
        found.extend(&children);
        begun.extend(children);
    }
    found
}

/// The folders of our own that these processes run in.
pub fn folders_of(pids: &[u32]) -> Vec<PathBuf> {
    let folders = pids.iter().filter_map(|pid| std::fs::read_link(format!("/proc/{pid}/cwd")).ok());
    let mut own: Vec<PathBuf> =
        folders.filter(|folder| folder.parent() == Some(std::env::temp_dir().as_path())).collect();
    own.sort();
    own.dedup();
    own
}

/// Waits until none of these processes is left; the kernel needs a moment to end them.
pub fn assert_gone(pids: &[u32]) {
    for _ in 0..2000 {
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
