//! A tool as a process: told a load, listened to, ended when nobody wants it any more.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use meshery_core::{Cancel, Error, ErrorKind, Result};

use super::Invocation;
use crate::exchange;

/// How often a running tool is looked at.
const TICK: Duration = Duration::from_millis(10);
/// How long a tool that is asked to stop may take to print what it has.
const GRACE: Duration = Duration::from_secs(3);
/// How much of its complaints is kept.
const COMPLAINTS: usize = 64 * 1024;

/// Who can end a run early, and when it has taken too long.
pub(super) struct Watch<'a> {
    /// The caller, who still wants what there is.
    pub(super) cancel: &'a Cancel,
    /// Nobody waits any more.
    pub(super) forgotten: &'a Cancel,
    /// After this the tool is stuck; `None` where its end cannot be told beforehand.
    pub(super) at_most: Option<Duration>,
}

/// What a tool left behind.
pub(super) struct Finished {
    pub(super) printed: String,
    pub(super) complaints: String,
    pub(super) status: ExitStatus,
    /// Processor time, where the kernel tells.
    pub(super) cpu: Option<Duration>,
    /// The caller asked it to stop.
    pub(super) cancelled: bool,
}

/// Runs a tool to its end; blocks.
///
/// # Errors
/// `ProgramMissing` when it does not start, `Cancelled`, `Timeout`, and `LimitExceeded` when it prints too much.
pub(super) fn run(path: &Path, told: &Invocation, watch: &Watch<'_>) -> Result<Finished> {
    let mut child = start(path, told)?;
    let input = told.input.clone();
    let writer = child.child.stdin.take().map(|mut pipe| {
        // A tool that does not read to the end has its reasons, and says them.
        thread::spawn(move || drop(pipe.write_all(input.as_bytes())))
    });
    let printed = child.child.stdout.take().map(|pipe| listen(pipe, exchange::LARGEST));
    let complaints = child.child.stderr.take().map(|pipe| listen(pipe, COMPLAINTS));
    let cancelled = child.wait_for_end(watch)?;
    let cpu = child.cpu();
    let status = child.end()?;
    let text = |listener: Option<JoinHandle<Vec<u8>>>| {
        let bytes = listener.and_then(|thread| thread.join().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (printed, complaints) = (text(printed), text(complaints));
    drop(writer.map(JoinHandle::join));
    if printed.len() > exchange::LARGEST {
        let error = Error::new(ErrorKind::LimitExceeded, "the tool printed more than is read");
        return Err(error.expected(format!("at most {} bytes", exchange::LARGEST)).found("more"));
    }
    Ok(Finished { printed, complaints, status, cpu, cancelled })
}

fn start(path: &Path, told: &Invocation) -> Result<Tethered> {
    let mut command = Command::new(path);
    command.args(&told.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Settings of the user would change the load without a word of it in the specification.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| ["K6_", "FORTIO_", "OHA_", "TOKIO_"].iter().any(|own| name.starts_with(own)))
        {
            command.env_remove(name);
        }
    }
    command.envs(told.environment.iter().map(|(name, value)| (name, value)));
    // A group of its own, so that a script around the program ends together with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map(|child| Tethered { child, reaped: false }).map_err(|error| {
        let refused = Error::new(ErrorKind::ProgramMissing, "the tool does not start").at(path.display().to_string());
        refused.found(error.to_string()).because(error)
    })
}

/// Keeps the first bytes of a pipe, one more than `limit` at most, and reads the rest away so that nobody blocks.
fn listen(mut pipe: impl Read + Send + 'static, limit: usize) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = pipe.by_ref().take(limit as u64 + 1).read_to_end(&mut kept);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        kept
    })
}

/// A process that is killed and reaped when this is dropped, with all that it has started itself.
struct Tethered {
    child: Child,
    /// From then on its number may stand for anybody.
    reaped: bool,
}

impl Tethered {
    /// Waits until it has ended or is to be killed; whether the caller stopped it.
    fn wait_for_end(&mut self, watch: &Watch<'_>) -> Result<bool> {
        let started = Instant::now();
        let mut asked: Option<Instant> = None;
        while !self.has_ended()? {
            if watch.forgotten.is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "nobody waits for the load any more"));
            }
            if watch.cancel.is_cancelled() && asked.is_none() {
                asked = Some(Instant::now());
                self.ask_to_stop();
            }
            if asked.is_some_and(|asked| asked.elapsed() > GRACE) {
                return Err(Error::new(ErrorKind::Cancelled, "stopped by the caller"));
            }
            if watch.at_most.is_some_and(|at_most| started.elapsed() > at_most) {
                let error = Error::new(ErrorKind::Timeout, "the tool did not end when it should have");
                return Err(error.expected(format!("after at most {:?}", watch.at_most.unwrap_or_default())));
            }
            thread::sleep(TICK);
        }
        Ok(asked.is_some())
    }

    /// Kills what is left of its group and reaps it.
    fn end(&mut self) -> Result<ExitStatus> {
        self.kill();
        let status = self.child.wait()?;
        self.reaped = true;
        Ok(status)
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

#[cfg(unix)]
impl Tethered {
    /// Whether it has ended. It is not reaped yet, so that its number still stands for its group.
    fn has_ended(&mut self) -> Result<bool> {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(Pid::from_child(&self.child)), look).map_err(std::io::Error::from)?.is_some())
    }

    /// The signal of Ctrl-C, on which all of these tools print what they have.
    fn ask_to_stop(&mut self) {
        self.signal(rustix::process::Signal::INT);
    }

    fn kill(&mut self) {
        if !self.reaped {
            self.signal(rustix::process::Signal::KILL);
        }
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, signal);
    }

    /// Processor time of the ended, not yet reaped process: fields 14 and 15 of `stat`, counted after the name in
    /// parentheses, in ticks of mostly 10 ms.
    fn cpu(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
    }
}

#[cfg(not(unix))]
impl Tethered {
    fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    fn ask_to_stop(&mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
    }

    fn cpu(&self) -> Option<Duration> {
        None
    }
}
