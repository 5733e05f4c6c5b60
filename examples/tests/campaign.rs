//! A campaign as a whole program, on a real Envoy: killed twice in its middle, gone on with, and ended with a report.
#![cfg(target_os = "linux")]

use crate::envoy;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Marked, Scratch};
use serde_json::Value;

/// Four cells of two blocks of four arms.
const RUNS: usize = 32;

fn campaign(out: &Path, envoy: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_campaign"));
    command.arg("--out").arg(out).arg("--envoy").arg(envoy);
    command.args(["--rounds", "2", "--duration", "150ms", "--warm-up", "50ms", "--seed", "7"]);
    command
}

/// The runs that are in the journal, whole lines only.
fn kept(out: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(out.join("journal.jsonl")).unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let entries = whole.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry.get("run").is_some()).collect()
}

#[test]
fn killed_twice_it_goes_on_and_loses_no_finished_run() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    for line in ["run 5: ", "run 17: "] {
        let mut program = Marked::spawn(&mut campaign(&out.0, &envoy));
        program.wait_for_line(line);
        program.signal("-KILL");
        assert_eq!(program.end().signal(), Some(9));
        program.assert_gone();
    }
    let before = kept(&out.0);
    assert!(before.len() >= 17, "{} runs are kept", before.len());
    let mut program = Marked::spawn(&mut campaign(&out.0, &envoy));
    program.wait_for_line(&format!("run {RUNS}: "));
    assert!(program.end().success());
    program.assert_gone();

    let after = kept(&out.0);
    assert_eq!(after.len(), RUNS);
    assert_eq!(after[..before.len()], before, "what was finished stays as it was");
    let result = out.document("result.json", "campaign");
    assert_eq!((&result["sessions"], &result["end"]["ended"]), (&Value::from(3), &Value::from("complete")));
    let cells = result["cells"].as_array().unwrap();
    let names: Vec<_> = cells.iter().map(|cell| format!("{} {}", cell["workload"], cell["point"])).collect();
    assert_eq!(names, [r#""page" "500/s""#, r#""page" "2,000/s""#, r#""form" "500/s""#, r#""form" "2,000/s""#]);
    for arm in cells.iter().flat_map(|cell| cell["comparison"]["arms"].as_array().unwrap()) {
        let blocks: Vec<_> = arm["runs"].as_array().unwrap().iter().map(|run| run["block"].as_u64().unwrap()).collect();
        assert_eq!(blocks, [1, 2], "{}", arm["spec"]["name"]);
        assert!(arm["checks"].as_array().unwrap().iter().all(|check| check["passed"] == true), "{}", arm["checks"]);
    }
    let page = std::fs::read_to_string(out.0.join("report.html")).unwrap();
    assert!(page.contains("form at 2,000/s") && page.contains("in 3 sessions"));
}

#[test]
fn a_second_program_on_the_same_journal_is_told_so() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut first = Marked::spawn(&mut campaign(&out.0, &envoy));
    first.wait_for_line("run 1: ");
    let second = campaign(&out.0, &envoy).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && said.contains("error[busy]"), "{said}");
    first.signal("-INT");
    assert_eq!(first.end().code(), Some(130));
    first.assert_gone();
}
