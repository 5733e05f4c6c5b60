//! No server outlives the program that started it, also when that is killed, and the next one clears up its files. The
//! test starts itself a second time as that program.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{assert_gone, testbed};

/// Tells the second program that it is the one.
const PROGRAM: &str = "MESHERY_TEST_PROGRAM";

/// Not a test but the program: starts a control plane, says what it consists of, and waits to be killed.
#[tokio::test]
async fn the_program() {
    if std::env::var_os(PROGRAM).is_none() {
        return;
    }
    let plane = testbed::start().await.unwrap();
    let pids: Vec<u32> = plane.processes().map(|(_, pid)| pid).collect();
    writeln!(std::io::stderr(), "PLANE {pids:?} {}", plane.kubeconfig_path().display()).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
}

#[tokio::test]
async fn servers_end_with_a_program_that_is_killed() {
    let Some(own) = testbed::start().await else { return };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["control_plane_lifetime::the_program", "--exact", "--nocapture"]).env(PROGRAM, "1");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("PLANE ")).expect("the program says what it has started");
    let (pids, kubeconfig) = line.trim_start_matches("PLANE ").rsplit_once(' ').unwrap();
    let (pids, kubeconfig): (Vec<u32>, _) = (serde_json::from_str(pids).unwrap(), PathBuf::from(kubeconfig));
    assert!(pids.len() == 4 && kubeconfig.is_file());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_gone(&pids);

    let another = testbed::start().await.unwrap();
    assert!(!kubeconfig.exists(), "the next one clears up");
    assert!(own.kubeconfig_path().is_file(), "and leaves alone what somebody still uses");
    drop(another);
}
