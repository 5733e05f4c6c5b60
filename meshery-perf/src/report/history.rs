//! A history on one page: every series release by release, with its lasting changes.

use meshery_core::history::{DatedChange, Series};

use super::html::page;
use super::markup::{Element, tag};
use super::section::section;
use super::svg::{Scale, across, drawing, label, path, stretched, upright};
use super::text;
use super::view::Metric;

const HEIGHT: f64 = 150.0;
/// More names than this would touch.
const NAMES: usize = 8;

/// How to read the figures.
const READING: &str = "A dot for each release, from the first to the last; the line is the level, and a step in it a lasting \
    change (E-divisive at 5 %, at least three releases on either side, larger than the metric's margin).";

/// The page. Series that changed come first, those of single processes are left out.
pub(crate) fn render(series: &[Series], changes: &[DatedChange]) -> String {
    let of = |series: &Series| changes.iter().filter(|change| change.key == series.key).collect::<Vec<_>>();
    let mut shown: Vec<(&Series, Vec<&DatedChange>)> =
        series.iter().filter(|series| !series.key.metric.contains('/')).map(|series| (series, of(series))).collect();
    shown.sort_by_key(|(_, changes)| changes.is_empty());
    let moved = shown.iter().filter(|(_, changes)| !changes.is_empty()).count();
    let facts = format!("{} series, {moved} with a lasting change of level", shown.len());
    let figures = shown.iter().filter_map(|(series, changes)| figure(series, changes));
    let panels = tag("div").class("panels wide").children(figures);
    let header = tag("header")
        .child(tag("p").class("eyebrow").text("History"))
        .child(tag("h1").text("Release by release"))
        .child(tag("p").class("trust").text(facts));
    page("Release by release", tag("main").child(header).child(section("All series", READING).child(panels)))
}

fn figure(series: &Series, changes: &[&DatedChange]) -> Option<Element> {
    let key = &series.key;
    let values = || series.points.iter().map(|point| point.value);
    let y = match Scale::logarithmic(values()) {
        Some(scale) if values().all(|value| value > 0.0) => scale,
        _ => Scale::from_zero(values().collect::<Vec<_>>(), 4),
    };
    let last = series.points.len().checked_sub(1)?;
    let x = Scale::between(-0.5, last as f64 + 0.5);
    let names: Vec<&str> = [&key.workload, &key.point, &key.arm].into_iter().map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    let title = format!("{} of {}", Metric::of(&key.metric).title(), names.join(", "));
    let noise = series.noise_floor.filter(|noise| noise.is_finite()).map_or_else(String::new, |noise| {
        if values().all(|value| value > 0.0) { format!("noise {:.1} %", noise * 100.0) } else { String::new() }
    });
    let heading = tag("figcaption").child(tag("b").text(&title)).child(tag("small").text(noise));
    let at = |entry: usize| (x.at(entry as f64), y.at(series.points[entry].value));
    let dots = (0..=last).map(|entry| {
        let (place, value) = at(entry);
        let point = &series.points[entry];
        let note = format!("{}: {} over {} runs", point.release, text::value(key.unit, Some(point.value)), point.runs);
        let dot = tag("circle").share("cx", place).px("cy", (1.0 - value) * HEIGHT).px("r", 4.0);
        tag("g").class("run arm-1").child(dot).child(tag("title").text(note))
    });
    let picture = drawing("plot history", HEIGHT, &title, "")
        .child(grid(series, x, y))
        .children(changes.iter().filter_map(|change| step(series, change, x)))
        .child(stretched().child(path(levels(series, changes, x, y)).class("curve arm-0")))
        .children(dots);
    Some(tag("figure").class("panel").child(heading).child(picture))
}

/// Where in a series a change begins.
fn place(series: &Series, change: &DatedChange) -> Option<usize> {
    let began = |point: &meshery_core::history::SeriesPoint| {
        point.recorded_unix_ns == change.recorded_unix_ns && point.release == change.release
    };
    series.points.iter().position(began)
}

/// The level of each release: the mean between two changes.
fn levels(series: &Series, changes: &[&DatedChange], x: Scale, y: Scale) -> Vec<(f64, f64)> {
    let starts = changes.iter().filter_map(|change| place(series, change));
    let mut edges: Vec<usize> = [0].into_iter().chain(starts).chain([series.points.len()]).collect();
    edges.sort_unstable();
    edges.dedup();
    let parts = edges.windows(2).flat_map(|edge| {
        let part = &series.points[edge[0]..edge[1]];
        let level = part.iter().map(|point| point.value).sum::<f64>() / part.len() as f64;
        [(x.at(edge[0] as f64 - 0.5), y.at(level)), (x.at(edge[1] as f64 - 0.5), y.at(level))]
    });
    parts.collect()
}

/// A mark where the level changed, with the release and by how much.
fn step(series: &Series, change: &DatedChange, x: Scale) -> Option<Element> {
    let place = x.at(place(series, change)? as f64 - 0.5);
    let relative = series.points.iter().all(|point| point.value > 0.0);
    let size = if relative {
        format!("{:+.1} %", change.difference * 100.0)
    } else {
        text::value(change.key.unit, Some(change.difference))
    };
    let words = format!("{} {size}", change.release);
    let tone = if change.worse { "regressed" } else { "improved" };
    let anchor = if place > 0.6 { "end" } else { "start" };
    let name = label(place, if place > 0.6 { -5.0 } else { 5.0 }, 12.0, anchor, &words);
    Some(tag("g").class(format_args!("change {tone}")).child(upright(place, 0.0, HEIGHT)).child(name))
}

/// The lines of values, and the names of some releases.
fn grid(series: &Series, x: Scale, y: Scale) -> Element {
    let values = y.ticks(3).into_iter().map(|value| {
        let place = (1.0 - y.at(value)) * HEIGHT;
        let name = label(0.0, -10.0, place + 4.0, "end", &text::tick(series.key.unit, value));
        tag("g").child(across(0.0, 1.0, place)).child(name)
    });
    let every = series.points.len().div_ceil(NAMES).max(1);
    let names = series.points.iter().enumerate().step_by(every).map(|(index, point)| {
        tag("g").child(label(x.at(index as f64), 0.0, HEIGHT + 20.0, "middle", &text::cut(&point.release, 10)))
    });
    tag("g").class("grid").attr("aria-hidden", "true").children(values).children(names)
}
