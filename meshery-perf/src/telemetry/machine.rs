//! What the kernel and the hypervisor take from a load generator, from /proc.

use std::fs;
use std::time::Duration;

/// How often the kernel has taken the processor away from the calling thread; `None` where it does not say.
pub(crate) fn involuntary_switches() -> Option<u64> {
    let status = fs::read_to_string("/proc/thread-self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

/// How much time a hypervisor has taken from this machine's processors; `None` where the kernel does not say.
pub(crate) fn steal() -> Option<Duration> {
    parse_steal(&fs::read_to_string("/proc/stat").ok()?, rustix::param::clock_ticks_per_second())
}

/// The eighth number of the first line, in clock ticks (proc_stat(5)).
fn parse_steal(stat: &str, ticks_per_second: u64) -> Option<Duration> {
    let ticks: u64 = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().nth(7)?.parse().ok()?;
    Some(Duration::from_secs_f64(ticks as f64 / ticks_per_second.max(1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stolen_time_is_the_eighth_number() {
        let stat = "cpu  85 0 46 2381 11 0 3 250 0 0\ncpu0 40 0 23 1190 5 0 1 125 0 0\n";
        assert_eq!(parse_steal(stat, 100), Some(Duration::from_millis(2500)));
        assert_eq!(parse_steal("intr 1 2\n", 100), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_kernel_tells_both() {
        assert!(involuntary_switches().is_some() && steal().is_some());
    }
}
