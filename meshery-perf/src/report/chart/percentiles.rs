//! Latency by percentile, of all arms.

use std::time::Duration;

use meshery_core::Latencies;
use meshery_core::comparison::Unit;

use super::super::markup::{Element, tag};
use super::super::svg::{Scale, across, drawing, label, path, spread, stretched, upright};
use super::super::text;
use super::super::view::View;

/// Percentiles that the axis names.
const NAMED: [f64; 7] = [0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999];
/// A curve ends where fewer values than this lie beyond.
const BEYOND: f64 = 10.0;
/// Points of a curve for each power of ten of the axis.
const DENSITY: f64 = 30.0;

/// The curve of an arm: how far it reaches on the axis, and its latencies at every point up to there.
struct Curve<'a> {
    arm: &'a str,
    latencies: &'a Latencies,
    reach: f64,
    points: Vec<(f64, f64)>,
}

/// All curves and the scales that they share.
pub(in super::super) struct Percentiles<'a> {
    view: View<'a>,
    curves: Vec<Curve<'a>>,
    x: Scale,
    y: Scale,
}

impl<'a> Percentiles<'a> {
    /// The curves of all arms with enough values; `None` when there is no such arm.
    pub(in super::super) fn new(view: View<'a>) -> Option<Self> {
        let curves: Vec<_> = view.0.arms.iter().filter_map(|arm| curve(&arm.spec.name, &arm.pooled)).collect();
        let reach = curves.iter().map(|curve| curve.reach).fold(0.0, f64::max);
        let y = Scale::logarithmic(curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.1)))?;
        Some(Self { view, curves, x: Scale::between(0.0, reach), y })
    }

    /// The picture, so many pixels high.
    pub(in super::super) fn draw(&self, height: f64) -> Element {
        let names: Vec<_> = self.curves.iter().map(|curve| curve.arm.to_owned()).collect();
        let title = format!("Latency by percentile of {}", text::list(&names));
        let lines = self.curves.iter().map(|curve| {
            let kind = if self.view.is_control(curve.arm) { "curve control" } else { "curve" };
            let points = curve.points.iter().map(|(x, y)| (self.x.at(*x), self.y.at(*y)));
            path(points).class(format_args!("{kind} {}", self.view.colour(curve.arm)))
        });
        drawing("plot percentiles", height, &title, &self.description())
            .attr("data-curves", self.data())
            .child(self.grid(height))
            .child(stretched().children(lines))
            .child(self.ends(height))
    }

    /// What the axis names, as far as the curves reach.
    pub(in super::super) fn named(&self) -> impl Iterator<Item = f64> {
        let reach = self.curves.iter().map(|curve| curve.reach).fold(0.0, f64::max);
        NAMED.into_iter().filter(move |percentile| place(percentile / 100.0) <= reach + 1e-9)
    }

    /// The figures behind the picture, one row for each arm: its name, number of values and latencies at
    /// [`named`](Self::named).
    pub(in super::super) fn figures(&self) -> impl Iterator<Item = (&'a str, u64, Vec<String>)> {
        self.curves.iter().map(|curve| {
            let at = |percentile: f64| {
                let reached = place(percentile / 100.0) <= curve.reach + 1e-9;
                let value = curve.latencies.quantile(percentile / 100.0).filter(|_| reached);
                text::value(Unit::Nanoseconds, value.map(nanos))
            };
            (curve.arm, curve.latencies.count(), self.named().map(at).collect())
        })
    }

    fn description(&self) -> String {
        let median = |curve: &Curve<'_>| text::value(Unit::Nanoseconds, curve.latencies.quantile(0.5).map(nanos));
        let p99 = |curve: &Curve<'_>| text::value(Unit::Nanoseconds, curve.latencies.quantile(0.99).map(nanos));
        let arms =
            self.curves.iter().map(|curve| format!("{}: median {}, p99 {}", curve.arm, median(curve), p99(curve)));
        arms.collect::<Vec<_>>().join("; ")
    }

    fn grid(&self, height: f64) -> Element {
        let latencies = self.y.ticks(5).into_iter().map(|latency| {
            let y = (1.0 - self.y.at(latency)) * height;
            let name = label(0.0, -10.0, y + 4.0, "end", &text::tick(Unit::Nanoseconds, latency));
            tag("g").child(across(0.0, 1.0, y)).child(name)
        });
        let percentiles = self.named().map(|percentile| {
            let x = self.x.at(place(percentile / 100.0));
            tag("g").child(upright(x, 0.0, height)).child(label(x, 0.0, height + 20.0, "middle", &named(percentile)))
        });
        tag("g").class("grid").attr("aria-hidden", "true").children(latencies).children(percentiles)
    }

    /// The names at the ends of the curves.
    fn ends(&self, height: f64) -> Element {
        let ends = self.curves.iter().filter_map(|curve| Some((curve, curve.points.last()?)));
        let ends: Vec<_> = ends.map(|(curve, (_, y))| (curve, (1.0 - self.y.at(*y)) * height)).collect();
        let places = spread(&ends.iter().map(|end| end.1).collect::<Vec<_>>(), 17.0, height);
        let names = ends.iter().zip(places).map(|((curve, y), place)| {
            let class = self.view.colour(curve.arm);
            let x = self.x.at(curve.reach);
            let dot = tag("circle").share("cx", x).px("cy", *y).px("r", 3.5).class(format_args!("end {class}"));
            tag("g").child(dot).child(label(x, 10.0, place + 4.0, "start", &text::cut(curve.arm, 17)).class(class))
        });
        tag("g").class("ends").attr("aria-hidden", "true").children(names)
    }

    /// What the pointer shows, as text: the script formats nothing.
    fn data(&self) -> serde_json::Value {
        let longest = self.curves.iter().max_by_key(|curve| curve.points.len());
        let places: Vec<f64> = longest.into_iter().flat_map(|curve| curve.points.iter().map(|point| point.0)).collect();
        let curves = self.curves.iter().map(|curve| {
            let texts = curve.points.iter().map(|(_, latency)| text::value(Unit::Nanoseconds, Some(*latency)));
            let heights = curve.points.iter().map(|(_, latency)| rounded(1.0 - self.y.at(*latency)));
            serde_json::json!({
                "name": curve.arm,
                "colour": self.view.colour(curve.arm),
                "y": heights.collect::<Vec<_>>(),
                "text": texts.collect::<Vec<_>>(),
            })
        });
        serde_json::json!({
            "x": places.iter().map(|place| rounded(self.x.at(*place))).collect::<Vec<_>>(),
            "percentile": places.iter().map(|place| percentile_at(*place)).collect::<Vec<_>>(),
            "curves": curves.collect::<Vec<_>>(),
        })
    }
}

