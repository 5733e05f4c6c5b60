//! What the statistics promise, by simulation: how often they cry wolf, and how often they see what is there.
//!
//! ```text
//! cargo xtask simulate [--quick]
//! ```
//!
//! The model of the reference: a run is 5,000 requests, exp(level + 0.5 · AR(1)), and counts as one value, its p99; levels
//! differ from run to run. Every draw follows from a fixed seed. The exit code says whether all promises are kept.
//! `--quick` takes a twentieth of the repetitions and allows for their noise.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod draw;
mod rows;

use std::process::ExitCode;

use rows::{ROWS, Share};

fn main() -> ExitCode {
    let quick = std::env::args().skip(1).any(|argument| argument == "--quick");
    let mut missed = 0;
    for row in ROWS {
        println!("\n{}", row.asks);
        let repetitions = if quick { row.repetitions / 20 } else { row.repetitions };
        for share in (row.shares)(repetitions) {
            let kept = share.is_kept(repetitions, quick);
            let Share { what, found, least, most } = share;
            missed += usize::from(!kept);
            let asked = match (least, most) {
                (least, 1.0) => format!("at least {:.1} %", least * 100.0),
                (0.0, most) => format!("at most {:.1} %", most * 100.0),
                (least, most) => format!("{:.1} to {:.1} %", least * 100.0, most * 100.0),
            };
            println!("  {what:<44} {:>5.1} %   {asked}: {}", found * 100.0, if kept { "kept" } else { "MISSED" });
        }
        println!("  over {repetitions} repetitions");
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
