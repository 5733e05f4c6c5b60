//! `report.html`: the whole result on one page, without network, in light and dark and on paper.

use meshery_core::{Comparison, Result};

use super::Format;
use super::chart::percentiles::Percentiles;
use super::chart::{forest, overhead, runs};
use super::markup::{Element, tag};
use super::section::{checks, effects, method, section, summary};
use super::view::View;

const CURVES: f64 = 380.0;

/// The whole result on one page.
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn file_name(&self) -> &'static str {
        "report.html"
    }

    fn render(&self, comparison: &Comparison) -> Result<String> {
        let view = View(comparison);
        let page = tag("html").attr("lang", "en").child(head(view)).child(body(view));
        Ok(format!("<!doctype html>\n{page}\n"))
    }
}

fn head(view: View<'_>) -> Element {
    let meta = |name, content| tag("meta").attr("name", name).attr("content", content);
    tag("head")
        .child(tag("meta").attr("charset", "utf-8"))
        .child(meta("viewport", "width=device-width, initial-scale=1"))
        .child(meta("color-scheme", "light dark"))
        .child(tag("title").text(summary::title(view)))
        .child(tag("style").source(include_str!("chart.css")).source(include_str!("style.css")))
}

fn body(view: View<'_>) -> Element {
    let percentiles = Percentiles::new(view);
    let main = tag("main")
        .child(summary::header(view))
        .child(summary::cards(view))
        .child(curves(view, percentiles.as_ref()))
        .child(differences(view))
        .child(uses(view))
        .child(in_time(view))
        .child(section("All effects", "Each verdict with everything it rests on.").child(effects::table(view)))
        .child(proven(view))
        .child(section("How it was measured", "").child(method::facts(view)))
        .child(remarks(view));
    tag("body").class("meshery page").child(main).child(tag("script").source(include_str!("script.js")))
}

fn curves(view: View<'_>, percentiles: Option<&Percentiles<'_>>) -> Element {
    const READING: &str = "Response time from the intended send time, all valid runs of an arm together. Each step to \
        the right is one more nine; a curve ends where fewer than ten requests lie beyond.";
    match percentiles {
        Some(percentiles) => section("Latency by percentile", READING)
            .child(tag("div").class("curves panel").child(percentiles.draw(CURVES)))
            .child(effects::figures(view, percentiles)),
        None => section("Latency by percentile", "No valid run was long enough for a curve."),
    }
}

fn differences(view: View<'_>) -> Element {
    let baseline = view.baseline();
    let reading = format!(
        "Point and 95 % interval of the difference to {baseline}, over whole runs. The band is the margin within which \
         a difference does not matter. The control comes first: it is {baseline} a second time."
    );
    section("Differences", &reading).child(forest::draw(view)).child(effects::legend())
}

fn uses(view: View<'_>) -> Option<Element> {
    const READING: &str = "What the proxies use while under load. The whisker is the 95 % interval of the total.";
    overhead::draw(view).map(|bars| section("Overhead of the proxies", READING).child(bars))
}

fn in_time(view: View<'_>) -> Option<Element> {
    const READING: &str = "One dot for each run, from left to right as they were made, with the number of the block. A \
        slope common to all arms is drift of the machine, which the order within blocks cancels.";
    runs::draw(view).map(|strips| section("Run by run", READING).child(strips))
}

fn proven(view: View<'_>) -> Option<Element> {
    const READING: &str = "Checked on the installed mesh before its first run.";
    checks::list(view).map(|list| section("What was proven of each mesh", READING).child(list))
}

fn remarks(view: View<'_>) -> Option<Element> {
    let (warnings, end) = (method::warnings(view), method::end(view));
    let any = warnings.is_some() || end.is_some();
    any.then(|| section("What to know", "").child(warnings).child(end))
}
