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

/// Reads the usage of a live process. Processor time is the sum over its threads' `schedstat`, which counts nanoseconds;
/// `stat` counts ticks of 10 ms, too coarse for a window of seconds.
pub(super) fn usage(pid: u32) -> Result<Usage> {
    let mut cpu = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| gone(pid, &error))? {
        // A thread may end between the listing and the reading; its time is then no longer told by thread.
        let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        cpu += text.split_whitespace().next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or(0);
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| gone(pid, &error))?;
    let field = |name| kibibytes(&status, name).ok_or_else(|| unreadable(pid, name));
    Ok(Usage { cpu: Duration::from_nanos(cpu), memory_bytes: field("VmRSS:")?, peak_memory_bytes: field("VmHWM:")? })
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
    fn a_process_that_is_gone_is_said_so() {
        assert_eq!(usage(u32::MAX).unwrap_err().kind(), ErrorKind::ProcessDied);
    }
}
