//! How verdicts look: a word, a class for the colour, and a sign, so that colour never speaks alone.

use meshery_core::{Effect, Verdict};

use super::markup::{Element, tag};

/// Every verdict, from the best news to none.
pub(super) const ALL: [Verdict; 5] =
    [Verdict::Improved, Verdict::Equivalent, Verdict::Inconclusive, Verdict::Regressed, Verdict::Invalid];

/// What a verdict means, in half a sentence.
pub(super) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Improved => "better, beyond chance",
        Verdict::Regressed => "worse, beyond chance",
        Verdict::Equivalent => "the difference lies within the margin",
        Verdict::Inconclusive => "neither a difference nor its absence is shown",
        Verdict::Invalid => "the runs cannot be trusted",
    }
}

/// What the verdict alone does not say: how far, or that equivalent is not the same.
pub(super) fn degree(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect { beyond_margin: true, .. } => Some("by more than the margin"),
        Effect { differs: true, .. } => Some("with a difference within the margin"),
        _ => None,
    }
}

/// A word with its sign on its colour.
pub(super) fn chip(verdict: Verdict) -> Element {
    let class = format!("chip {verdict}");
    tag("span").class(class).attr("title", meaning(verdict)).child(sign(verdict)).child(tag("span").text(verdict))
}

/// The sign alone, 12 pixels wide.
fn sign(verdict: Verdict) -> Element {
    let strokes = match verdict {
        Verdict::Improved => "M2 6.5 5 9.5 10 3",
        Verdict::Regressed => "M6 1.5V7M6 9.6V10.2",
        Verdict::Equivalent => "M2 4.4H10M2 7.8H10",
        Verdict::Inconclusive => "M3.6 4C3.6 1 8.6 1.2 8.4 4 8.2 5.6 6 5.6 6 7.4M6 9.8V10.2",
        Verdict::Invalid => "M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5",
    };
    let drawing = tag("svg").class("sign").attr("viewBox", "0 0 12 12").attr("aria-hidden", "true");
    drawing.child(tag("path").attr("d", strokes))
}

/// The point of a difference in a chart, around a place in shares and pixels: filled when a difference is shown, a
/// square when none is, hollow when nothing is, a cross when it cannot be trusted.
pub(super) fn point(verdict: Verdict, x: f64, y: f64) -> Element {
    let class = format!("point {verdict}");
    match verdict {
        Verdict::Equivalent => {
            let square = tag("rect").share("x", x).px("y", y - 4.5).px("width", 9.0).px("height", 9.0);
            square.attr("transform", "translate(-4.5 0)").attr("rx", "1.5").class(class)
        }
        Verdict::Invalid => {
            let line = |from: &'static str| tag("text").attr("aria-hidden", "true").text(from);
            line("×").share("x", x).px("y", y + 5.5).attr("text-anchor", "middle").class(class)
        }
        Verdict::Improved | Verdict::Regressed | Verdict::Inconclusive => {
            tag("circle").share("cx", x).px("cy", y).px("r", 5.0).class(class)
        }
    }
}
