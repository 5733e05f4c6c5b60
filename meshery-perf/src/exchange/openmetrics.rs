//! OpenMetrics text, which Prometheus also reads: gauges, since a finished run counts no further, and a histogram or a
//! summary for each kind of time.

use std::fmt::Write as _;
use std::time::Duration;

use meshery_core::Result;

use super::Format;
use super::decimal::number;
use super::distribution::{Distribution, Shape};
use super::outcome::{Asked, Outcome, Timing};

pub(super) const FORMAT: Format =
    Format { name: "openmetrics", file_name: "metrics.txt", read: None, write: Some(write) };

const SECOND: f64 = 1e9;
/// Bounds within a factor of ten, the same for every run so that runs can be added up.
const BOUNDS: [f64; 6] = [1.0, 1.5, 2.0, 3.0, 5.0, 7.0];

fn write(outcome: &Outcome) -> Result<String> {
    let mut page = Page::default();
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".into());
    let about =
        [("tool", known(&outcome.tool)), ("version", known(&outcome.version)), ("target", known(&outcome.target))];
    page.family("run", "What was measured, and by which tool.", [(labels(&about), 1.0)]);
    let plain = |value: Option<f64>| value.map(|value| (String::new(), value));
    page.family(
        "start_timestamp_seconds",
        "When the measured part began.",
        plain(outcome.started_unix_ns.map(|ns| ns as f64 / SECOND)),
    );
    page.family(
        "window_seconds",
        "How long the measured part took.",
        plain(outcome.window.map(|window| number(window, SECOND))),
    );
    let rate = outcome.asked.and_then(|asked| if let Asked::Rate(rate) = asked { Some(rate.get()) } else { None });
    page.family("asked_requests_per_second", "The rate asked for.", plain(rate));
    page.family(
        "achieved_requests_per_second",
        "The rate reached.",
        plain(outcome.achieved.map(meshery_core::Rate::get)),
    );
    for (name, help, value) in [
        ("connections", "Connections.", outcome.connections),
        ("threads", "Load threads.", outcome.threads),
        ("requests", "Requests that ended, well or not.", outcome.requests),
        ("failed_requests", "Requests that did not end well.", outcome.failed),
        ("unsent_requests", "Requests that were due and never sent.", outcome.not_sent),
        ("received_bytes", "Bytes received.", outcome.received),
    ] {
        page.family(name, help, plain(value.map(|value| value as f64)));
    }
    let mut fates = Vec::new();
    for (fate, count) in outcome.fates.iter().flatten() {
        let name = serde_json::to_value(fate)?;
        fates.push((labels(&[("fate", name.as_str().unwrap_or_default().into())]), *count as f64));
    }
    page.family("fates", "Requests by how they ended.", fates);
    let statuses = outcome.statuses.iter().flatten();
    let statuses = statuses.map(|(status, count)| (labels(&[("status", status.to_string())]), *count as f64));
    page.family("answers", "Answers by status code.", statuses);
    let faults = outcome.faults.iter().flatten();
    let faults = faults.map(|(fault, count)| (labels(&[("fault", fault.clone())]), *count as f64));
    page.family("faults", "Faults by the tool's name for them.", faults);
    page.times(outcome);
    Ok(page.0 + "# EOF\n")
}

fn labels(pairs: &[(&str, String)]) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# TYPE meshery_load_{name} {kind}");
        if name.ends_with("_seconds") {
            let _ = writeln!(self.0, "# UNIT meshery_load_{name} seconds");
        } else if name.ends_with("_bytes") {
            let _ = writeln!(self.0, "# UNIT meshery_load_{name} bytes");
        }
        let _ = writeln!(self.0, "# HELP meshery_load_{name} {help}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: f64) {
        let _ = writeln!(self.0, "meshery_load_{name}{labels} {value}");
    }

    /// A family of gauges; nothing at all where nothing is known.
    fn family(&mut self, name: &str, help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_some() {
            self.head(name, "gauge", help);
            samples.for_each(|(labels, value)| self.sample(name, &labels, value));
        }
    }

    /// A family for each kind of time and shape, as samples of a family stand together.
    fn times(&mut self, outcome: &Outcome) {
        let mut done: Vec<String> = Vec::new();
        for first in &outcome.times {
            let Some((name, kind)) = family(first.timing, &first.values) else { continue };
            if done.contains(&name) {
                continue;
            }
            self.head(&name, kind, "Times in seconds, by which requests they are of.");
            for timed in &outcome.times {
                if family(timed.timing, &timed.values).is_some_and(|(other, _)| other == name) {
                    self.distribution(&name, timed.over.name(), &timed.values);
                }
            }
            done.push(name);
        }
    }

    fn distribution(&mut self, name: &str, over: &str, values: &Distribution) {
        let of = |extra: Option<(&str, String)>| {
            let pairs: Vec<_> = [("over", over.to_owned())].into_iter().chain(extra).collect();
            labels(&pairs)
        };
        for (bound, count) in cumulative(values) {
            self.sample(&format!("{name}_bucket"), &of(Some(("le", bound.to_string()))), count as f64);
        }
        if let (Shape::Exact(_) | Shape::Buckets(_), Some(count)) = (&values.shape, values.count) {
            self.sample(&format!("{name}_bucket"), &of(Some(("le", "+Inf".into()))), count as f64);
        }
        if let Shape::Percentiles(named) = &values.shape {
            for percentile in named {
                let quantile = of(Some(("quantile", percentile.quantile.to_string())));
                self.sample(name, &quantile, number(percentile.value, SECOND));
            }
        }
        if let (Some(count), Some(mean)) = (values.count, values.mean) {
            self.sample(&format!("{name}_sum"), &of(None), number(mean, SECOND) * count as f64);
            self.sample(&format!("{name}_count"), &of(None), count as f64);
        }
    }
}

fn family(timing: Timing, values: &Distribution) -> Option<(String, &'static str)> {
    match &values.shape {
        Shape::Exact(_) | Shape::Buckets(_) => Some((format!("{}_seconds", timing.name()), "histogram")),
        Shape::Percentiles(_) => Some((format!("{}_percentiles_seconds", timing.name()), "summary")),
        Shape::Unknown => None,
    }
}

/// How many values are at most each bound, in seconds.
fn cumulative(values: &Distribution) -> Vec<(f64, u64)> {
    match &values.shape {
        Shape::Exact(latencies) => {
            let bounds = (-6..2).flat_map(|power| BOUNDS.map(|bound| bound * 10f64.powi(power)));
            // Such products end in a row of nines; nine digits do not.
            let rounded = bounds.map(|bound| (bound * SECOND).round() / SECOND);
            rounded.map(|bound| (bound, latencies.count_at_most(Duration::from_secs_f64(bound)))).collect()
        }
        Shape::Buckets(buckets) => {
            let mut seen = 0;
            let so_far = |bucket: &super::Bucket| {
                seen = u64::saturating_add(seen, bucket.count);
                (number(bucket.to, SECOND), seen)
            };
            buckets.iter().map(so_far).collect()
        }
        Shape::Percentiles(_) | Shape::Unknown => Vec::new(),
    }
}
