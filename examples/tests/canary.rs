//! The canary upgrade as a whole program, between two real istiods.
#![cfg(target_os = "linux")]

use crate::{istiod, testbed};
use std::process::Command;

use meshery_core::{Context, OperationOptions, SampleSpec};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::json;

#[tokio::test]
async fn a_sample_moves_to_the_canary() {
    let (Some(helm), Some(_)) = (testbed::helm(), testbed::istio_charts()) else { return };
    let tools = helm.parent().unwrap();
    let Some(plane) = testbed::start().await else { return };
    let lifecycle = Lifecycle::new(plane.cluster("examples").await.unwrap()).with_tools(istiod::tools());
    let (options, context) = (OperationOptions::default(), Context::default());
    let unwaited = OperationOptions { wait: false, ..options.clone() };
    let stable = istiod::spec("istio", None, &json!({}));
    let canary = istiod::spec("istio-canary", Some("canary"), &json!({}));
    lifecycle.install(&stable, &unwaited, &context).await.unwrap();
    let first = istiod::start(&plane, &stable).await;
    lifecycle.install(&stable, &options, &context).await.unwrap();
    lifecycle.install(&canary, &unwaited, &context).await.unwrap();
    let second = istiod::start(&plane, &canary).await;
    lifecycle.install_sample(&SampleSpec::new("echo"), &options, &context).await.unwrap();

    let run = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_canary"));
        program.arg(serde_json::to_string(&canary).unwrap()).arg("echo");
        let folders = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
        let output = program.env("KUBECONFIG", plane.kubeconfig_path()).env("PATH", folders).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let said = run();
    assert!(said.starts_with("enrol istio-canary: 1 to update, 2 to restart\n~ Namespace echo\n"), "{said}");
    assert!(said.contains(".metadata.labels.[\"istio.io/rev\"]: nothing -> \"canary\"\n"), "{said}");
    assert_eq!(said.lines().filter(|line| line.ends_with(" is served by revision canary")).count(), 2, "{said}");
    let again = run();
    assert!(again.starts_with("enrol istio-canary: 2 to keep, 1 unchanged\n"), "{again}");
    assert_eq!(again.lines().filter(|line| line.ends_with(" is served by revision canary")).count(), 2, "{again}");
    for istiod in [first, second] {
        istiod.stop().unwrap();
    }
    plane.stop().unwrap();
}
