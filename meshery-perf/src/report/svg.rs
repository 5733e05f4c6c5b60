//! Scales, ticks and paths: what every chart is drawn with.
//!
//! A chart has no width of its own. Horizontal places are shares of the width that the page gives it, vertical ones are
//! pixels, so it fits a phone and a sheet of paper without text that shrinks with it. Labels stand outside its box, in
//! margins that the style sheet leaves free.

use std::fmt::Write as _;

use meshery_core::comparison::Interval;

use super::markup::{Digits, Element, tag};

/// Maps values onto 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// A linear scale over all of these values and zero, ending at ticks.
    pub(super) fn from_zero(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let (low, high) = extremes(values).map_or((0.0, 1.0), |(low, high)| (low.min(0.0), high.max(0.0)));
        let step = nice_step(high - low, ticks);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        Self { low, high: if high > low { high } else { low + 1.0 }, logarithmic: false }
    }

    /// A linear scale between two ends.
    pub(super) fn between(low: f64, high: f64) -> Self {
        Self { low, high, logarithmic: false }
    }

    /// A logarithmic scale over these values, with some air; `None` unless there is one above zero.
    pub(super) fn logarithmic(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (low, high) = extremes(values.into_iter().filter(|value| *value > 0.0))?;
        let air = (high / low).powf(0.06).max(1.02);
        // Kept within what has a logarithm, whatever comes in.
        let (low, high) = ((low / air).max(f64::MIN_POSITIVE), (high * air).min(f64::MAX));
        Some(Self { low, high, logarithmic: true })
    }

    /// Where a value lies; beyond the ends, at the end.
    pub(super) fn at(self, value: f64) -> f64 {
        let place = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) }
    }

    /// About so many round values within the scale.
    pub(super) fn ticks(self, about: usize) -> Vec<f64> {
        if self.logarithmic && self.high / self.low > 5.0 {
            let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
            let digits: &[f64] = if self.high / self.low > 1000.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
            let all = decades.flat_map(|decade| digits.iter().map(move |digit| digit * 10f64.powi(decade)));
            return all.filter(|tick| (self.low..=self.high).contains(tick)).collect();
        }
        let step = nice_step(self.high - self.low, about);
        let first = (self.low / step - 1e-6).ceil();
        let count = ((self.high / step + 1e-6).floor() - first).clamp(0.0, 100.0) as usize;
        (0..=count).map(|index| (first + index as f64) * step).collect()
    }
}

fn extremes(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |ends, value| match ends {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}

/// The smallest of 1, 2 or 5 times a power of ten that cuts a span into at most so many parts.
fn nice_step(span: f64, parts: usize) -> f64 {
    let least = span / parts.max(1) as f64;
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * 0.9999).unwrap_or(10.0);
    factor * power
}

/// Moves places apart until each is at least `gap` from the next and all lie in `0..=end` if there is room. The order
/// of the places is kept.
pub(super) fn spread(places: &[f64], gap: f64, end: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    let mut moved = places.to_vec();
    let mut least = 0.0;
    for &index in &order {
        moved[index] = moved[index].max(least);
        least = moved[index] + gap;
    }
    let mut most = end;
    for &index in order.iter().rev() {
        moved[index] = moved[index].min(most);
        most = moved[index] - gap;
    }
    moved
}

/// A drawing of this height in pixels that is as wide as its place, with its name for those who cannot see it.
pub(super) fn drawing(class: &str, height: f64, title: &str, description: &str) -> Element {
    let name = tag("title").text(title);
    let description = (!description.is_empty()).then(|| tag("desc").text(description));
    tag("svg")
        .class(class)
        .attr("width", "100%")
        .px("height", height)
        .attr("role", "img")
        .child(name)
        .child(description)
}

/// Text at a share of the width, moved by `dx` pixels; `anchor` is `start`, `middle` or `end`.
pub(super) fn label(x: f64, dx: f64, y: f64, anchor: &str, text: &str) -> Element {
    tag("text").share("x", x).px("y", y).px("dx", dx).attr("text-anchor", anchor).text(text)
}

/// A horizontal line over a part of the width.
pub(super) fn across(x1: f64, x2: f64, y: f64) -> Element {
    tag("line").share("x1", x1).share("x2", x2).px("y1", y).px("y2", y)
}

/// A vertical line over a part of the height.
pub(super) fn upright(x: f64, y1: f64, y2: f64) -> Element {
    tag("line").share("x1", x).share("x2", x).px("y1", y1).px("y2", y2)
}

/// An interval with caps at its ends.
pub(super) fn whisker(scale: Scale, ends: Interval, y: f64) -> Element {
    let (low, high) = (scale.at(ends.low), scale.at(ends.high));
    let caps = [low, high].map(|end| upright(end, y - 4.0, y + 4.0));
    tag("g").child(across(low, high, y)).children(caps)
}

/// A canvas in which paths run from 0 to 1000 both ways, however large it is drawn, with lines of even width.
pub(super) fn stretched() -> Element {
    let canvas = tag("svg").class("stretched").attr("viewBox", "0 0 1000 1000").attr("preserveAspectRatio", "none");
    canvas.attr("width", "100%").attr("height", "100%")
}

/// A line through points whose coordinates are shares, `y` upwards.
pub(super) fn path(points: impl IntoIterator<Item = (f64, f64)>) -> Element {
    let mut line = String::new();
    for (x, y) in points {
        let start = if line.is_empty() { 'M' } else { 'L' };
        let _ = write!(line, "{start}{} {}", Digits(x * 1000.0), Digits((1.0 - y) * 1000.0));
    }
    tag("path").attr("vector-effect", "non-scaling-stroke").attr("d", line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::from_zero([-3.0, 97.0], 4).ticks(4), [-50.0, 0.0, 50.0, 100.0]);
        assert_eq!(Scale::logarithmic([110e3, 3e6]).unwrap().ticks(5), [1e5, 2e5, 5e5, 1e6, 2e6]);
        assert_eq!(Scale::between(0.0, 24.0).ticks(6), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(Scale::from_zero([], 4).ticks(2), [0.0, 0.5, 1.0]);
        assert_eq!(Scale::logarithmic([0.0, f64::NAN]), None);
    }

    #[test]
    fn labels_keep_their_order_and_distance() {
        assert_eq!(spread(&[50.0, 10.0, 52.0, 51.0], 16.0, 60.0), [28.0, 10.0, 60.0, 44.0]);
    }

    proptest! {
        #[test]
        fn scales_take_anything_and_stay_within_the_drawing(values in prop::collection::vec(prop::num::f64::ANY, 0..6)) {
            let linear = Scale::from_zero(values.iter().copied(), 4);
            let all = Scale::logarithmic(values.iter().copied()).into_iter().chain([linear]);
            for scale in all {
                prop_assert!(scale.ticks(4).len() <= 1000);
                prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(&scale.at(*value))));
            }
        }
    }
}
