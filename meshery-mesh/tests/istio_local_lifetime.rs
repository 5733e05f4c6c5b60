//! Nothing of Istio without a cluster outlives the program that started it, also when that is killed: neither what the
//! host has started, nor what that has. The next one clears up the files. The test starts itself a second time as that
//! program.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{assert_gone, descendants, envoy, folders_of, is_alive, pids, testbed};
use meshery_core::{Context, MeshHost, MeshSpec};
use meshery_mesh::LocalHost;

/// Tells the second program that it is the one.
const PROGRAM: &str = "MESHERY_TEST_PROGRAM";

/// Not a test but the program: installs the mesh, says what it consists of, and waits to be killed.
#[tokio::test]
async fn the_program() {
    if std::env::var_os(PROGRAM).is_none() {
        return;
    }
    let host = LocalHost::new(crate::support::options(envoy::find().unwrap())).unwrap();
    let spec = MeshSpec { mtls: true, ..MeshSpec::new("istio-local", "127.0.0.1:1") };
    let mesh = host.install(&spec, &Context::default()).await.unwrap();
    let all = [pids(&mesh), descendants(&pids(&mesh))].concat();
    let said = serde_json::to_string(&(all, folders_of(&pids(&mesh)))).unwrap();
    writeln!(std::io::stderr(), "MESH {said}").unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
}

#[tokio::test]
async fn everything_ends_with_a_program_that_is_killed() {
    if envoy::find().is_none() || testbed::pilot_agent().is_none() {
        return;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["istio_local_lifetime::the_program", "--exact", "--nocapture"]).env(PROGRAM, "1");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("MESH ")).expect("the program says what it has started");
    let (pids, folders): (Vec<u32>, Vec<PathBuf>) = serde_json::from_str(line.trim_start_matches("MESH ")).unwrap();
    assert!(pids.len() > 9 && pids.iter().all(|pid| is_alive(*pid)), "agents have started something: {pids:?}");
    assert!(folders.len() >= 3 && folders.iter().all(|folder| folder.is_dir()), "{folders:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_gone(&pids);

    let Some(another) = testbed::start().await else { return };
    assert!(folders.iter().all(|folder| !folder.exists()), "the next one clears up: {folders:?}");
    drop(another);
}
