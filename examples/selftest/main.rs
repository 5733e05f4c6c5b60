//! Tests the load engine against servers whose true response times are known, and prints both.
//!
//! ```text
//! selftest [SCRIPT...]
//! ```
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::process::ExitCode;

use meshery_core::units::duration;
use meshery_core::{Context, Result};
use meshery_perf::selftest::{self, Script};

/// What the report may be off by.
const WITHIN: f64 = 0.02;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut worst: f64 = 0.0;
    println!("{:<12} {:>8} {:>14} {:>14} {:>9}", "script", "", "truth", "reported", "off by");
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |script: &Script| asked.is_empty() || asked.contains(&script.to_string());
    for script in Script::ALL.into_iter().filter(wanted) {
        let (rows, measurement) = selftest::run(script, &Context::default()).await?;
        for row in rows {
            let (truth, reported) = (duration::format(row.truth), duration::format(row.reported));
            let off = row.error() * 100.0;
            println!("{script:<12} {:>8} {truth:>14} {reported:>14} {off:>+7.2} %", format!("p{}", row.percentile));
            worst = worst.max(row.error().abs());
        }
        for reason in measurement.validity.invalid.iter().chain(&measurement.validity.warnings) {
            println!("{script}: {reason}");
        }
    }
    println!("worst: {:.2} % off, {:.0} % allowed", worst * 100.0, WITHIN * 100.0);
    Ok(if worst <= WITHIN { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
