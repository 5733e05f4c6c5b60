//! Starting programs.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::workspace;

pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// A program, to be run in the workspace's root.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(workspace::root());
    command
}

/// The cargo that runs this.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = cargo_bare(arguments);
    command.arg("--locked");
    command
}

/// The same, for what has no lock file of ours.
pub(crate) fn cargo_bare(arguments: &[&str]) -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Whether nothing may be left out: there a part that is missing is an error.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| missing(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// Runs a program to its end, silent unless it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result {
    answer(command).map(drop)
}

/// What a program prints that is run to its end.
pub(crate) fn answer(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|error| missing(command, &error))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        return Ok(stdout.trim().into());
    }
    Err(format!("{} ended with {}\n{stdout}{stderr}", shown(command), output.status))
}

/// What a run left behind.
pub(crate) struct Finished {
    pub(crate) result: Result,
    /// All that it printed.
    pub(crate) output: String,
}

/// How a program is run whose output is kept.
#[derive(Clone, Copy)]
pub(crate) enum Listen {
    /// What it prints is shown while it prints it.
    Aloud,
    /// What it prints is only kept.
    Quietly,
}

impl Listen {
    /// Runs a program to its end, and keeps what it prints.
    pub(crate) fn to(self, command: &mut Command) -> Finished {
        let child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => return Finished { result: Err(missing(command, &error)), output: String::new() },
        };
        let mut child = child;
        let stderr = child.stderr.take().map(|pipe| thread::spawn(move || self.keep(pipe, io::stderr())));
        let mut output = child.stdout.take().map(|pipe| self.keep(pipe, io::stdout())).unwrap_or_default();
        output += &stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
        let result = match child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{} ended with {status}", shown(command))),
            Err(error) => Err(missing(command, &error)),
        };
        Finished { result, output }
    }

    fn keep(self, from: impl Read, mut to: impl Write) -> String {
        let mut kept = String::new();
        let mut lines = BufReader::new(from);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if let Self::Aloud = self {
                // A closed terminal must not end the tests.
                let _ = to.write_all(&line).and_then(|()| to.flush());
            }
            kept += &String::from_utf8_lossy(&line);
            line.clear();
        }
        kept
    }
}

/// Gives this process to a program: signals, exit code and all. Comes back only when that fails.
pub(crate) fn become_program(command: &mut Command) -> Result {
    #[cfg(unix)]
    {
        let error = std::os::unix::process::CommandExt::exec(command);
        Err(missing(command, &error))
    }
    #[cfg(not(unix))]
    run(command)
}

/// A file, with an error that names it.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn missing(command: &Command, error: &io::Error) -> String {
    format!("{}: {error}", shown(command))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
