//! A campaign: no mesh, no mesh again, Envoy sidecars, and Envoy sidecars with mutual TLS, under two workloads at two
//! rates, on this machine.
//!
//! ```text
//! campaign --out DIR [--spec FILE] [--envoy PATH] [--rounds N] [--duration 2s] [--warm-up 500ms] [--budget 10m]
//!          [--looks 5,10] [--seed N]
//! ```
//!
//! Prints what it will take and show, then makes every run that DIR/journal.jsonl does not hold yet. However it was ended,
//! Ctrl-C or `kill -9` or a power cut, the same command goes on where it was. FILE is a JSON document by the schema
//! `campaign-spec`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

#[path = "../compare/progress.rs"]
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use meshery_core::campaign::{CampaignPlan, LoadPoint, Workload};
use meshery_core::comparison::{End, RunLoad};
use meshery_core::units::duration;
use meshery_core::{Campaign, CampaignSpec, Cancel, Context, Error, Pace, Rate, Result, Stop};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use meshery_perf::campaign::{self, FileJournal};
use meshery_perf::{Engine, report};

struct Arguments {
    out: PathBuf,
    host: LocalOptions,
    spec: CampaignSpec,
}

/// A page and a form, at a low and a high rate.
fn usual() -> Result<CampaignSpec> {
    let load = RunLoad {
        stop: Stop::Duration(Duration::from_secs(2)),
        warm_up: Duration::from_millis(500),
        ..RunLoad::default()
    };
    let page = Workload { load: load.clone(), ..Workload::default() };
    let request = serde_json::json!({ "method": "POST", "body": { "size": 16_384 } });
    let form = Workload { name: "form".into(), load: RunLoad { request, ..load }, ..Workload::default() };
    let point = |name: &str, rate| -> Result<LoadPoint> {
        Ok(LoadPoint { name: name.into(), pace: Pace::Constant(Rate::per_second(rate)?) })
    };
    let points = vec![point("500/s", 500.0)?, point("2,000/s", 2000.0)?];
    Ok(CampaignSpec { workloads: vec![page, form], points, rounds: 6, ..CampaignSpec::default() })
}

fn read(path: &str) -> Result<CampaignSpec> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::from(error).at(path))?;
    serde_json::from_str(&text).map_err(|error| Error::from(error).at(path))
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut parsed = Arguments { out: PathBuf::from("."), host: LocalOptions::default(), spec: usual()? };
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| Error::invalid(&name, "needs a value"))?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| Error::invalid(&name, "not a number").found(text));
        let time = || duration::parse(&value).map_err(|error| error.at(&name));
        let spec = &mut parsed.spec;
        match name.as_str() {
            "--out" => parsed.out = value.into(),
            "--spec" => *spec = read(&value)?,
            "--envoy" => drop(parsed.host.programs.insert("envoy".into(), value.into())),
            "--rounds" => spec.rounds = number(&value)?,
            "--looks" => spec.looks = value.split(',').map(number).collect::<Result<_>>()?,
            "--budget" => spec.budget = Some(time()?),
            "--seed" => spec.seed = Some(number(&value)?.into()),
            "--duration" => {
                let stop = Stop::Duration(time()?);
                spec.workloads.iter_mut().for_each(|workload| workload.load.stop = stop.clone());
            }
            "--warm-up" => {
                let warm_up = time()?;
                spec.workloads.iter_mut().for_each(|workload| workload.load.warm_up = warm_up);
            }
            _ => {
                return Err(
                    Error::invalid(name, "unknown option").expected("see the head of examples/campaign/main.rs")
                );
            }
        }
    }
    Ok(parsed)
}

/// What it will take and show.
fn tell(plan: &CampaignPlan) {
    eprintln!("{} runs, {} blocks a cell, about {}", plan.runs, plan.blocks, duration::format(plan.takes));
    for power in &plan.power {
        let runs = power.runs_for_difference.map_or_else(|| "no number of".into(), |runs| runs.to_string());
        let (margin, chance) = (power.margin * 100.0, power.chance * 100.0);
        eprintln!("  {}: {margin:.0} % is seen in {chance:.0} % of cases; {runs} blocks see it in 80 %", power.metric);
    }
    for warning in &plan.warnings {
        eprintln!("  note: {}", warning.message);
    }
}

async fn run(arguments: &Arguments) -> Result<Campaign> {
    tell(&campaign::plan(&arguments.spec)?);
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| Error::from(error).at(arguments.out.display().to_string()))?;
    let mut journal = FileJournal::open(arguments.out.join("journal.jsonl"))?;
    let cancel = Cancel::new();
    let interrupted = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let host = LocalHost::new(arguments.host.clone())?;
    let context = Context::new(cancel, progress::Bar::new());
    let campaign = campaign::run(&arguments.spec, &Engine::new(), &host, &mut journal, &context).await?;
    println!("\n{}", report::render("table", &campaign)?);
    for path in report::save(&campaign, &arguments.out)? {
        println!("wrote {}", path.display());
    }
    Ok(campaign)
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => run(&arguments).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(Campaign { end: End::Stopped { error }, .. }) => {
            eprintln!("stopped; the same command goes on: {error}");
            if error.code == meshery_core::ErrorKind::Cancelled { ExitCode::from(130) } else { ExitCode::FAILURE }
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error[{}]: {error}", error.kind());
            if error.is_cancelled() { ExitCode::from(130) } else { ExitCode::FAILURE }
        }
    }
}
