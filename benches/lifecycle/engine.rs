//! The engine as a program: one operation, and what it says of itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use meshery_core::lifecycle::{Happening, Stage};
use meshery_core::{Cancel, Context, Event, InstanceSpec, OperationOptions};
use meshery_mesh::cluster::{Cluster, ClusterOptions, Credentials};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

use crate::Result;

/// What the first argument is when this program is to be the engine.
const WORD: &str = "engine";

/// The parts of an operation, in their order: what the engine does until it tells of the end of each.
pub(crate) const PARTS: [&str; 6] = ["start of the process", "plan", "lease", "write", "remove", "commit"];

/// An operation.
#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Install,
    Uninstall,
}

/// What an operation says of itself: how long its parts took, in seconds, without the start of the process.
pub(crate) type Told = BTreeMap<String, f64>;

/// The program that carries an operation out.
pub(crate) fn program(
    operation: Operation,
    spec: &InstanceSpec,
    options: &OperationOptions,
    kubeconfig: &Path,
    agent: &str,
) -> Result<Command> {
    let uninstalls = matches!(operation, Operation::Uninstall);
    let ask = json!({
        "uninstalls": uninstalls, "spec": spec, "options": options, "kubeconfig": kubeconfig, "agent": agent,
    });
    let mut command = Command::new(std::env::current_exe()?);
    command.args([WORD, &ask.to_string()]);
    Ok(command)
}

/// Carries an operation out, if that is what this process is for.
pub(crate) fn play(arguments: &[String]) -> Option<Result> {
    match arguments {
        [word, ask] if word == WORD => Some(operate(ask)),
        _ => None,
    }
}

fn operate(ask: &str) -> Result {
    let ask: Value = serde_json::from_str(ask)?;
    let spec: InstanceSpec = serde_json::from_value(ask["spec"].clone())?;
    let options: OperationOptions = serde_json::from_value(ask["options"].clone())?;
    let told = tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let clock = Clock::start();
        let credentials = Credentials::File(ask["kubeconfig"].as_str().unwrap_or_default().into());
        let user_agent = ask["agent"].as_str().unwrap_or_default().to_owned();
        let connect = ClusterOptions { credentials, user_agent, ..ClusterOptions::default() };
        let lifecycle = Lifecycle::new(Cluster::connect(&connect).await?);
        let listener = clock.clone();
        let context = Context::new(Cancel::new(), move |event: &Event| listener.hears(event));
        if ask["uninstalls"] == true {
            lifecycle.uninstall(&spec.name, &options, &context).await?;
        } else {
            lifecycle.install(&spec, &options, &context).await?;
        }
        Ok::<_, meshery_core::Error>(clock.told())
    })?;
    println!("{}", json!(told));
    Ok(())
}

/// When what has ended.
#[derive(Clone)]
struct Clock(Arc<Mutex<(Instant, Told)>>);

impl Clock {
    fn start() -> Self {
        Self(Arc::new(Mutex::new((Instant::now(), Told::new()))))
    }

    fn hears(&self, event: &Event) {
        let Event::Operation(event) = event else { return };
        match &event.happening {
            Happening::PlanReady { .. } => self.ended("plan"),
            Happening::LeaseTaken { .. } => self.ended("lease"),
            Happening::StageFinished { stage: Stage::Apply } => self.ended("write"),
            Happening::StageFinished { stage: Stage::Prune } => self.ended("remove"),
            Happening::StageFinished { stage: Stage::Commit } => self.ended("commit"),
            _ => {}
        }
    }

    fn ended(&self, part: &str) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed: Duration = clock.0.elapsed();
        clock.0 = Instant::now();
        clock.1.insert(part.into(), passed.as_secs_f64());
    }

    fn told(&self) -> Told {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}
