//! The smaller programs, run as a user runs them.
#![cfg(target_os = "linux")]

use crate::{envoy, support};
use std::process::Command;

use crate::support::{Marked, Scratch};
use serde_json::{Value, json};

#[test]
fn the_quickstart_runs_as_printed() {
    let Some(mut quickstart) = with_envoy_on_path(env!("CARGO_BIN_EXE_quickstart")) else { return };
    let scratch = Scratch::new();
    let mut program = Marked::spawn(quickstart.current_dir(&scratch.0));
    assert!(program.end().success());
    program.assert_gone();
    assert_eq!(scratch.result("quickstart/result.json")["end"]["ended"], "complete");
    assert!(scratch.0.join("quickstart/report.html").exists());
}

#[test]
fn configuration_is_checked_and_mended_as_printed() {
    let said = said_by(&mut Command::new(env!("CARGO_BIN_EXE_check"))).unwrap();
    assert!(said.starts_with("error[MSH101]") && said.contains("--> shop.yaml:7:"), "{said}");
    assert!(said.contains("\n+  - route: [{ destination: { host: reviews } }] # everything\n"), "{said}");
    assert!(said.ends_with("mended: true\n"), "{said}");
}

/// A program that finds Envoy where a user has it.
fn with_envoy_on_path(program: &str) -> Option<Command> {
    let folder = envoy::find()?.parent()?.display().to_string();
    let mut command = Command::new(program);
    command.env("PATH", format!("{folder}:{}", std::env::var("PATH").unwrap_or_default()));
    Some(command)
}

/// What a program on a control plane says; nothing without the servers, but in CI.
fn said_on_a_control_plane(program: &str) -> Option<String> {
    said_by(&mut Command::new(program))
}

