//! What was proven of each mesh before its first run.

use meshery_core::CheckOutcome;
use meshery_core::comparison::Arm;

use super::super::chart::dot;
use super::super::markup::{Element, tag};
use super::super::view::View;

/// The checks of every arm that had any; `None` when no arm had.
pub(in super::super) fn list(view: View<'_>) -> Option<Element> {
    let arms: Vec<Element> =
        view.0.arms.iter().filter(|arm| !arm.checks.is_empty()).map(|arm| checks(view, arm)).collect();
    (!arms.is_empty()).then(|| tag("div").class("panels").children(arms))
}

fn checks(view: View<'_>, arm: &Arm) -> Element {
    let passed = arm.checks.iter().filter(|check| check.passed).count();
    let count = tag("small").text(format_args!("{passed} of {} passed", arm.checks.len()));
    let heading = tag("h3").child(dot(view, &arm.spec.name)).child(tag("span").text(&arm.spec.name)).child(count);
    tag("article").class("panel").child(heading).child(tag("ul").class("checks").children(arm.checks.iter().map(check)))
}

fn check(check: &CheckOutcome) -> Element {
    let (class, word, strokes) = if check.passed {
        ("passed", "passed", "M2 6.5 5 9.5 10 3")
    } else {
        ("failed", "failed", "M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5")
    };
    let drawing = tag("svg").class("sign").attr("viewBox", "0 0 12 12").attr("aria-hidden", "true");
    let sign = tag("span").class("mark").child(drawing.child(tag("path").attr("d", strokes)));
    let words = tag("div")
        .child(tag("p").text(&check.claim).child(tag("b").text(word)))
        .child(tag("p").class("evidence").text(&check.evidence));
    tag("li").class(class).child(sign).child(words)
}
