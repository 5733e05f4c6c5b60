//! `summary.md`: the result for a pull request or the summary page of a CI run: sentences, then a table, the worst first.
//! Such places take a limited size, so what does not fit is counted rather than shown.

use std::cmp::Reverse;

use meshery_core::comparison::Effect;
use meshery_core::{Result, Verdict};

use super::headline;
use super::text;
use super::view::{Metric, View, amount};
use super::{Format, Subject};

/// GitHub takes 1 MiB a step and 65,536 characters a comment.
const LIMIT: usize = 60_000;

const HEAD: &str =
    "| | cell | arm | metric | baseline | arm | difference | 95 % interval |\n|---|---|---|---|---:|---:|---:|---:|\n";

/// A summary for CI.
pub(super) struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn file_name(&self) -> &'static str {
        "summary.md"
    }

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let cells = subject.cells();
        let mut page = String::new();
        for (title, comparison) in &cells {
            let view = View(comparison);
            let prefix = if title.is_empty() { String::new() } else { format!("{}: ", escaped(title)) };
            for arm in view.meshes() {
                add(&mut page, &format!("- {prefix}{}\n", escaped(&headline::of_arm(view, &arm.name).to_string())));
            }
            add(&mut page, &format!("- {prefix}{}\n", escaped(&headline::of_control(view).to_string())));
        }
        add(&mut page, &format!("\n{HEAD}"));
        let mut rows: Vec<(&str, &Effect)> = cells
            .iter()
            .flat_map(|(title, found)| found.effects.iter().map(move |effect| (title.as_str(), effect)))
            .collect();
        rows.sort_by_key(|(_, effect)| Reverse(weight(effect)));
        let lines: Vec<String> = rows.iter().map(|(title, effect)| row(title, effect)).collect();
        let shown = lines.iter().take_while(|line| add(&mut page, line)).count();
        if shown < lines.len() {
            let rest = format!("\n{} more, none of them worse, do not fit here.\n", lines.len() - shown);
            page.push_str(&rest);
        }
        Ok(page)
    }
}

/// Adds a piece if there is room for it.
fn add(page: &mut String, piece: &str) -> bool {
    let fits = page.len() + piece.len() <= LIMIT;
    if fits {
        page.push_str(piece);
    }
    fits
}

/// The bad news first, within it the whole before its parts. Changes of different metrics have no order.
fn weight(effect: &Effect) -> (u8, bool) {
    let verdict = match effect.verdict {
        Verdict::Regressed => 4,
        Verdict::Invalid => 3,
        Verdict::Inconclusive => 2,
        Verdict::Improved => 1,
        Verdict::Equivalent => 0,
    };
    (verdict, Metric::of(&effect.metric).process.is_none())
}

fn row(title: &str, effect: &Effect) -> String {
    let metric = Metric::of(&effect.metric);
    let name = metric.process.map_or_else(|| metric.title(), |process| format!("{}, {process}", metric.title()));
    let size = amount(effect).map(|size| text::amount(effect.unit, size));
    let cells = [
        format!("{} {}", sign(effect.verdict), effect.verdict),
        title.to_owned(),
        effect.arm.clone(),
        name,
        text::value(effect.unit, effect.baseline_value),
        text::value(effect.unit, effect.arm_value),
        size.map_or(text::NONE.into(), |_| text::change(effect, effect.difference)),
        text::changes(effect, effect.ci95),
    ];
    format!("| {} |\n", cells.map(|cell| escaped(&cell)).join(" | "))
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "🔴",
        Verdict::Invalid => "⛔",
        Verdict::Inconclusive => "⚪",
        Verdict::Improved => "🟢",
        Verdict::Equivalent => "🟰",
    }
}

/// Text in which nothing is markup, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped
}