fn said_by(program: &mut Command) -> Option<String> {
    let output = program.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if support::lacks_servers(&complaint) {
        return None;
    }
    assert!(output.status.success(), "{complaint}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_testbed_starts_and_stops() {
    let Some(said) = said_on_a_control_plane(env!("CARGO_BIN_EXE_testbed")) else { return };
    assert!(said.contains("Kubernetes v1.") && said.contains("with 1 node") && said.contains("stopped"), "{said}");
}

#[test]
fn the_lifecycle_leaves_nothing() {
    let Some(said) = said_on_a_control_plane(env!("CARGO_BIN_EXE_lifecycle-without-a-cluster")) else { return };
    assert!(said.contains("install shop: 3 to create\n+ Namespace shop\n"), "{said}");
    assert!(said.contains("All objects are there and ready: true"), "{said}");
    assert!(said.contains("    .data.text: \"hello\" -> \"welcome\"\n"), "{said}");
    assert!(said.contains("left behind: Difference { added: [], removed: [], changed: [] }"), "{said}");
}

#[test]
fn a_sample_comes_and_goes() {
    let Some(said) = said_on_a_control_plane(env!("CARGO_BIN_EXE_samples")) else { return };
    assert!(said.contains("\nhttpbin: One server"), "{said}");
    assert!(said.ends_with("18 objects are there and ready\n18 objects are gone\n"), "{said}");
}

#[test]
fn istio_without_a_cluster_is_proven_and_leaves_nothing() {
    let Some(envoy) = envoy::find() else { return };
    let mut istio = Command::new(env!("CARGO_BIN_EXE_istio-without-a-cluster"));
    let Some(said) = said_by(istio.arg("--envoy").arg(envoy).args(["--changes", "3"])) else { return };
    assert_eq!(said.lines().filter(|line| line.contains(": true (")).count(), 9, "{said}");
    assert!(said.contains("kube-apiserver") && said.contains("client-agent") && said.contains("/1."), "{said}");
    assert!(said.contains("(p50)") && said.contains("of 3\nremoved in "), "{said}");
}

#[test]
fn a_laptop_has_istio_in_front_of_a_sample() {
    let Some(mut laptop) = with_envoy_on_path(env!("CARGO_BIN_EXE_laptop")) else { return };
    let Some(said) = said_by(&mut laptop) else { return };
    assert!(
        said.starts_with("requests enter at http://127.0.0.1:") && said.contains("; 9 processes are at work\n"),
        "{said}"
    );
    assert_eq!(said.lines().filter(|line| line.contains(": true (")).count(), 9, "{said}");
    assert!(
        said.contains("\nhalf of all changes of its configuration arrive within ") && said.ends_with("s\n"),
        "{said}"
    );
}

#[test]
fn load_prints_a_measurement() {
    let spec = json!({ "target": format!("http://{}/", support::server()), "stop": { "count": 500 }, "warm_up": "0s", "connections": 2 });
    let output = Command::new(env!("CARGO_BIN_EXE_load")).arg(spec.to_string()).output().unwrap();
    let measurement: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(measurement["measured"]["counts"]["fates"], json!({ "ok": 500 }));
}

#[test]
fn every_protocol_pace_and_stop_of_the_example_is_run() {
    let address = support::any_http();
    let output = Command::new(env!("CARGO_BIN_EXE_axes")).arg(format!("http://{address}/")).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let only_ok = |line: &&str| line.split_once(": {Ok: ").is_some_and(|(_, rest)| rest.contains("}, p50 "));
    assert_eq!((said.lines().count(), said.lines().filter(only_ok).count()), (12, 12), "{said}");
}

#[test]
fn selftest_prints_the_truth_beside_the_report() {
    // Whether they agree is the business of meshery-perf's own test; a busy machine may end this one with 1.
    let output = Command::new(env!("CARGO_BIN_EXE_selftest")).arg("bimodal").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // Doubts of a disturbed machine are printed behind the script's name too: "bimodal: …".
    let rows = said.lines().filter(|line| line.starts_with("bimodal ")).count();
    assert_eq!(rows, 5, "{said}");
    assert!(said.contains("worst: "), "{said}");
}

#[test]
fn analyze_finds_the_place_and_says_so_with_its_exit_code() {
    let fixtures = support::root().join("meshery-mesh/tests/fixtures/analyze");
    let run = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_analyze")).arg(fixtures.join(name)).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run("bad.yaml");
    assert_eq!(code, Some(1));
    assert!(said.contains(".yaml:") && said.contains("MSH101"), "{said}");
    let (code, said) = run("good.yaml");
    assert_eq!((code, said.trim()), (Some(0), "nothing wrong in 1 file"));
}

#[test]
fn analyze_writes_sarif_by_its_schema() {
    let fixtures = support::root().join("meshery-mesh/tests/fixtures/analyze");
    let mut command = Command::new(env!("CARGO_BIN_EXE_analyze"));
    let output = command.args(["--format", "sarif"]).arg(fixtures.join("bad.yaml")).output().unwrap();
    let read = |text: &[u8]| -> serde_json::Value { serde_json::from_slice(text).unwrap() };
    let (sarif, mut schema) = (read(&output.stdout), read(include_bytes!("fixtures/sarif-2.1.0.schema.json")));
    // A bracket too many makes it no pattern, as published.
    for part in ["run", "toolComponent"] {
        schema["definitions"][part]["properties"]["language"].as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0" })), "the schema asks for something");
}

#[test]
fn analyze_mends_what_is_safe_and_shows_it_first() {
    let folder = support::Scratch::new();
    let file = folder.0.join("filter.yaml");
    let text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: reviews }\n\
                spec: { hosts: [reviws], http: [{ route: [{ destination: { host: reviews } }] }] } # mine\n---\n\
                apiVersion: v1\nkind: Service\nmetadata: { name: reviews }\nspec: { prts: [{ port: 80 }] }\n";
    std::fs::write(&file, text).unwrap();
    let run = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_analyze")).args(words).arg(&file).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["--diff"]), "", "what is meant is a guess");
    let diff = run(&["--diff", "--unsafe"]);
    assert!(diff.contains("-spec: { prts: [{ port: 80 }] }\n+spec: { ports: [{ port: 80 }] }"), "{diff}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "only shown");
    run(&["--fix", "--unsafe"]);
    let mended = std::fs::read_to_string(&file).unwrap();
    assert!(mended.contains("ports: [{ port: 80 }]") && mended.contains("# mine"), "{mended}");
}
