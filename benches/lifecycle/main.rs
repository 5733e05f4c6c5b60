//! The lifecycle engine beside kubectl and Helm, on a real control plane of this machine, in interleaved rounds.
//!
//! ```text
//! cargo xtask bench lifecycle [ROUNDS] [ROW...]
//! ```
//!
//! Every client is a process of its own, the engine among them, and is timed from its start to its end. Requests are
//! not estimated but counted: from the API server's audit log, by the name that each client gives itself. Times are
//! medians of the rounds, the least and the most beside them; ratios are taken within a round. Clients take turns in an
//! order that rotates from round to round, each on a cluster from which every trace of the one before is gone.
//!
//! | module | holds |
//! |---|---|
//! | `row`, `rows` | a question, who answers it, and what is hoped for |
//! | `life` | a set of objects from its first install to its end, at the hands of one client |
//! | `goods` | the sets of objects, in the form that each client takes them in |
//! | `client` | the clients |
//! | `engine` | the engine as a program, for one operation |
//! | `bed` | the control plane |
//! | `asked` | what a client has asked the API server for |
//! | `versions` | whether objects were written to |
//! | `folder` | files that go with their owner |
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod asked;
mod bed;
mod client;
mod engine;
mod folder;
mod goods;
mod life;
mod row;
mod rows;
mod versions;

use std::process::ExitCode;

use meshery_benches::{Result, arguments, numbers, process};
use rows::ROWS;

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match engine::play(&arguments).unwrap_or_else(|| bench(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lifecycle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &[String]) -> Result {
    let (rounds, rows) = arguments::read(arguments, ROUNDS, ROWS, |row| row.name)?;
    for row in rows {
        row.ask(rounds.min(row.rounds))?;
    }
    Ok(())
}
