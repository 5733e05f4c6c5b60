//! What is said of a campaign as a whole.

use meshery_core::comparison::End;
use meshery_core::{Campaign, Verdict};

use super::markup::{Element, tag};
use super::section::headings;
use super::subject::Subject;
use super::text;
use super::verdict::chip;
use super::view::{Metric, View};

/// The metrics of the overview.
const SHOWN: [&str; 5] = ["latency.p50", "latency.p99", "throughput", "cpu_per_1000_requests", "memory"];

/// What was made, in one line, and what to know about it, a line each.
pub(super) fn facts(campaign: &Campaign) -> String {
    let arms = campaign.cells.iter().flat_map(|cell| &cell.comparison.arms);
    let made: usize = arms.map(|arm| arm.runs.len()).sum();
    let settled = campaign.cells.iter().filter(|cell| cell.settled_early).count();
    let early = if settled == 0 { String::new() } else { format!(", {settled} cells settled early") };
    let sessions = if campaign.sessions > 1 { format!(" in {} sessions", campaign.sessions) } else { String::new() };
    let line = format!(
        "{} cells, {made} of {} runs{sessions}{early}, seed {}, {}",
        campaign.cells.len(),
        campaign.plan.runs,
        campaign.seed,
        text::time(campaign.took),
    );
    [line]
        .into_iter()
        .chain(stopped(campaign))
        .chain(campaign.warnings.iter().map(text::reason))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Says that the campaign did not reach its end.
pub(super) fn stopped(campaign: &Campaign) -> Option<String> {
    match &campaign.end {
        End::Stopped { error } => Some(format!("Stopped early: {}.", text::error(error))),
        End::OutOfTime => Some("The budget of time was spent.".into()),
        _ => None,
    }
}

/// Whether the lines of an overview lead anywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// To `#load-N` on the same page.
    Here,
    None,
}

/// Every cell and mesh on a line, with the verdicts that matter most.
pub(super) fn overview(campaign: &Campaign, links: Links) -> Element {
    let names = ["", "Arm"].into_iter().map(str::to_owned).chain(SHOWN.map(|metric| Metric::of(metric).title()));
    let cells = Subject::from(campaign).cells();
    let rows = cells.iter().enumerate().flat_map(|(index, (title, comparison))| {
        let view = View(comparison);
        view.challengers()
            .map(move |arm| {
                let link = match links {
                    Links::Here => tag("a").attr("href", format_args!("#load-{index}")).text(title),
                    Links::None => tag("span").text(title),
                };
                let verdicts = SHOWN.iter().map(|metric| {
                    let Some(effect) = comparison.effect(&arm.name, metric) else { return tag("td").text(text::NONE) };
                    let change = tag("b").text(text::change(effect, effect.difference));
                    tag("td").child(change).child(chip(effect.verdict))
                });
                let name = tag("td").text(&arm.name);
                tag("tr")
                    .child(tag("th").attr("scope", "row").child(link))
                    .child(name)
                    .children(verdicts.collect::<Vec<_>>())
            })
            .collect::<Vec<_>>()
    });
    tag("table").class("overview").child(headings(names)).child(tag("tbody").children(rows))
}

/// How many effects of all cells have this verdict.
pub(super) fn count(campaign: &Campaign, verdict: Verdict) -> usize {
    let effects = campaign.cells.iter().flat_map(|cell| &cell.comparison.effects);
    effects.filter(|effect| effect.verdict == verdict).count()
}