fn curve<'a>(arm: &'a str, latencies: &'a Latencies) -> Option<Curve<'a>> {
    let reach = (latencies.count() as f64 / BEYOND).log10();
    // Below this there is no median to speak of, let alone a curve.
    if reach < place(0.5) {
        return None;
    }
    let count = (reach * DENSITY).floor() as usize;
    let places = (0..=count).map(|index| index as f64 / DENSITY).chain([reach]);
    let points = places.filter_map(|x| Some((x, nanos(latencies.quantile(share(x))?)))).collect();
    Some(Curve { arm, latencies, reach, points })
}

/// Where a share of all values lies on the axis: each further nine is one step.
fn place(share: f64) -> f64 {
    -(1.0 - share).log10()
}

fn share(place: f64) -> f64 {
    1.0 - 10f64.powf(-place)
}

fn nanos(latency: Duration) -> f64 {
    latency.as_nanos() as f64
}

fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

fn named(percentile: f64) -> String {
    if percentile == 0.0 { "min".into() } else { format!("p{percentile}") }
}

/// A percentile with as many digits as its place needs: `p50`, `p98.4`, `p99.95`.
fn percentile_at(place: f64) -> String {
    let digits = place.floor().max(0.0) as usize;
    let text = format!("{:.digits$}", share(place) * 100.0);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "0" { "min".into() } else { format!("p{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(count: u64) -> Latencies {
        let mut latencies = Latencies::new();
        (1..=count).for_each(|value| latencies.record_nanos(value * 1000));
        latencies
    }

    #[test]
    fn a_curve_ends_where_ten_values_lie_beyond() {
        let thousand = latencies(1000);
        let curve = curve("a", &thousand).unwrap();
        let (x, latency) = curve.points.last().copied().unwrap();
        assert!((share(x) - 0.99).abs() < 1e-9 && (latency - 990_000.0).abs() < 1000.0);
        assert!(super::curve("a", &latencies(12)).is_none());
    }

    #[test]
    fn percentiles_have_as_many_digits_as_they_need() {
        assert_eq!(
            [0.0, std::f64::consts::LOG10_2, 1.0, 2.0, 3.0, 3.3].map(percentile_at),
            ["min", "p50", "p90", "p99", "p99.9", "p99.95"]
        );
    }
}
