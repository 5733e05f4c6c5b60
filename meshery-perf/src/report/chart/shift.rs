//! The shift function: what an arm adds at each quantile, with bands that hold at all of them at once.

use meshery_core::comparison::{Arm, Unit};
use meshery_core::{ArmSpec, Latencies};

use super::super::markup::{Element, tag};
use super::super::svg::{Scale, across, drawing, label, path, stretched, upright};
use super::super::text;
use super::super::view::{View, trusted};
use super::name;
use crate::compare::metrics::least_samples;
use crate::stats::estimate::shift_function::{QUANTILES, Shift, shift_function};

const HEIGHT: f64 = 190.0;
const CONFIDENCE: f64 = 0.95;

/// A figure for each mesh; `None` when none has enough runs.
pub(in super::super) fn draw(view: View<'_>) -> Option<Element> {
    let figures: Vec<Element> = view.meshes().filter_map(|arm| figure(view, arm)).collect();
    (!figures.is_empty()).then(|| tag("div").class("panels wide").children(figures))
}

fn figure(view: View<'_>, spec: &ArmSpec) -> Option<Element> {
    let (baseline, arm) = (view.0.arms.first()?, view.arm(&spec.name)?);
    let (quantiles, shifts) = shifts(baseline, arm, view.0.seed)?;
    let ends = shifts.iter().flat_map(|shift| match shift.band {
        Some(band) => [band.low, band.high],
        None => [shift.shift; 2],
    });
    let y = Scale::from_zero(ends.collect::<Vec<_>>(), 4);
    // Half a place of air at both ends.
    let x = Scale::between(-0.5, quantiles.len() as f64 - 0.5);
    let places = || shifts.iter().enumerate().map(|(index, shift)| (x.at(index as f64), shift));
    let line = path(places().map(|(place, shift)| (place, y.at(shift.shift))));
    let colour = view.colour(&spec.name);
    let title = format!("What {} adds at each quantile", spec.name);
    let picture = drawing("plot shift", HEIGHT, &title, &description(&quantiles, &shifts))
        .child(grid(&quantiles, x, y))
        .child(upright_bands(places(), y).class(format_args!("bands {colour}")))
        .child(stretched().child(line.class(format_args!("curve {colour}"))))
        .child(tag("g").class(format_args!("run {colour}")).children(places().map(|(place, shift)| {
            tag("circle").share("cx", place).px("cy", (1.0 - y.at(shift.shift)) * HEIGHT).px("r", 4.0)
        })));
    let heading = tag("figcaption").child(name(view, &spec.name)).child(tag("small").text("added, by quantile"));
    Some(tag("figure").class("panel").child(heading).child(picture))
}

/// Every quantile that each run supports, and its shift.
fn shifts(baseline: &Arm, arm: &Arm, seed: u64) -> Option<(Vec<f64>, Vec<Shift>)> {
    let runs = |arm: &Arm| -> Vec<Latencies> {
        let trusted = arm.runs.iter().filter_map(trusted);
        trusted.map(|measurement| measurement.measured.response.clone()).collect()
    };
    let (x, y) = (runs(baseline), runs(arm));
    let fewest = x.iter().chain(&y).map(Latencies::count).min()?;
    let quantiles: Vec<f64> = QUANTILES.into_iter().filter(|q| fewest >= least_samples(q.max(0.5))).collect();
    let table = |runs: &[Latencies]| -> Option<Vec<Vec<f64>>> {
        let row =
            |run: &Latencies| quantiles.iter().map(|q| run.quantile(*q).map(|value| value.as_nanos() as f64)).collect();
        runs.iter().map(row).collect()
    };
    let found = shift_function(&table(&x)?, &table(&y)?, CONFIDENCE, seed).ok()?;
    (!found.is_empty()).then_some((quantiles, found))
}

fn upright_bands<'a>(places: impl Iterator<Item = (f64, &'a Shift)>, y: Scale) -> Element {
    let bands = places.filter_map(|(place, shift)| {
        let band = shift.band?;
        Some(upright(place, (1.0 - y.at(band.high)) * HEIGHT, (1.0 - y.at(band.low)) * HEIGHT))
    });
    tag("g").children(bands)
}

fn percent(quantile: f64) -> String {
    format!("p{}", (quantile * 1000.0).round() / 10.0)
}

fn description(quantiles: &[f64], shifts: &[Shift]) -> String {
    let one = |(q, shift): (&f64, &Shift)| format!("{} {}", percent(*q), text::amount(Unit::Nanoseconds, shift.shift));
    quantiles.iter().zip(shifts).map(one).collect::<Vec<_>>().join(", ")
}

/// The lines of latency with that of no difference, and the names of the quantiles.
fn grid(quantiles: &[f64], x: Scale, y: Scale) -> Element {
    let amounts = y.ticks(4).into_iter().map(|amount| {
        let place = (1.0 - y.at(amount)) * HEIGHT;
        let name = label(0.0, -10.0, place + 4.0, "end", &text::tick(Unit::Nanoseconds, amount));
        tag("g").child(across(0.0, 1.0, place)).child(name)
    });
    let names = quantiles
        .iter()
        .enumerate()
        .map(|(index, q)| tag("g").child(label(x.at(index as f64), 0.0, HEIGHT + 20.0, "middle", &percent(*q))));
    let zero = across(0.0, 1.0, (1.0 - y.at(0.0)) * HEIGHT).class("zero");
    tag("g").class("grid").attr("aria-hidden", "true").children(amounts).child(zero).children(names)
}
