//! Seconds under a name that ends in `_ms`.
//!
//! Meshery copies fortio's seconds into `latencies_ms`, so that documents are wrong by a factor of 1,000 and nothing in
//! them says so. These things speak for seconds:
//!
//! | evidence | why it is one |
//! |---|---|
//! | the dialect `readme-sample` | the code that wrote such files copies seconds |
//! | two of the five placeholders that Meshery's export puts for identifiers | so does the code that writes these |
//! | `min` and `max` are whole nanoseconds as seconds and not as milliseconds | both are single readings of a clock, and clocks count nanoseconds |
//! | no rate was asked for, or 10 % less was reached; and requests × `average` = connections × time within 10 %, as seconds | a load that goes as fast as it can keeps its connections busy; in milliseconds they would have been idle for 99.9 % of the time |
//!
//! and these against them, for each would be impossible:
//!
//! | evidence | why it is one |
//! |---|---|
//! | more requests at once than connections, as seconds | fortio and wrk2 have one request on a connection at a time |
//! | `max`, as seconds, is longer than the test by more than a tenth | no request outlasts the test |
//! | a time, as seconds, of more than a year | no test lasts as long |
//! | the label [`UNIT_LABEL`] | whoever wrote the document knew |
//!
//! What speaks for seconds converts unless something speaks against it; both together, or an average below a millisecond
//! with no word either way, leave the values as they are. Each of these is a [`Warning`](super::Warning); a conversion is
//! also marked with the label, so that it is not made twice. It takes in percentiles that the proto does not have, such as
//! `p75`, and nothing else that stands among the latencies.

use super::reader::Reader;
use super::warning::Noticed;
use super::{Client, Document, Latency, PerformanceTestResult};

/// The label of a result whose latencies are in milliseconds for sure; its value says why.
pub const UNIT_LABEL: &str = "meshery/latency.unit";

/// What Meshery's export puts where it has no value, by field.
const PLACEHOLDERS: [(&str, &str); 5] = [
    ("smp_version", "test_smp_version"),
    ("details_uri", "test_details"),
    ("test_id", "test_test_id"),
    ("mesh_config_id", "test_meshconfigID"),
    ("env_id", "test_envID"),
];
/// How far from a whole number of nanoseconds a whole one can be after its way through binary fractions. A nanosecond that
/// is read in the wrong unit is at least a thousandth away.
const GRAIN: f64 = 5e-4;
/// No test lasts so many seconds.
const YEAR: f64 = 366.0 * 24.0 * 3600.0;
/// Up to so many seconds, a binary fraction tells nanoseconds apart well enough for that.
const LONGEST: f64 = 1e3;

/// Converts the latencies of a document where they are seconds, and warns wherever that is not certain.
pub(super) fn repair(document: &mut Document, dialect: &str, reader: &mut Reader) {
    let client = document.performance_test_config.as_ref().and_then(|config| match config.clients.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    });
    let Some(result) = &mut document.performance_test_result else { return };
    placeholders(result, reader);
    let Some(latency) = result.latencies_ms.clone() else { return };
    let (pro, contra) =
        (seconds(result, &latency, client.as_ref(), dialect), millis(result, &latency, client.as_ref()));
    let found = format!("average {}", latency.average.map_or("unknown".into(), |average| average.to_string()));
    let mut warn = |code, assumed: String| reader.warn_at("latencies_ms", code, &found, assumed);
    match (pro.as_slice(), contra.as_slice()) {
        ([], []) if latency.average.or(latency.p50).is_some_and(|time| time < 1.0) => {
            warn(Noticed::UnitAmbiguous, "milliseconds: nothing says whether it is seconds".into());
        }
        ([], _) => {}
        (pro, []) => {
            warn(Noticed::UnitRepaired, format!("seconds, times 1000: {}", pro.join("; ")));
            result.latencies_ms = Some(times_1000(latency));
            result.labels.insert(UNIT_LABEL.into(), format!("ms, converted from s: {}", pro.join("; ")));
        }
        (pro, contra) => {
            let why = format!("milliseconds: {}; though {}", contra.join("; "), pro.join("; "));
            warn(Noticed::UnitAmbiguous, why);
        }
    }
}

fn field<'a>(result: &'a PerformanceTestResult, name: &str) -> Option<&'a str> {
    match name {
        "smp_version" => result.smp_version.as_deref(),
        "details_uri" => result.details_uri.as_deref(),
        "test_id" => result.test_id.as_deref(),
        "mesh_config_id" => result.mesh_config_id.as_deref(),
        _ => result.env_id.as_deref(),
    }
}

fn placeholders(result: &PerformanceTestResult, reader: &mut Reader) {
    for (name, _) in placeholders_in(result) {
        reader.warn_at(name, Noticed::Placeholder, field(result, name).unwrap_or_default(), "no value");
    }
}

fn placeholders_in(result: &PerformanceTestResult) -> Vec<(&'static str, &'static str)> {
    PLACEHOLDERS.into_iter().filter(|(name, placeholder)| field(result, name) == Some(placeholder)).collect()
}

