//! SciPy, timed by itself so that its start does not count.

use std::process::Command;
use std::time::Duration;

const PROGRAM: &str = "
import numpy, scipy.stats, time
rng = numpy.random.default_rng(1)
x, y = (numpy.round(level * 1000 / (1 - rng.random(100_000)) ** 0.3) for level in (1, 1.001))
begun = time.perf_counter()
scipy.stats.mannwhitneyu(x, y, method='asymptotic')
print(time.perf_counter() - begun)
";

/// The time of its Mann-Whitney test; nothing where there is no SciPy.
pub(crate) fn mann_whitney() -> Option<Duration> {
    let python = std::env::var_os("MESHERY_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(python).args(["-c", PROGRAM]).output().ok().filter(|output| output.status.success())?;
    let seconds: f64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_secs_f64(seconds))
}
