//! A result in a notebook cell: no script, one scoped style, readable on light and dark.

use meshery_core::{Campaign, Comparison, Effect};

use super::campaign;
use super::chart::{name, percentiles::Percentiles};
use super::headline;
use super::markup::{Element, tag};
use super::section::{headings, summary};
use super::subject::Subject;
use super::text;
use super::verdict;
use super::view::{Metric, View};

const CURVES: f64 = 220.0;

pub(super) fn render(subject: Subject<'_>) -> String {
    match subject {
        Subject::Comparison(comparison) => of_comparison(comparison),
        Subject::Campaign(campaign) => of_campaign(campaign),
    }
}

fn style() -> Element {
    tag("style").source(include_str!("chart.css")).source(include_str!("fragment.css"))
}

fn of_campaign(campaign: &Campaign) -> String {
    let facts = campaign::facts(campaign);
    let lines = facts.lines().map(|line| tag("p").text(line));
    let overview = tag("div").class("scroll").child(campaign::overview(campaign, campaign::Links::None));
    tag("div").class("meshery cell").child(style()).children(lines).child(overview).to_string()
}

fn of_comparison(comparison: &Comparison) -> String {
    let view = View(comparison);
    let sentences = view.meshes().map(|arm| headline::of_arm(view, &arm.name).element());
    let curves = Percentiles::new(view).map(|percentiles| percentiles.draw(CURVES));
    let page = tag("div").class("meshery cell").child(style()).children(sentences);
    page.child(headline::of_control(view).element())
        .child(summary::stopped(view))
        .child(table(view))
        .child(curves)
        .to_string()
}

fn table(view: View<'_>) -> Option<Element> {
    let metrics = view.metrics();
    let names = [String::new()].into_iter().chain(metrics.iter().map(|metric| metric.title()));
    let rows = view.challengers().map(|arm| {
        let effects = metrics.iter().map(|metric| cell(view.0.effect(&arm.name, metric.name)));
        tag("tr").child(tag("th").attr("scope", "row").child(name(view, &arm.name))).children(effects)
    });
    let table = tag("table").child(headings(names)).child(tag("tbody").children(rows));
    (!metrics.is_empty()).then(|| tag("div").class("scroll").child(table))
}

fn cell(effect: Option<&Effect>) -> Element {
    let Some(effect) = effect else { return tag("td").text(text::NONE) };
    let title = format!("{}: 95 % interval {}", Metric::of(&effect.metric).title(), text::changes(effect, effect.ci95));
    let change = tag("b").text(text::change(effect, effect.difference));
    tag("td").attr("title", title).child(change).child(verdict::chip(effect.verdict))
}
