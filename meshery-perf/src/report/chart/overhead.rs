//! What the proxies of each arm use: processor time for 1,000 requests, and memory, stacked by process; and the same of the
//! control plane and of whole machines, where they were looked at.

use meshery_core::Effect;
use meshery_core::comparison::{Interval, Unit};

use super::super::markup::{Element, tag};
use super::super::svg::{Scale, drawing, upright, whisker};
use super::super::text::{self, finite};
use super::super::view::{Metric, View, amounts};
use super::{TICKS, axis, name};

/// What has a figure of its own.
const METRICS: [&str; 6] = [
    "cpu_per_1000_requests",
    "memory",
    "control_plane.cpu_per_1000_requests",
    "control_plane.memory",
    "node.cpu_per_1000_requests",
    "node.memory",
];
const HEIGHT: f64 = 36.0;
const BAR: f64 = 20.0;

/// What an arm uses of one resource.
struct Bar<'a> {
    arm: &'a str,
    total: f64,
    parts: Vec<(&'a str, f64)>,
    /// Where the total may lie: the interval of its difference to the baseline, put on the baseline.
    interval: Option<Interval>,
}

/// A figure for each resource; `None` without any effect on one.
pub(in super::super) fn draw(view: View<'_>) -> Option<Element> {
    let figures: Vec<Element> = METRICS.into_iter().filter_map(|metric| figure(view, metric)).collect();
    (!figures.is_empty()).then(|| tag("div").class("panels").children(figures))
}

fn figure(view: View<'_>, metric: &str) -> Option<Element> {
    let bars: Vec<Bar<'_>> = view.specs().iter().filter_map(|arm| bar(view, &arm.name, metric)).collect();
    let unit = view.0.effects.iter().find(|effect| effect.metric == metric)?.unit;
    let ends = |bar: &Bar<'_>| [bar.total, bar.interval.map_or(0.0, |interval| interval.high)];
    let scale = Scale::from_zero(bars.iter().flat_map(ends), TICKS);
    let heading = tag("figcaption").child(tag("b").text(Metric::of(metric).title())).child(legend(&bars));
    let rows = bars.iter().map(|bar| row(view, bar, unit, scale));
    Some(
        tag("figure")
            .class("panel overhead")
            .child(heading)
            .children(rows)
            .child(axis(scale, |tick| text::tick(unit, tick))),
    )
}

fn bar<'a>(view: View<'a>, arm: &'a str, metric: &str) -> Option<Bar<'a>> {
    if arm == view.baseline() {
        let effect = view.0.effects.iter().find(|effect| effect.metric == metric)?;
        return Some(Bar { arm, total: finite(effect.baseline_value)?, parts: Vec::new(), interval: None });
    }
    let effect = view.0.effect(arm, metric)?;
    let on_baseline = |difference: Interval| {
        let baseline = finite(effect.baseline_value)?;
        Some(Interval { low: baseline + difference.low, high: baseline + difference.high })
    };
    let parts = view.effects(arm).filter_map(|effect| part(effect, metric)).collect();
    Some(Bar { arm, total: finite(effect.arm_value)?, parts, interval: amounts(effect).and_then(on_baseline) })
}

fn part<'a>(effect: &'a Effect, metric: &str) -> Option<(&'a str, f64)> {
    let name = Metric::of(&effect.metric);
    Some((name.process.filter(|_| name.name == metric)?, finite(effect.arm_value)?))
}

fn legend(bars: &[Bar<'_>]) -> Option<Element> {
    let longest = bars.iter().max_by_key(|bar| bar.parts.len()).filter(|bar| !bar.parts.is_empty())?;
    let keys = longest.parts.iter().enumerate().map(|(index, (process, _))| {
        tag("span").child(tag("i").class(format_args!("key {}", shade(index)))).text(process)
    });
    Some(tag("small").class("legend").children(keys))
}

/// The class that tells processes of one arm apart.
fn shade(index: usize) -> String {
    format!("shade-{}", index % 3)
}

fn row(view: View<'_>, bar: &Bar<'_>, unit: Unit, scale: Scale) -> Element {
    let parts = bar.parts.iter().map(|(process, value)| format!("{process} {}", text::value(unit, Some(*value))));
    let parts = parts.collect::<Vec<_>>().join(" · ");
    let total = text::value(unit, Some(bar.total));
    let figures = tag("span").class("figures").child(tag("b").text(&total));
    tag("div")
        .class("row")
        .child(name(view, bar.arm))
        .child(strip(view, bar, scale, &format!("{}: {total}. {parts}", bar.arm)))
        .child(figures.child((!parts.is_empty()).then(|| tag("small").text(&parts))))
}

fn strip(view: View<'_>, bar: &Bar<'_>, scale: Scale, title: &str) -> Element {
    let whole = [("", bar.total)];
    let parts = if bar.parts.is_empty() { &whole[..] } else { &bar.parts };
    let mut from = 0.0;
    let blocks = parts.iter().enumerate().map(|(index, (_, value))| {
        let (start, end) = (scale.at(from), scale.at(from + value));
        from += value;
        let class = format!("block {} {}", shade(index), view.colour(bar.arm));
        let block = tag("rect").share("x", start).share("width", end - start).px("y", (HEIGHT - BAR) / 2.0);
        block.px("height", BAR).class(class)
    });
    let blocks: Vec<_> = blocks.collect();
    let spread = bar.interval.filter(|interval| interval.high > interval.low);
    let whisker = spread.map(|interval| whisker(scale, interval, HEIGHT / 2.0).class("whisker"));
    let zero = upright(scale.at(0.0), 0.0, HEIGHT).class("zero");
    drawing("strip", HEIGHT, title, "").children(blocks).child(whisker).child(zero)
}
