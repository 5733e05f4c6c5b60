//! Every run in the order of time, so that drift and outliers are seen.

use meshery_core::comparison::{Run, Unit};

use super::super::markup::{Element, tag};
use super::super::svg::{Scale, across, drawing, label, path, stretched, upright};
use super::super::text;
use super::super::view::{View, trusted};

const HEIGHT: f64 = 190.0;

/// A run's place in time and one of its quantiles.
struct Dot<'a> {
    arm: &'a str,
    run: &'a Run,
    latency: f64,
}

/// A figure for the median and one for p99; `None` when no run was measured.
pub(in super::super) fn draw(view: View<'_>) -> Option<Element> {
    let figures: Vec<Element> =
        [("p50", 0.5), ("p99", 0.99)].into_iter().filter_map(|(name, quantile)| figure(view, name, quantile)).collect();
    (!figures.is_empty()).then(|| tag("div").class("panels wide").children(figures))
}

fn figure(view: View<'_>, name: &str, quantile: f64) -> Option<Element> {
    let dots: Vec<Dot<'_>> = view
        .0
        .arms
        .iter()
        .flat_map(|arm| arm.runs.iter().filter_map(|run| dot(&arm.spec.name, run, quantile)))
        .collect();
    let y = Scale::logarithmic(dots.iter().map(|dot| dot.latency))?;
    let last = dots.iter().map(|dot| dot.run.order).max()?.max(view.runs().1 as u32);
    // Half a place of air at both ends.
    let x = Scale::between(0.5, f64::from(last) + 0.5);
    let title = format!("{name} latency of {} runs in the order they were made", dots.len());
    let lines = view.0.arms.iter().map(|arm| {
        let mut own: Vec<&Dot<'_>> =
            dots.iter().filter(|dot| dot.arm == arm.spec.name && trusted(dot.run).is_some()).collect();
        own.sort_by_key(|dot| dot.run.order);
        let points = own.iter().map(|dot| (x.at(f64::from(dot.run.order)), y.at(dot.latency)));
        path(points).class(format_args!("trace {}", view.colour(&arm.spec.name)))
    });
    let marks = dots.iter().map(|dot| mark(view, dot, x, y));
    let picture = drawing("plot runs", HEIGHT, &title, "")
        .child(grid(view, x, y))
        .child(stretched().children(lines))
        .children(marks);
    let heading = tag("figcaption").child(tag("b").text(format_args!("{name} latency")));
    Some(tag("figure").class("panel").child(heading.child(tag("small").text("run by run"))).child(picture))
}

fn dot<'a>(arm: &'a str, run: &'a Run, quantile: f64) -> Option<Dot<'a>> {
    let latency = run.measurement.as_ref()?.measured.response.quantile(quantile)?;
    Some(Dot { arm, run, latency: latency.as_nanos() as f64 })
}

/// A dot, or a cross for a run that cannot be trusted.
fn mark(view: View<'_>, dot: &Dot<'_>, x: Scale, y: Scale) -> Element {
    let (x, y) = (x.at(f64::from(dot.run.order)), (1.0 - y.at(dot.latency)) * HEIGHT);
    let valid = trusted(dot.run).is_some();
    let note = format!(
        "run {}, block {}: {} {}{}",
        dot.run.order,
        dot.run.block,
        dot.arm,
        text::value(Unit::Nanoseconds, Some(dot.latency)),
        if valid { "" } else { ", invalid" },
    );
    let kind = if view.is_control(dot.arm) { "run control" } else { "run" };
    let class = format!("{kind} {}", view.colour(dot.arm));
    let mark = if valid {
        tag("circle").share("cx", x).px("cy", y).px("r", 4.5)
    } else {
        tag("text").share("x", x).px("y", y + 6.0).attr("text-anchor", "middle").text("×")
    };
    tag("g").class(class).child(mark).child(tag("title").text(note))
}

/// The lines of latency, and the borders of blocks with their numbers.
fn grid(view: View<'_>, x: Scale, y: Scale) -> Element {
    let latencies = y.ticks(4).into_iter().map(|latency| {
        let place = (1.0 - y.at(latency)) * HEIGHT;
        let name = label(0.0, -10.0, place + 4.0, "end", &text::tick(Unit::Nanoseconds, latency));
        tag("g").child(across(0.0, 1.0, place)).child(name)
    });
    let (arms, rounds) = (view.specs().len().max(1), view.0.spec.rounds as usize);
    // At most a dozen, so that the numbers never touch.
    let every = rounds.div_ceil(12).max(1);
    let blocks = (0..rounds).step_by(every).map(|block| {
        let border = x.at((block * arms) as f64 + 0.5);
        let middle = x.at((block as f64 + 0.5) * arms as f64 + 0.5);
        let number = label(middle, 0.0, HEIGHT + 20.0, "middle", &(block + 1).to_string());
        tag("g").child((block > 0).then(|| upright(border, 0.0, HEIGHT))).child(number)
    });
    tag("g").class("grid").attr("aria-hidden", "true").children(latencies).children(blocks)
}
