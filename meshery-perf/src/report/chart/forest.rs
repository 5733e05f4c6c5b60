//! The intervals of the differences: for each metric one panel, in it one row for each arm, the control first.

use meshery_core::Effect;

use super::super::markup::{Element, tag};
use super::super::svg::{Scale, drawing, upright, whisker};
use super::super::text::{self, bounded, finite};
use super::super::verdict;
use super::super::view::{Metric, View};
use super::{TICKS, axis, name};

const ROW: f64 = 36.0;

/// A panel for each metric.
pub(in super::super) fn draw(view: View<'_>) -> Element {
    tag("div").class("panels").children(view.metrics().into_iter().filter_map(|metric| panel(view, metric)))
}

fn panel(view: View<'_>, metric: Metric<'_>) -> Option<Element> {
    let effects: Vec<&Effect> = view.challengers().filter_map(|arm| view.0.effect(&arm.name, metric.name)).collect();
    let first = *effects.first()?;
    let scale = Scale::from_zero(effects.iter().flat_map(|effect| extent(effect)), TICKS);
    let largest = scale.ticks(TICKS).into_iter().fold(0.0, |largest, tick| f64::max(largest, tick.abs()));
    let margin = format!("margin ±{}", text::extent(first, first.margin));
    let heading = tag("figcaption").child(tag("b").text(metric.title())).child(tag("small").text(margin));
    let rows = effects.iter().map(|effect| row(view, metric, effect, scale));
    Some(
        tag("figure")
            .class("panel")
            .child(heading)
            .children(rows)
            .child(axis(scale, |tick| text::change_tick(first, tick, largest))),
    )
}

/// Everything that the scale must show of an effect.
fn extent(effect: &Effect) -> Vec<f64> {
    let ends = bounded(effect.ci95).map(|interval| [interval.low, interval.high]);
    ends.into_iter().flatten().chain(effect.difference).chain([effect.margin, -effect.margin]).collect()
}

fn row(view: View<'_>, metric: Metric<'_>, effect: &Effect, scale: Scale) -> Element {
    let difference = tag("b").text(text::change(effect, effect.difference));
    let interval = tag("small").text(text::changes(effect, effect.ci95));
    let class = if view.is_control(&effect.arm) { "row control" } else { "row" };
    tag("div")
        .class(class)
        .child(name(view, &effect.arm).child(view.is_control(&effect.arm).then(|| tag("em").text("control"))))
        .child(strip(metric, effect, scale))
        .child(tag("span").class("figures").child(difference).child(interval))
        .child(verdict::chip(effect.verdict))
}

fn strip(metric: Metric<'_>, effect: &Effect, scale: Scale) -> Element {
    let title = format!("{} of {} against {}: {}", metric.title(), effect.arm, effect.baseline, effect.verdict);
    let description = format!(
        "difference {}, 95 % interval {}, {}",
        text::change(effect, effect.difference),
        text::changes(effect, effect.ci95),
        text::p_equals(effect.p_adjusted),
    );
    let (low, high) = (scale.at(-effect.margin), scale.at(effect.margin));
    let band = tag("rect").class("margin").share("x", low).share("width", high - low).attr("height", "100%");
    let whisker = bounded(effect.ci95)
        .map(|interval| whisker(scale, interval, ROW / 2.0).class(format_args!("whisker {}", effect.verdict)));
    let point = finite(effect.difference).map(|value| verdict::point(effect.verdict, scale.at(value), ROW / 2.0));
    drawing("strip", ROW, &title, &description)
        .child(band)
        .child(upright(scale.at(0.0), 0.0, ROW).class("zero"))
        .child(whisker)
        .child(point)
}
