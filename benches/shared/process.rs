//! Running a program, and what the kernel says of it.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Result;

/// What a program left behind.
#[derive(Debug)]
pub struct Ran {
    /// What it printed.
    pub output: String,
    /// What it said beside that.
    pub remarks: String,
    /// From its start to its end.
    pub took: Duration,
    /// Processor time, user and system, in seconds.
    pub cpu: f64,
    /// The most memory that it held at once, in bytes.
    pub peak_memory: f64,
}

/// How often the peak of memory is read; the kernel keeps it, so that only the last moment can be missed.
const LOOK: Duration = Duration::from_millis(10);

/// Runs a program to its end.
///
/// # Errors
/// What keeps it from running, and what it says when it fails.
pub fn run(mut command: Command) -> Result<Ran> {
    let name = command.get_program().to_string_lossy().into_owned();
    let before = cpu_seconds_of_children()?;
    let begun = Instant::now();
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| format!("{name}: {error}"))?;
    let (output, remarks) = (read(child.stdout.take()), read(child.stderr.take()));
    let (over, watcher) = watch(child.id());
    // Waited for in the kernel, so that its end is seen at once.
    let status = child.wait()?;
    let took = begun.elapsed();
    drop(over);
    let peak_memory = watcher.join().unwrap_or_default();
    let [output, remarks] = [output, remarks].map(|thread| thread.join().unwrap_or_default());
    if !status.success() {
        return Err(format!("{name} ended with {status}\n{output}{remarks}").into());
    }
    Ok(Ran { output, remarks, took, cpu: cpu_seconds_of_children()? - before, peak_memory })
}

/// Reads the peak of a process's memory again and again, until the sender is dropped.
fn watch(id: u32) -> (mpsc::Sender<()>, JoinHandle<f64>) {
    let (over, is_over) = mpsc::channel();
    let watcher = thread::spawn(move || {
        let mut peak = 0.0;
        loop {
            peak = f64::max(peak, peak_of(id).unwrap_or(0.0));
            if is_over.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                return peak;
            }
        }
    });
    (over, watcher)
}

/// Reads a pipe to its end beside everything else, so that nobody waits for room in it.
fn read(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        // What was read before a fault is read.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// Processor time of all children that have ended: fields 16 and 17 of `/proc/self/stat` in proc(5).
fn cpu_seconds_of_children() -> Result<f64> {
    cpu_seconds("/proc/self/stat", 13)
}

/// Processor time that a process has had until now, user and system, in seconds.
///
/// # Errors
/// When there is no such process.
pub fn cpu_seconds_of(id: u32) -> Result<f64> {
    cpu_seconds(&format!("/proc/{id}/stat"), 11)
}

/// Two fields of a `stat` of proc(5), of which the first one comes so many after the name.
fn cpu_seconds(path: &str, place: usize) -> Result<f64> {
    let stat = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let (_, after_name) = stat.rsplit_once(')').ok_or_else(|| format!("{path} has no name"))?;
    let ticks = after_name.split_ascii_whitespace().skip(place).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// `VmHWM` of proc(5).
fn peak_of(id: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
}
