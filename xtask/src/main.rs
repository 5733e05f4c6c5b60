//! The repository's own commands: `cargo xtask VERB`. Standard library only, so that they build in seconds.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod chromium;
mod count;
mod debian;
mod envoy;
mod golang;
mod kubectl;
mod node;
mod peers;
mod python;
mod shell;
mod stamp;
mod testbed;
mod verb;
mod wasm;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let wanted = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let Some(verb) = verb::VERBS.iter().find(|verb| verb.name == wanted) else {
        eprintln!("usage: cargo xtask VERB\n");
        for verb in verb::VERBS {
            eprintln!("  {:<44} {}", format!("{} {}", verb.name, verb.options), verb.does);
        }
        return ExitCode::from(2);
    };
    match (verb.run)(&rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {}: {error}", verb.name);
            ExitCode::FAILURE
        }
    }
}
