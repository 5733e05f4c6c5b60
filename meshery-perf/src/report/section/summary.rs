//! The top of the page: who is compared, the result in plain words, and a card for each arm.

use meshery_core::ArmSpec;
use meshery_core::comparison::End;

use super::super::chart::dot;
use super::super::headline;
use super::super::markup::{Element, tag};
use super::super::text;
use super::super::verdict;
use super::super::view::{Metric, View, amount, trusted};

/// The metrics on a card.
const SHOWN: [&str; 4] = ["latency.p50", "latency.p99", "cpu_per_1000_requests", "memory"];

/// What the page is called: `envoy and envoy-mtls, measured against none`.
pub(in super::super) fn title(view: View<'_>) -> String {
    let meshes: Vec<_> = view.meshes().map(|arm| arm.name.clone()).collect();
    match meshes.as_slice() {
        [] => format!("{}, measured", view.baseline()),
        meshes => format!("{}, measured against {}", text::list(meshes), view.baseline()),
    }
}

/// The title and the sentences.
pub(in super::super) fn header(view: View<'_>) -> Element {
    let eyebrow = format!("Comparison · {} · {}", text::date(view.0.started_unix_ns), view.0.tool);
    let heading = tag("header").child(tag("p").class("eyebrow").text(eyebrow)).child(tag("h1").text(title(view)));
    heading.child(sentences(view)).child(stopped(view))
}

/// The result in plain words, and whether to believe it.
pub(in super::super) fn sentences(view: View<'_>) -> Element {
    let sentences = view.meshes().map(|arm| {
        let sentence = headline::of_arm(view, &arm.name).element();
        tag("li").child(dot(view, &arm.name)).child(sentence)
    });
    let trust = headline::of_control(view).element().class("trust");
    tag("div").child(tag("ul").class("headlines").children(sentences)).child(trust)
}

/// Says at the top that the comparison did not reach its end.
pub(in super::super) fn stopped(view: View<'_>) -> Option<Element> {
    let End::Stopped { error } = &view.0.end else { return None };
    let (made, planned) = view.runs();
    let text = format!("Stopped after {made} of {planned} runs: {}.", text::error(error));
    Some(tag("p").class("banner").attr("role", "note").text(text))
}

/// A card for each arm, the control first.
pub(in super::super) fn cards(view: View<'_>) -> Element {
    tag("div").class("cards").children(view.challengers().map(|arm| card(view, arm)))
}

fn card(view: View<'_>, arm: &ArmSpec) -> Element {
    let kind = match (arm.control, arm.mtls) {
        (true, _) => "A/A control".to_owned(),
        (false, true) => format!("{}, mutual TLS", arm.mesh),
        (false, false) => arm.mesh.to_string(),
    };
    let heading = tag("h3").child(dot(view, &arm.name)).child(tag("span").text(&arm.name));
    let rows = SHOWN.iter().filter_map(|metric| {
        let effect = view.0.effect(&arm.name, metric)?;
        let size = if *metric == "errors" { None } else { amount(effect) };
        let sign = if size.is_some_and(|size| size < 0.0) { "−" } else { "+" };
        let size = size.map_or(text::NONE.into(), |size| match text::amount(effect.unit, size) {
            zero if size == 0.0 => zero,
            other => format!("{sign}{other}"),
        });
        let relative = effect.scale == meshery_core::comparison::Scale::Relative;
        let relative = relative.then(|| tag("small").text(text::change(effect, effect.difference)));
        let name = tag("dt").text(Metric::of(metric).title());
        let value = tag("dd").child(tag("b").text(size)).child(relative).child(verdict::chip(effect.verdict));
        Some(tag("div").child(name).child(value))
    });
    let class = if arm.control { "card control" } else { "card" };
    tag("article")
        .class(format_args!("{class} {}", view.colour(&arm.name)))
        .child(tag("div").class("head").child(heading).child(tag("small").text(kind)))
        .child(tag("dl").children(rows))
        .child(tag("p").class("foot").text(runs(view, arm)))
}

fn runs(view: View<'_>, arm: &ArmSpec) -> String {
    let all = view.arm(&arm.name).map_or(&[][..], |arm| &arm.runs);
    let valid = all.iter().filter(|run| trusted(run).is_some()).count();
    let requests: u64 = view.arm(&arm.name).map_or(0, |arm| arm.pooled.count());
    format!("{valid} of {} runs valid · {} requests", all.len(), text::count(requests))
}