/// What says that the times are seconds.
fn seconds(
    result: &PerformanceTestResult,
    latency: &Latency,
    client: Option<&Client>,
    dialect: &str,
) -> Vec<&'static str> {
    let told = |time: &f64| *time > 0.0 && *time <= LONGEST;
    let whole = |time: Option<f64>, unit: f64| time.filter(told).map(|time| is_whole(time * unit));
    let both = |unit| whole(latency.min, unit).zip(whole(latency.max, unit));
    let flat_out = result.actual_qps.is_some_and(|reached| reached < asked(client).unwrap_or(f64::MAX) * 0.9);
    let busy = at_once(result, latency, client).zip(connections(client)).filter(|_| flat_out);
    [
        (dialect == "readme-sample", "the dialect's writers copy seconds"),
        (placeholders_in(result).len() >= 2, "the export that leaves such placeholders copies seconds"),
        (
            both(1e6) == Some((false, false)) && both(1e9) == Some((true, true)),
            "only so are min and max whole nanoseconds",
        ),
        (
            busy.is_some_and(|(at_once, connections)| (0.9..=1.1).contains(&(at_once / connections))),
            "only so were the connections busy",
        ),
    ]
    .into_iter()
    .filter_map(|(says, why)| says.then_some(why))
    .collect()
}

/// What says that they are not.
fn millis(result: &PerformanceTestResult, latency: &Latency, client: Option<&Client>) -> Vec<&'static str> {
    let times = [latency.min, latency.average, latency.p50, latency.p90, latency.p99, latency.max];
    let crowded = at_once(result, latency, client).zip(connections(client));
    let lasted = result.start_time.zip(result.end_time).map(|(start, end)| end.0.saturating_sub(start.0) as f64 / 1e9);
    let longer = latency.max.zip(lasted).is_some_and(|(max, lasted)| lasted > 0.0 && max > lasted * 1.1);
    [
        (result.labels.contains_key(UNIT_LABEL), "the label of the unit says so"),
        (
            crowded.is_some_and(|(at_once, connections)| at_once > connections * 1.1),
            "as seconds, there were more requests at once than connections",
        ),
        (times.iter().flatten().any(|time| *time > YEAR), "as seconds, it is more than a year"),
        (longer, "as seconds, the slowest request outlasts the test"),
    ]
    .into_iter()
    .filter_map(|(says, why)| says.then_some(why))
    .collect()
}

/// Requests at once, were the times seconds (Little's law), of a load generator with one on a connection at a time.
fn at_once(result: &PerformanceTestResult, latency: &Latency, client: Option<&Client>) -> Option<f64> {
    let generator = client.and_then(|client| client.load_generator.as_deref()).unwrap_or("fortio");
    let single = ["fortio", "wrk2"].iter().any(|name| generator.eq_ignore_ascii_case(name));
    latency.average.zip(result.actual_qps).filter(|_| single).map(|(average, rate)| average * rate)
}

/// The rate that was asked for; of none, as fast as possible.
fn asked(client: Option<&Client>) -> Option<f64> {
    client?.rps.map(|rate| rate.0 as f64).filter(|rate| *rate > 0.0)
}

fn connections(client: Option<&Client>) -> Option<f64> {
    client?.connections.map(|connections| connections.0 as f64).filter(|connections| *connections > 0.0)
}

fn is_whole(nanos: f64) -> bool {
    (nanos - nanos.round()).abs() <= GRAIN
}

fn times_1000(latency: Latency) -> Latency {
    let Latency { min, average, p50, p90, p99, max, mut extra } = latency;
    let [min, average, p50, p90, p99, max] = [min, average, p50, p90, p99, max].map(|time| time.map(to_millis));
    for (_, value) in extra.iter_mut().filter(|(name, _)| is_percentile(name)) {
        if let Some(millis) = value.as_f64().map(to_millis).filter(|millis| millis.is_finite()) {
            *value = millis.into();
        }
    }
    Latency { min, average, p50, p90, p99, max, extra }
}

/// Whether a member that the proto does not have is a percentile all the same, such as `p75` or `p99.9`.
fn is_percentile(name: &str) -> bool {
    let digits = name.strip_prefix('p').unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || ".,_".contains(c))
}

/// Seconds in milliseconds, without the last digits that only binary fractions have.
pub(super) fn to_millis(seconds: f64) -> f64 {
    let (exact, short) = (seconds * 1e3, (seconds * 1e12).round() / 1e9);
    if (short - exact).abs() <= exact.abs() * 4.0 * f64::EPSILON { short } else { exact }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_known_by_their_names() {
        for (name, fine) in
            [("p75", true), ("p99.9", true), ("p99_9", true), ("p", false), ("pods", false), ("count", false)]
        {
            assert_eq!(is_percentile(name), fine, "{name}");
        }
    }

    #[test]
    fn clocks_have_a_grain() {
        assert!(is_whole(0.012_007_082 * 1e9) && !is_whole(0.012_007_082 * 1e6));
        assert!(is_whole(12.007_082 * 1e6) && is_whole(12.007_082 * 1e9));
    }
}
