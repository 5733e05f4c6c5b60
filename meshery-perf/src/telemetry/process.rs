//! Processor time and memory of one process, from /proc.

use std::fs;
use std::time::Duration;

use meshery_core::{Error, ErrorKind, Result};

/// What a process has used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) cpu: Duration,
    pub(super) memory_bytes: u64,
    pub(super) peak_memory_bytes: u64,
}

/// Reads the usage of a live process. Processor time is that of the process's own clock, in nanoseconds: a sum over its
/// threads would shrink when one of them ends, and `stat` counts ticks of 10 ms, too coarse for a window of seconds.
pub(super) fn usage(pid: u32) -> Result<Usage> {
    let cpu = own_clock(pid).map_err(|error| gone(pid, &error))?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| gone(pid, &error))?;
    let field = |name| kibibytes(&status, name).ok_or_else(|| unreadable(pid, name));
    Ok(Usage { cpu, memory_bytes: field("VmRSS:")?, peak_memory_bytes: field("VmHWM:")? })
}

/// What the clock says that runs only while the process does.
#[cfg(target_os = "linux")]
fn own_clock(pid: u32) -> std::io::Result<Duration> {
    use nix::time::{clock_getcpuclockid, clock_gettime};

    let clock = clock_getcpuclockid(nix::unistd::Pid::from_raw(pid.cast_signed()))?;
    Ok(clock_gettime(clock)?.into())
}

#[cfg(not(target_os = "linux"))]
fn own_clock(_pid: u32) -> std::io::Result<Duration> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// A line such as `VmRSS:     5432 kB`, in bytes.
pub(super) fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn gone(pid: u32, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::ProcessDied, "the process cannot be observed")
        .at(format!("/proc/{pid}"))
        .found(error.to_string())
}

fn unreadable(pid: u32, name: &str) -> Error {
    Error::new(ErrorKind::Unsupported, "the kernel does not tell").at(format!("/proc/{pid}/status")).expected(name)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn our_own_work_shows() {
        let before = usage(std::process::id()).unwrap();
        let block = std::hint::black_box(vec![1u8; 8 << 20]);
        let sum = (0..20_000_000u64).fold(0u64, |sum, n| std::hint::black_box(sum ^ n));
        let after = usage(std::process::id()).unwrap();
        assert!(after.cpu > before.cpu, "{sum} {}", block.len());
        assert!(after.peak_memory_bytes >= after.memory_bytes && after.memory_bytes > 8 << 20);
    }

    #[test]
    fn the_time_of_a_thread_stays_when_the_thread_has_gone() {
        let work = || (0..5_000_000u64).fold(0u64, |sum, n| std::hint::black_box(sum ^ n));
        let mut before = usage(std::process::id()).unwrap().cpu;
        for _ in 0..20 {
            std::thread::spawn(work).join().unwrap();
            let after = usage(std::process::id()).unwrap().cpu;
            assert!(after > before, "{before:?} {after:?}");
            before = after;
        }
    }

    #[test]
    fn a_process_that_is_gone_is_said_so() {
        assert_eq!(usage(u32::MAX).unwrap_err().kind(), ErrorKind::ProcessDied);
    }
}
