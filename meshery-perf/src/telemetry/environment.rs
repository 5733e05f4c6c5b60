//! Where a measurement runs.

use std::fs;

use meshery_core::comparison::Environment;

use super::process::kibibytes;

/// This machine, as far as it tells; what it does not tell is empty.
pub fn environment() -> Environment {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    Environment {
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        kernel: read("/proc/sys/kernel/osrelease").trim().into(),
        processor: model.trim_start_matches([' ', '\t', ':']).trim().into(),
        cores: std::thread::available_parallelism().map_or(0, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: kibibytes(&read("/proc/meminfo"), "MemTotal:").unwrap_or(0),
    }
}
