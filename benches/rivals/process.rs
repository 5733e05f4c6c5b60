//! Running a client, and what the kernel says of it.

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::Result;

/// What a client left behind.
pub(crate) struct Ran {
    pub(crate) output: String,
    /// Processor time, user and system, in seconds.
    pub(crate) cpu: f64,
    /// The most memory that it held at once, in bytes.
    pub(crate) peak_memory: f64,
}

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

/// How often the peak of memory is read; the kernel keeps it, so that only the last moment can be missed.
const LOOK: Duration = Duration::from_millis(50);

/// Runs a client to its end.
pub(crate) fn run(mut command: Command) -> Result<Ran> {
    let name = command.get_program().to_string_lossy().into_owned();
    let before = cpu_seconds_of_children()?;
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| format!("{name}: {error}"))?;
    let (output, complaints) = (read(child.stdout.take()), read(child.stderr.take()));
    let mut peak_memory = 0.0;
    let status = loop {
        peak_memory = f64::max(peak_memory, peak_of(child.id()).unwrap_or(0.0));
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK),
        }
    };
    let [output, complaints] = [output, complaints].map(|thread| thread.join().unwrap_or_default());
    if !status.success() {
        return Err(format!("{name} ended with {status}\n{output}{complaints}").into());
    }
    Ok(Ran { output, cpu: cpu_seconds_of_children()? - before, peak_memory })
}

/// Reads a pipe to its end beside everything else, so that nobody waits for room in it.
fn read(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        // What was read before a fault is read.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// Processor time of all children that have ended, as `/proc/self/stat` has it: fields 16 and 17 of proc(5).
fn cpu_seconds_of_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(')').ok_or("/proc/self/stat has no name")?;
    let ticks = after_name.split_ascii_whitespace().skip(13).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// `VmHWM` of proc(5).
fn peak_of(id: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
}
