//! Every effect with all that its verdict rests on, and the figures behind the curves.

use meshery_core::{ArmSpec, Effect};

use super::super::chart::{dot, percentiles::Percentiles};
use super::super::markup::{Element, tag};
use super::super::text;
use super::super::verdict;
use super::super::view::{Metric, View};
use super::{headings, scroll};

const COLUMNS: [&str; 12] = [
    "Metric",
    "Baseline",
    "Arm",
    "Difference",
    "95 % interval",
    "p",
    "p adjusted",
    "Verdict",
    "Runs",
    "Margin",
    "Detectable",
    "Method and remarks",
];

/// The table of all effects, the control first.
pub(in super::super) fn table(view: View<'_>) -> Element {
    let groups = view.challengers().map(|arm| group(view, arm));
    scroll("All effects", tag("table").class("effects").child(headings(COLUMNS)).children(groups))
}

fn group(view: View<'_>, arm: &ArmSpec) -> Element {
    let name = format!("{} against {}", arm.name, view.baseline());
    let control = arm.control.then(|| tag("em").text("control"));
    let heading = tag("th").attr("scope", "rowgroup").attr("colspan", COLUMNS.len());
    let heading = heading.child(dot(view, &arm.name)).text(name).child(control);
    let rows = view.0.effects.iter().filter(|effect| effect.arm == arm.name).map(row);
    tag("tbody").child(tag("tr").class("group").child(heading)).children(rows)
}

fn row(effect: &Effect) -> Element {
    let metric = Metric::of(&effect.metric);
    let name = match metric.process {
        None => tag("th").attr("scope", "row").text(metric.title()),
        Some(process) => tag("th").attr("scope", "row").class("part").text(process),
    };
    let numbers = [
        text::value(effect.unit, effect.baseline_value),
        text::value(effect.unit, effect.arm_value),
        text::change(effect, effect.difference),
        text::changes(effect, effect.ci95),
        text::p(effect.p),
        text::p(effect.p_adjusted),
    ];
    let detectable = effect.detectable.map_or(text::NONE.into(), |limit| text::extent(effect, limit));
    let rest = [effect.runs.to_string(), format!("±{}", text::extent(effect, effect.margin)), detectable];
    let number = |text: String| tag("td").class("number").text(text);
    let degree = verdict::degree(effect).map(|degree| tag("small").text(format!(" {degree}")));
    tag("tr")
        .child(name)
        .children(numbers.map(number))
        .child(tag("td").child(verdict::chip(effect.verdict)).child(degree))
        .children(rest.map(number))
        .child(remarks(effect))
}

fn remarks(effect: &Effect) -> Element {
    let family = format!("{}, corrected for {} comparisons", effect.method, effect.family);
    let method = if effect.family > 1 { &family } else { &effect.method };
    let reasons = effect.reasons.iter().map(|reason| tag("p").text(text::reason(reason)));
    tag("td").class("remarks").child(tag("p").text(method)).children(reasons)
}

/// What the words of verdicts mean.
pub(in super::super) fn legend() -> Element {
    let entries = verdict::ALL
        .map(|verdict| tag("li").child(verdict::chip(verdict)).child(tag("span").text(verdict::meaning(verdict))));
    tag("ul").class("meanings").children(entries)
}

/// The figures behind the curves, for those who would rather read than look.
pub(in super::super) fn figures(view: View<'_>, percentiles: &Percentiles<'_>) -> Element {
    let names = percentiles.named().map(|at| if at == 0.0 { "min".into() } else { format!("p{at}") });
    let columns = ["Arm".to_owned(), "Requests".to_owned()].into_iter().chain(names);
    let rows = percentiles.figures().map(|(arm, count, values)| {
        let name = tag("th").attr("scope", "row").child(dot(view, arm)).text(arm);
        let values = [text::count(count)].into_iter().chain(values);
        tag("tr").child(name).children(values.map(|value| tag("td").class("number").text(value)))
    });
    let table = tag("table").child(headings(columns)).child(tag("tbody").children(rows));
    tag("details").child(tag("summary").text("Figures behind the curves")).child(scroll("Latency by percentile", table))
}
