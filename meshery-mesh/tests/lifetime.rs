//! No process outlives the program that started it, however that program ends. The test starts itself a second time as
//! that program.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::support::{assert_gone, envoy, envoy_spec, is_alive, pids};
use meshery_core::{Context, MeshHost};
use meshery_mesh::LocalHost;

/// Tells the second program how to end.
const END: &str = "MESHERY_TEST_END";

/// Not a test but the program: installs a mesh, says its process ids, and ends as it is told.
#[test]
fn the_program() {
    let Ok(end) = std::env::var(END) else { return };
    let host = LocalHost::new(crate::support::options(envoy::find().unwrap())).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mesh = runtime.block_on(host.install(&envoy_spec("127.0.0.1:1", true), &Context::default())).unwrap();
    writeln!(std::io::stderr(), "PIDS {:?}", pids(&mesh)).unwrap();
    match end.as_str() {
        "panic" => panic!("as told"),
        "exit" => std::process::exit(0),
        "abort" => std::process::abort(),
        _ => std::thread::sleep(std::time::Duration::from_secs(60)),
    }
}

/// Starts the program and reads the ids of its proxies.
fn start(end: &str) -> (Child, Vec<u32>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["lifetime::the_program", "--exact", "--nocapture"]).env(END, end);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("PIDS ")).expect("the program says its processes");
    let pids: Vec<u32> = serde_json::from_str(line.trim_start_matches("PIDS ")).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    assert_eq!(pids.len(), 2);
    (child, pids)
}

#[test]
fn proxies_end_with_a_program_that_ends_itself() {
    if envoy::find().is_none() {
        return;
    }
    for end in ["panic", "exit", "abort"] {
        let (mut child, pids) = start(end);
        child.wait().unwrap();
        assert_gone(&pids);
    }
}

#[test]
fn proxies_end_with_a_program_that_is_killed() {
    if envoy::find().is_none() {
        return;
    }
    for signal in ["-KILL", "-INT", "-TERM", "-HUP"] {
        let (mut child, pids) = start("wait");
        assert!(pids.iter().all(|pid| is_alive(*pid)));
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap();
        assert_gone(&pids);
    }
}
