//! `effects.csv`: every effect on a line, for a spreadsheet or a data frame. What is not known is empty.

use meshery_core::Result;
use meshery_core::comparison::{Effect, Interval};
use serde_json::Value;

use super::{Format, Subject};
use crate::comma;

const COLUMNS: [&str; 23] = [
    "cell",
    "arm",
    "baseline",
    "metric",
    "unit",
    "scale",
    "runs",
    "baseline_value",
    "arm_value",
    "difference",
    "ci95_low",
    "ci95_high",
    "ci90_low",
    "ci90_high",
    "p",
    "p_adjusted",
    "family",
    "margin",
    "detectable",
    "runs_needed",
    "verdict",
    "method",
    "reasons",
];

/// Every effect on a line.
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn file_name(&self) -> &'static str {
        "effects.csv"
    }

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let mut table = comma::line(COLUMNS);
        for (title, comparison) in subject.cells() {
            for effect in &comparison.effects {
                table += &line(&title, effect)?;
            }
        }
        Ok(table)
    }
}

fn line(cell: &str, effect: &Effect) -> Result<String> {
    let number = |value: Option<f64>| value.filter(|value| value.is_finite()).map(|value| value.to_string());
    let low = |interval: Option<Interval>| number(interval.map(|interval| interval.low));
    let high = |interval: Option<Interval>| number(interval.map(|interval| interval.high));
    let reasons: Vec<&str> = effect.reasons.iter().map(|reason| reason.message.as_str()).collect();
    let cells = [
        Some(cell.to_owned()),
        Some(effect.arm.clone()),
        Some(effect.baseline.clone()),
        Some(effect.metric.clone()),
        Some(word(serde_json::to_value(effect.unit)?)),
        Some(word(serde_json::to_value(effect.scale)?)),
        Some(effect.runs.to_string()),
        number(effect.baseline_value),
        number(effect.arm_value),
        number(effect.difference),
        low(effect.ci95),
        high(effect.ci95),
        low(effect.ci90),
        high(effect.ci90),
        number(effect.p),
        number(effect.p_adjusted),
        Some(effect.family.to_string()),
        number(Some(effect.margin)),
        number(effect.detectable),
        effect.runs_needed.map(|runs| runs.to_string()),
        Some(effect.verdict.to_string()),
        Some(effect.method.clone()),
        Some(reasons.join("; ")),
    ];
    Ok(comma::line(cells.iter().map(|cell| cell.as_deref().unwrap_or_default())))
}

/// The name of a unit, as results write it.
fn word(value: Value) -> String {
    if let Value::String(word) = value { word } else { value.to_string() }
}
