//! How long the statistics and the history take, beside SciPy.
//!
//! ```text
//! cargo xtask bench speed [ROUNDS]
//! ```
//!
//! Medians over the rounds, in milliseconds; SciPy's in the same rounds, by a Python that has it: `MESHERY_BENCH_PYTHON`, or
//! the `python3` on the `PATH`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod release;
mod scipy;

use std::time::{Duration, Instant};

use meshery_core::Result;
use meshery_perf::history::History;
use meshery_perf::stats::estimate::hodges_lehmann::HodgesLehmann;
use meshery_perf::stats::test::Alternative;
use meshery_perf::stats::test::mann_whitney::MannWhitney;

/// Values of each sample.
const VALUES: usize = 100_000;
const RELEASES: u64 = 100;

fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(7);
    let (x, y) = (sample(1, 1.0), sample(2, 1.001));
    let mut times: [Vec<Duration>; 4] = Default::default();
    let path = std::env::temp_dir().join(format!("meshery-bench-{}.sqlite", std::process::id()));
    let last = fill(&path)?;
    for _ in 0..rounds {
        times[0].push(timed(|| MannWhitney::of(&x, &y).map(|test| test.p(Alternative::TwoSided)))?);
        times[1].push(timed(|| HodgesLehmann::of(&x, &y, 0.95))?);
        times[2].push(timed(|| History::open(&path)?.review(last))?);
        times[3].extend(scipy::mann_whitney());
    }
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let [whitney, lehmann, review, scipy] = times.map(median);
    let show = |time: Option<Duration>| time.map_or("–".into(), |time| format!("{:.1} ms", time.as_secs_f64() * 1e3));
    println!("over {rounds} rounds, medians");
    println!("Mann-Whitney, {VALUES} values a side: {} (SciPy {})", show(whitney), show(scipy));
    println!("Hodges-Lehmann with its interval, the same: {}", show(lehmann));
    println!("history of {RELEASES} releases of 10 runs, opened and one judged: {}", show(review));
    if scipy.is_none() {
        println!("SciPy is not there: pip install scipy numpy, and name that Python in MESHERY_BENCH_PYTHON");
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let begun = Instant::now();
    std::hint::black_box(work()?);
    Ok(begun.elapsed())
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// Latencies as they are: skewed, with ties at the resolution of a microsecond.
fn sample(seed: u64, level: f64) -> Vec<f64> {
    let mut state = seed;
    let mut unit = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..VALUES).map(|_| (level * 1000.0 / (1.0 - unit()).powf(0.3)).round()).collect()
}

/// A history of releases; the number of the last.
fn fill(path: &std::path::Path) -> Result<u64> {
    let mut history = History::open(path)?;
    let mut last = 0;
    for number in 0..RELEASES {
        last = history.add(&release::comparison(number), &format!("1.{number}"))?;
    }
    Ok(last)
}
