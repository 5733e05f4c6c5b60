//! Running a client, also one that keeps to certain processors.

use std::ffi::OsStr;
use std::process::Command;

pub(crate) use meshery_benches::process::{Ran, run};

use crate::Result;

/// The number of the machine's last processor.
pub(crate) fn last_processor() -> Result<usize> {
    Ok(std::thread::available_parallelism()?.get() - 1)
}

/// A program that keeps to one processor.
pub(crate) fn on(processor: usize, program: impl AsRef<OsStr>) -> Command {
    bound(&processor.to_string(), program.as_ref())
}

/// A program that keeps to all others, if there are any.
pub(crate) fn not_on(last: usize, program: impl AsRef<OsStr>) -> Command {
    bound(&format!("0-{}", last.saturating_sub(1)), program.as_ref())
}

/// taskset replaces itself by the program.
fn bound(processors: &str, program: &OsStr) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", processors]).arg(program);
    command
}
