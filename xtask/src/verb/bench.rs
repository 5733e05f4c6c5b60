//! `bench`: a measurement against peers.

use super::Verb;
use crate::shell::{Result, become_program, cargo, run};
use crate::{envoy, workspace};

pub(super) const VERB: Verb =
    Verb { name: "bench", options: "NAME [...]", does: "run benches/NAME, for example: bench rivals", run: bench };

fn bench(options: &[String]) -> Result {
    let Some((name, rest)) = options.split_first() else {
        return Err(format!("which one? There is: {}", names()?.join(", ")));
    };
    if !names()?.contains(name) {
        return Err(format!("no bench of the name {name}. There is: {}", names()?.join(", ")));
    }
    envoy::obtain()?;
    run(&mut cargo(&["build", "--release", "--package", "meshery-benches", "--bin", name]))?;
    let program = workspace::target().join("release").join(name);
    become_program(std::process::Command::new(program).args(rest).env("MESHERY_ENVOY", envoy::path()))
}

/// Every folder of `benches/` with a program in it.
fn names() -> Result<Vec<String>> {
    let home = workspace::root().join("benches");
    let entries = std::fs::read_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let programs = entries.flatten().filter(|entry| entry.path().join("main.rs").exists());
    let mut names: Vec<String> = programs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
