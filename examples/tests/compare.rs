//! The comparison as a whole program, on a real Envoy: from nothing to a result, and interrupted in the middle.
#![cfg(target_os = "linux")]

use crate::{envoy, support};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Marked, Scratch};

/// A comparison of a few seconds.
fn short(out: &Path, envoy: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.arg("--out").arg(out).arg("--envoy").arg(envoy);
    command.args(["--rounds", "5", "--duration", "200ms", "--warm-up", "50ms", "--rate", "500/s", "--seed", "7"]);
    command
}

#[test]
fn it_writes_a_valid_result_and_a_report_and_leaves_nothing() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut program = Marked::spawn(&mut short(&out.0, &envoy));
    program.wait_for_line("run 20: ");
    assert!(program.end().success());
    program.assert_gone();

    let result = out.result("result.json");
    assert_eq!(result["seed"], 7);
    assert_eq!(result["end"]["ended"], "complete");
    let arms = result["arms"].as_array().unwrap();
    let names: Vec<_> = arms.iter().map(|arm| arm["spec"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["none", "none-again", "envoy", "envoy-mtls"]);
    for arm in arms {
        assert_eq!(arm["runs"].as_array().unwrap().len(), 5, "{}", arm["spec"]["name"]);
        assert!(arm["checks"].as_array().unwrap().iter().all(|check| check["passed"] == true), "{}", arm["checks"]);
    }
    let versions = arms[3]["versions"].as_object().unwrap();
    assert_eq!(versions.keys().collect::<Vec<_>>(), ["client", "server"]);
    assert!(versions.values().all(|version| version.as_str().unwrap().contains("/1.")), "{versions:?}");
    assert!(std::fs::read_to_string(out.0.join("report.html")).unwrap().contains("envoy-mtls"));
}

#[test]
fn istio_without_a_cluster_is_an_arm_beside_the_others() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut command = short(&out.0, &envoy);
    command.args(["--rounds", "2", "--arms", "none,none-again,envoy,istio-local"]);
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if support::lacks_servers(&complaint) {
        return;
    }
    assert!(output.status.success(), "{complaint}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("istio-local: a change of configuration arrives after"), "{said}");

    let result = out.result("result.json");
    assert_eq!(result["end"]["ended"], "complete");
    let istio = &result["arms"][3];
    assert!(istio["checks"].as_array().unwrap().iter().all(|check| check["passed"] == true), "{}", istio["checks"]);
    for run in istio["runs"].as_array().unwrap() {
        assert!(run["error"].is_null(), "{run}");
        let processes = run["processes"].as_array().unwrap().iter();
        let of = |role: &str| {
            let mut names: Vec<_> = processes.clone().filter(|used| used["role"] == role).collect();
            names.sort_by_key(|used| used["name"].to_string());
            names.iter().map(|used| used["name"].as_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(of("proxy"), ["client", "client-agent", "server", "server-agent"]);
        assert_eq!((of("control_plane"), of("platform").len()), (vec!["istiod"], 4));
        assert_eq!(run["propagation"]["source"], "request");
    }
    let effects = result["effects"].as_array().unwrap().iter().filter(|effect| effect["arm"] == "istio-local");
    let metrics: Vec<_> = effects.map(|effect| effect["metric"].as_str().unwrap()).collect();
    assert!(metrics.contains(&"control_plane.memory") && metrics.contains(&"memory/client-agent"), "{metrics:?}");
    assert!(!metrics.iter().any(|metric| metric.contains("etcd")), "{metrics:?}");
}

#[test]
fn ctrl_c_in_the_middle_keeps_the_runs_so_far_and_leaves_nothing() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut program = Marked::spawn(&mut short(&out.0, &envoy));
    program.wait_for_line("run 2: ");
    assert!(program.family().len() > 1, "proxies run: {:?}", program.family());
    program.signal("-INT");
    assert_eq!(program.end().code(), Some(130));
    program.assert_gone();

    let result = out.result("result.json");
    assert_eq!(result["end"]["ended"], "stopped");
    assert_eq!(result["end"]["error"]["code"], "cancelled");
    let runs: usize = result["arms"].as_array().unwrap().iter().map(|arm| arm["runs"].as_array().unwrap().len()).sum();
    assert!((2..20).contains(&runs), "{runs} runs were kept");
}

#[test]
fn kill_9_in_the_middle_leaves_nothing() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut program = Marked::spawn(&mut short(&out.0, &envoy));
    program.wait_for_line("run 2: ");
    assert!(program.family().len() > 1, "proxies run: {:?}", program.family());
    program.signal("-KILL");
    assert_eq!(program.end().signal(), Some(9));
    program.assert_gone();
}

