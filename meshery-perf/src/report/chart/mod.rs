//! One file per picture. Each draws from the result alone, to any width.

pub(super) mod forest;
pub(super) mod overhead;
pub(super) mod percentiles;
pub(super) mod runs;
pub(super) mod shift;

use super::markup::{Element, tag};
use super::svg::{Scale, label, upright};
use super::view::View;

/// About so many ticks stand under a strip.
const TICKS: usize = 3;

/// The colour of an arm as a dot.
pub(super) fn dot(view: View<'_>, arm: &str) -> Element {
    let kind = if view.is_control(arm) { "dot control" } else { "dot" };
    tag("i").class(format_args!("{kind} {}", view.colour(arm)))
}

/// The name of an arm behind its dot, shortened by the style sheet where there is no room for it.
pub(super) fn name(view: View<'_>, arm: &str) -> Element {
    let words = tag("span").class("words").text(arm);
    tag("span").class("name").attr("title", arm).child(dot(view, arm)).child(words)
}

/// The axis under the strips of a panel, with the text of each tick.
fn axis(scale: Scale, text: impl Fn(f64) -> String) -> Element {
    let labels = scale.ticks(TICKS).into_iter().map(|tick| {
        let place = scale.at(tick);
        tag("g").child(upright(place, 0.0, 4.0)).child(label(place, 0.0, 18.0, "middle", &text(tick)))
    });
    let drawing = tag("svg").class("axis").attr("width", "100%").px("height", 22.0).attr("aria-hidden", "true");
    tag("div").class("row scale").child(tag("span")).child(drawing.children(labels))
}
