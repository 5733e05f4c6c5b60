//! The load engine beside the tools in use, on this machine, in interleaved rounds.
//!
//! ```text
//! cargo xtask bench rivals [ROUNDS] [ROW...]
//! ```
//!
//! A row is a question that is put to several clients: each of them in every round, in an order that rotates from round
//! to round. What is printed are medians over the rounds; ratios are taken within a round, so that a noisy moment hits
//! both sides. Processor time is what the kernel charges the client's process, user and system. Whoever is missing on
//! this machine is named, and how to get it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod client;
mod process;
mod row;
mod rows;
mod server;

use std::process::ExitCode;

use meshery_benches::{Result, arguments, numbers};
use rows::ROWS;

const ROUNDS: usize = 7;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match client::play(&arguments).or_else(|| server::play(&arguments)).unwrap_or_else(|| bench(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rivals: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &[String]) -> Result {
    let (rounds, rows) = arguments::read(arguments, ROUNDS, ROWS, |row| row.name)?;
    for row in rows {
        row.ask(rounds)?;
    }
    Ok(())
}