/// The window must be open when it dies, or it would die while it is being set up.
fn long(out: &Path, envoy: &Path) -> Command {
    let mut command = short(out, envoy);
    command.args(["--duration", "500ms", "--warm-up", "0s", "--arms", "none,envoy"]);
    command
}

#[test]
fn a_proxy_that_dies_in_mid_run_spoils_that_run_only() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut program = Marked::spawn(&mut long(&out.0, &envoy));
    program.wait_for_line("run 4: ");
    program.kill_member("\"name\":\"client\"");
    assert!(program.end().success());
    program.assert_gone();
    let result = out.result("result.json");
    assert_eq!(result["end"]["ended"], "complete");
    let runs = result["arms"].as_array().unwrap().iter().flat_map(|arm| arm["runs"].as_array().unwrap());
    let errors: Vec<_> = runs.filter_map(|run| run["error"]["code"].as_str()).collect();
    assert_eq!(errors, ["process_died"]);
}

#[test]
fn an_upstream_that_dies_ends_the_comparison_and_keeps_the_runs_so_far() {
    let Some(envoy) = envoy::find() else { return };
    let out = Scratch::new();
    let mut program = Marked::spawn(&mut long(&out.0, &envoy));
    program.wait_for_line("run 4: ");
    program.kill_member("\"name\":\"upstream\"");
    assert_eq!(program.end().code(), Some(1));
    program.assert_gone();
    let result = out.result("result.json");
    assert_eq!(result["end"]["error"]["code"], "process_died");
    let runs: usize = result["arms"].as_array().unwrap().iter().map(|arm| arm["runs"].as_array().unwrap().len()).sum();
    assert!((4..10).contains(&runs), "{runs} runs were kept");
}

/// An Envoy that says its version and then dies: the baseline is still measured, the arms are named and left out.
#[test]
fn an_envoy_that_dies_is_left_out_with_its_last_words() {
    use std::os::unix::fs::PermissionsExt;
    let out = Scratch::new();
    let fake = out.0.join("envoy");
    let script =
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo x/1.40.0/x; exit; fi\necho 'out of memory' >&2\nexit 3\n";
    std::fs::write(&fake, script).unwrap();
    std::fs::set_permissions(&fake, PermissionsExt::from_mode(0o755)).unwrap();
    let upstream = support::server();
    let output = short(&out.0, &fake).args(["--upstream", &upstream]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("left out: envoy: ") && said.contains("out of memory"), "{said}");
    assert!(said.contains("run 10: ") && !said.contains("run 11: "), "{said}");
    let result = out.result("result.json");
    let runs = |arm: usize| result["arms"][arm]["runs"].as_array().unwrap().len();
    assert_eq!([runs(0), runs(1), runs(2), runs(3)], [5, 5, 0, 0]);
}

#[test]
fn mistakes_name_the_place_and_what_was_expected() {
    let Some(envoy) = envoy::find() else { return };
    let envoy = envoy.to_str().unwrap();
    for (arguments, expected) in [
        (&["--rate", "2000"][..], &["invalid_input", "--rate", "2000/s"][..]),
        (&["--duration", "3 furlongs"], &["invalid_input", "--duration", "furlongs"]),
        (&["--rounds", "many"], &["invalid_input", "--rounds", "many"]),
        (&["--rounds", "0"], &["invalid_input", "rounds"]),
        (&["--arms", "none,envoi"], &["invalid_input", "--arms", "envoi", "envoy-mtls"]),
        (&["--ruonds", "5"], &["invalid_input", "--ruonds"]),
        (&["--upstream", "nowhere"], &["invalid_input", "upstream", "HOST:PORT"]),
        (&["--envoy", "/no/such/envoy"], &["program_missing", "/no/such/envoy"]),
        (&["--envoy", envoy, "--upstream", "127.0.0.1:1"], &["127.0.0.1:1"]),
    ] {
        let out = Scratch::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
        let output = command.arg("--out").arg(&out.0).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        for word in expected {
            assert!(said.contains(word), "{arguments:?}: no {word:?} in {said}");
        }
    }
}
