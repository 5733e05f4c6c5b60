//! The result for a terminal: sentences, and a table of every effect. Plain text, so that it can be piped and pasted.

use comfy_table::{CellAlignment, Table as Grid, presets};
use meshery_core::comparison::End;
use meshery_core::{ArmSpec, Comparison, Effect, Result};

use super::headline;
use super::text;
use super::view::{Metric, View};
use super::{Format, Subject};

const HEADINGS: [&str; 7] = ["", "baseline", "arm", "difference", "95 % interval", "p adjusted", "verdict"];

/// The result for a terminal.
pub(super) struct Table;

impl Format for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn file_name(&self) -> &'static str {
        "table.txt"
    }

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let Subject::Campaign(campaign) = subject else {
            return Ok(subject.cells().into_iter().map(|(_, comparison)| whole(comparison)).collect());
        };
        let cells = subject.cells().into_iter();
        let cells = cells.map(|(title, comparison)| format!("== {title} ==\n\n{}", whole(comparison)));
        Ok([super::campaign::facts(campaign) + "\n"].into_iter().chain(cells).collect::<Vec<_>>().join("\n"))
    }
}

fn whole(comparison: &Comparison) -> String {
    let view = View(comparison);
    let parts = [opening(view), grid(view).to_string(), remarks(view)];
    let parts = parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty());
    let lines = parts.collect::<Vec<_>>().join("\n\n");
    // The grid pads its last column.
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

/// The sentences, and what it takes to make the comparison again.
fn opening(view: View<'_>) -> String {
    let (made, planned) = view.runs();
    let facts = format!(
        "{made} of {planned} runs in {} blocks of a random order, seed {}, {}",
        view.0.spec.rounds,
        view.0.seed,
        text::time(view.0.took),
    );
    let meshes = view.meshes().map(|arm| headline::of_arm(view, &arm.name).to_string());
    let stopped = match &view.0.end {
        End::Stopped { error } => Some(format!("Stopped early: {}.", text::error(error))),
        End::OutOfTime => Some("The budget of time was spent.".into()),
        _ => None,
    };
    meshes.chain([headline::of_control(view).to_string()]).chain(stopped).chain([facts]).collect::<Vec<_>>().join("\n")
}

fn grid(view: View<'_>) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    for (index, arm) in view.challengers().enumerate() {
        if index > 0 {
            grid.add_row([""]);
        }
        grid.add_row(heading(view, arm));
        view.effects(&arm.name).for_each(|effect| {
            grid.add_row(row(effect));
        });
    }
    for column in grid.column_iter_mut().take(HEADINGS.len() - 1).skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    grid
}

fn heading(view: View<'_>, arm: &ArmSpec) -> [String; 7] {
    let mut cells = HEADINGS.map(str::to_owned);
    let kind = if arm.control { " (A/A control)" } else { "" };
    cells[0] = format!("{}{kind}", arm.name);
    view.baseline().clone_into(&mut cells[1]);
    cells[2].clone_from(&arm.name);
    cells
}

fn row(effect: &Effect) -> [String; 7] {
    let metric = Metric::of(&effect.metric);
    let name = metric.process.map_or_else(|| metric.title(), |process| format!("  {process}"));
    [
        format!("  {name}"),
        text::value(effect.unit, effect.baseline_value),
        text::value(effect.unit, effect.arm_value),
        text::change(effect, effect.difference),
        text::changes(effect, effect.ci95),
        text::p(effect.p_adjusted),
        effect.verdict.to_string(),
    ]
}

/// Why verdicts are missing, and what to know about the whole.
fn remarks(view: View<'_>) -> String {
    let whole = view.0.warnings.iter().map(text::reason);
    let single = view.0.effects.iter().flat_map(|effect| {
        let metric = Metric::of(&effect.metric);
        let of = metric.process.map_or_else(String::new, |process| format!(" of {process}"));
        let name = format!("{}, {}{of}", effect.arm, metric.title());
        effect.reasons.iter().map(move |reason| format!("{name}: {}", text::reason(reason)))
    });
    let failed = view.0.arms.iter().flat_map(|arm| {
        let failed = arm.checks.iter().filter(|check| !check.passed);
        failed.map(|check| format!("{}: not so: {}: {}", arm.spec.name, check.claim, check.evidence))
    });
    whole.chain(failed).chain(single).map(|line| format!("note: {line}")).collect::<Vec<_>>().join("\n")
}
