//! Testing the tester: servers that misbehave by a script, whose true response times are known without measuring.
//!
//! A generator that begins its clock when it sends does not see a server that stands still: it stands still with it. So
//! the truth has to come from elsewhere. Here it is computed: the script says when a request that begins at a time is
//! answered, connections carry one request at a time, and a queue does the rest ([`truth`]).

mod script;
mod server;

use std::time::Duration;

use meshery_core::{Context, LoadSpec, LoadTest, Measurement, Pace, Rate, Result, Stop};

pub use script::Script;
pub use server::Server;

use crate::Engine;
use crate::pace;

/// The percentiles that are compared.
const ASKED: [f64; 5] = [50.0, 75.0, 95.0, 99.0, 99.9];

/// What a script's truth is, and what was reported of it.
///
/// ```
/// use meshery_perf::selftest::Row;
/// use std::time::Duration;
///
/// let row = Row { percentile: 99.0, truth: Duration::from_millis(900), reported: Duration::from_millis(909) };
/// assert!((row.error() - 0.01).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Which percentile of the response time.
    pub percentile: f64,
    /// What it is.
    pub truth: Duration,
    /// What the engine said.
    pub reported: Duration,
}

impl Row {
    /// By which part of the truth the report is off; above 0 when it says too much.
    pub fn error(&self) -> f64 {
        self.reported.as_secs_f64() / self.truth.as_secs_f64() - 1.0
    }
}

/// The load that a script is tested with: 2,000 requests a second, on more connections than the script can hold
/// up at once.
///
/// # Errors
/// None in practice: the rate is valid.
pub fn load(script: Script, url: impl Into<String>) -> Result<LoadSpec> {
    Ok(LoadSpec {
        pace: Pace::Constant(Rate::per_second(2000.0)?),
        stop: Stop::Duration(script.lasts()),
        warm_up: Duration::ZERO,
        connections: 200,
        seed: Some(1),
        ..LoadSpec::new(url)
    })
}

/// Runs a script against the native engine.
///
/// # Errors
/// Those of [`Engine::run`](LoadTest::run), and of a server that cannot be started.
pub async fn run(script: Script, context: &Context) -> Result<(Vec<Row>, Measurement)> {
    let server = Server::start(script)?;
    let spec = load(script, server.url())?;
    let measurement = Engine::new().run(&spec, context).await?;
    let truth = truth(script, &spec);
    let row = |percentile: f64| {
        let reported = measurement.measured.response.quantile(percentile / 100.0).unwrap_or_default();
        Row { percentile, truth: quantile(&truth, percentile / 100.0), reported }
    };
    Ok((ASKED.into_iter().map(row).collect(), measurement))
}

/// The true response time of every request of an open load, sorted: a queue in front of as many servers as there are
/// connections, first come first served.
pub fn truth(script: Script, spec: &LoadSpec) -> Vec<Duration> {
    let mut free = std::collections::BinaryHeap::from(vec![std::cmp::Reverse(0); spec.connections as usize]);
    let mut times = Vec::new();
    for (number, at) in pace::window(spec).enumerate() {
        let Some(std::cmp::Reverse(from)) = free.pop() else { break };
        let answered = script.answered(at.max(from), number as u64);
        free.push(std::cmp::Reverse(answered));
        times.push(Duration::from_nanos(answered - at));
    }
    times.sort_unstable();
    times
}

fn quantile(sorted: &[Duration], q: f64) -> Duration {
    let rank = (sorted.len() as f64 * q).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentiles(script: Script) -> Vec<u64> {
        let truth = truth(script, &load(script, "http://a/").unwrap());
        assert_eq!(truth.len() as u64, 2000 * script.lasts().as_secs());
        ASKED.map(|percentile| quantile(&truth, percentile / 100.0).as_millis() as u64).to_vec()
    }

    #[test]
    fn the_truths_are_those_that_can_be_worked_out_by_hand() {
        // A tenth of all requests waits for the rest of a second; the 200 connections then work the others off.
        let freeze = percentiles(Script::Freeze);
        assert_eq!(freeze[0], 20);
        assert!((880..=1100).contains(&freeze[3]), "{freeze:?}");
        // Nine in ten take 20 ms, one takes 200 ms.
        assert_eq!(percentiles(Script::Bimodal), [20, 20, 200, 200, 200]);
        // From 100 ms to 20 ms in 0.8 s, then 20 ms: two fifths of all are above 20 ms, evenly up to 100 ms.
        let slow = percentiles(Script::SlowStart);
        assert_eq!(slow[0], 20);
        assert!(slow[1].abs_diff(50) <= 1 && slow[3].abs_diff(98) <= 1, "{slow:?}");
    }
}
