//! A table of figures for a spreadsheet: one figure a line, times in seconds. What is not known has an empty value; a
//! percentile of which only a range is known has two lines.

use meshery_core::Result;

use super::decimal::number;
use super::distribution::Distribution;
use super::outcome::{Asked, Outcome, Timed};
use super::{Format, instant};
use crate::comma;

pub(super) const FORMAT: Format = Format { name: "csv", file_name: "figures.csv", read: None, write: Some(write) };

const SECOND: f64 = 1e9;
const PERCENTILES: [f64; 7] = [50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99];

fn write(outcome: &Outcome) -> Result<String> {
    let mut table = Table("figure,of,part,value,unit\n".into());
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    table.line(["tool", "", "", &text(&outcome.tool), ""]);
    table.line(["version", "", "", &text(&outcome.version), ""]);
    table.line(["target", "", "", &text(&outcome.target), ""]);
    table.line(["start", "", "", &outcome.started_unix_ns.and_then(instant::format).unwrap_or_default(), ""]);
    table.line(["window", "", "", &shown(outcome.window.map(|window| number(window, SECOND))), "s"]);
    table.line(["asked", "", "", &asked(outcome.asked), "1/s"]);
    table.line(["achieved", "", "", &shown(outcome.achieved.map(meshery_core::Rate::get)), "1/s"]);
    for (name, value) in [
        ("connections", outcome.connections),
        ("threads", outcome.threads),
        ("requests", outcome.requests),
        ("failed", outcome.failed),
        ("not_sent", outcome.not_sent),
    ] {
        table.line([name, "", "", &shown(value), ""]);
    }
    table.line(["received", "", "", &shown(outcome.received), "B"]);
    for (fate, count) in outcome.fates.iter().flatten() {
        let name = serde_json::to_value(fate)?;
        table.line(["fate", name.as_str().unwrap_or_default(), "", &count.to_string(), ""]);
    }
    for (status, count) in outcome.statuses.iter().flatten() {
        table.line(["status", &status.to_string(), "", &count.to_string(), ""]);
    }
    for (fault, count) in outcome.faults.iter().flatten() {
        table.line(["fault", fault, "", &count.to_string(), ""]);
    }
    outcome.times.iter().for_each(|timed| table.times(timed));
    Ok(table.0)
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn asked(asked: Option<Asked>) -> String {
    match asked {
        Some(Asked::Rate(rate)) => rate.get().to_string(),
        Some(Asked::Closed) => "closed loop".into(),
        None => String::new(),
    }
}

struct Table(String);

impl Table {
    fn line(&mut self, cells: [&str; 5]) {
        self.0 += &comma::line(cells);
    }

    fn times(&mut self, Timed { timing, over, values }: &Timed) {
        let mut line = |part: &str, value: String, unit| self.line([timing.name(), over.name(), part, &value, unit]);
        line("count", shown(values.count), "");
        for (part, time) in [("min", values.min), ("mean", values.mean), ("deviation", values.deviation)] {
            line(part, shown(time.map(|time| number(time, SECOND))), "s");
        }
        for percent in PERCENTILES {
            for (part, value) in percentile(values, percent) {
                line(&part, value, "s");
            }
        }
        line("max", shown(values.max.map(|time| number(time, SECOND))), "s");
    }
}

fn percentile(values: &Distribution, percent: f64) -> Vec<(String, String)> {
    match values.bounds(percent / 100.0) {
        Some((above, to)) if above == to => vec![(format!("p{percent}"), number(to, SECOND).to_string())],
        Some((above, to)) => vec![
            (format!("p{percent} at least"), number(above, SECOND).to_string()),
            (format!("p{percent} at most"), number(to, SECOND).to_string()),
        ],
        None => vec![(format!("p{percent}"), String::new())],
    }
}
