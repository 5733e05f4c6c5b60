//! Compares no mesh, no mesh again, Envoy sidecars, and Envoy sidecars with mutual TLS, on this machine; Istio without a
//! cluster as well, when it is among the arms.
//!
//! ```text
//! compare --out DIR [--envoy PATH] [--rounds N] [--rate 2000/s] [--duration 2.5s] [--warm-up 500ms] [--seed N]
//!         [--upstream HOST:PORT] [--arms none,none-again,envoy,envoy-mtls,istio-local]
//! ```
//!
//! Writes `result.json`, `report.html` and `table.txt` into DIR and prints the table. Ctrl-C ends it and keeps the runs made so far.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod progress;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use meshery_core::comparison::{Arm, End, Propagation, RunLoad};
use meshery_core::units::duration;
use meshery_core::{ArmSpec, Cancel, Comparison, ComparisonSpec, Context, Error, Pace, Result, Stop};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use meshery_perf::{Engine, compare, report};

struct Arguments {
    out: PathBuf,
    host: LocalOptions,
    spec: ComparisonSpec,
}

/// A comparison that fits into two minutes.
fn brief() -> ComparisonSpec {
    let load = RunLoad {
        stop: Stop::Duration(Duration::from_millis(2500)),
        warm_up: Duration::from_millis(500),
        ..RunLoad::default()
    };
    ComparisonSpec { rounds: 6, load, ..ComparisonSpec::default() }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments> {
    let time = |name: &str, value: &str| duration::parse(value).map_err(|error| error.at(name));
    let mut parsed = Arguments { out: PathBuf::from("."), host: LocalOptions::default(), spec: brief() };
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| Error::invalid(&name, "needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| Error::invalid(&name, "not a number").found(&value));
        let spec = &mut parsed.spec;
        match name.as_str() {
            "--out" => parsed.out = value.into(),
            "--envoy" => drop(parsed.host.programs.insert("envoy".into(), value.into())),
            "--rounds" => spec.rounds = u32::try_from(number()?).unwrap_or(u32::MAX),
            "--rate" => spec.load.pace = Pace::Constant(value.parse().map_err(|error: Error| error.at(&name))?),
            "--duration" => spec.load.stop = Stop::Duration(time(&name, &value)?),
            "--warm-up" => spec.load.warm_up = time(&name, &value)?,
            "--seed" => spec.seed = Some(number()?),
            "--upstream" => spec.upstream = Some(value),
            "--arms" => spec.arms = arms(&value)?,
            _ => {
                return Err(Error::invalid(name, "unknown option").expected("see the head of examples/compare/main.rs"));
            }
        }
    }
    Ok(parsed)
}

/// The arms that are compared by default, and those that take more than an Envoy.
fn arms(names: &str) -> Result<Vec<ArmSpec>> {
    let mut all = ComparisonSpec::default().arms;
    all.push(ArmSpec::new("istio-local", "istio-local").with_mtls());
    let known = all.iter().map(|arm| arm.name.as_str()).collect::<Vec<_>>().join(", ");
    let arm = |name| {
        let unknown = || Error::invalid("--arms", "unknown arm").expected(&known).found(name);
        all.iter().find(|arm| arm.name == name).cloned().ok_or_else(unknown)
    };
    names.split(',').map(arm).collect()
}

/// How long changes of an arm's configuration took; nothing of an arm without any.
fn propagation(arm: &Arm) -> Option<String> {
    let mut all = Propagation::default();
    arm.runs.iter().filter_map(|run| run.propagation.as_ref()).for_each(|seen| all.merge(seen));
    let [p50, p90] = [0.5, 0.9].map(|share| all.quantile(share));
    let (name, p50, p90) = (&arm.spec.name, p50?, p90?);
    Some(format!(
        "{name}: a change of configuration arrives after {p50:.1?} (p50), {p90:.1?} (p90), of {}",
        all.count()
    ))
}

async fn run(arguments: &Arguments) -> Result<Comparison> {
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| Error::from(error).at(arguments.out.display().to_string()))?;
    let cancel = Cancel::new();
    let interrupted = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let host = LocalHost::new(arguments.host.clone())?;
    let context = Context::new(cancel, progress::Bar::new());
    let comparison = compare(&arguments.spec, &Engine::new(), &host, &context).await?;
    println!("\n{}", report::render("table", &comparison)?);
    comparison.arms.iter().filter_map(propagation).for_each(|line| println!("{line}"));
    for path in report::save(&comparison, &arguments.out)? {
        println!("wrote {}", path.display());
    }
    Ok(comparison)
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => run(&arguments).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(Comparison { end: End::Stopped { error }, .. }) => {
            eprintln!("stopped, with the runs made so far written: {error}");
            if error.code == meshery_core::ErrorKind::Cancelled { ExitCode::from(130) } else { ExitCode::FAILURE }
        }
        Ok(comparison) => {
            // Said when it happened; what the others have shown is written.
            let left_out = comparison.arms.iter().any(|arm| arm.checks.iter().any(|check| !check.passed));
            if left_out { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            eprintln!("error[{}]: {error}", error.kind());
            if error.is_cancelled() { ExitCode::from(130) } else { ExitCode::FAILURE }
        }
    }
}
