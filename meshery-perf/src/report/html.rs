//! `report.html`: the whole result on one page, without network, in light and dark and on paper.

use meshery_core::{Campaign, Result};

use super::campaign;
use super::chart::percentiles::Percentiles;
use super::chart::{forest, overhead, runs, shift};
use super::markup::{Element, tag};
use super::section::{checks, effects, method, section, summary};
use super::text;
use super::verdict;
use super::view::View;
use super::{Format, Subject};

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

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let (title, main) = match subject {
            Subject::Comparison(comparison) => {
                let view = View(comparison);
                (summary::title(view), tag("main").child(summary::header(view)).children(parts(view)))
            }
            Subject::Campaign(campaign) => (title(campaign), of_campaign(campaign)),
        };
        Ok(page(&title, main))
    }
}

/// A whole page.
pub(super) fn page(title: &str, main: Element) -> String {
    let script = tag("script").source(include_str!("script.js"));
    let body = tag("body").class("meshery page").child(main).child(script);
    let page = tag("html").attr("lang", "en").child(head(title)).child(body);
    format!("<!doctype html>\n{page}\n")
}

fn title(campaign: &Campaign) -> String {
    let first = campaign.cells.first().map(|cell| summary::title(View(&cell.comparison)));
    format!("{}, {} loads", first.unwrap_or_default(), campaign.cells.len())
}

/// The whole first, then every cell as a page of its own.
fn of_campaign(campaign: &Campaign) -> Element {
    const READING: &str =
        "A line for each load and arm. Verdicts are corrected for the number of comparisons on this page.";
    let eyebrow = format!("Campaign · {}", text::date(campaign.started_unix_ns));
    let verdicts = verdict::ALL.map(|verdict| {
        tag("li").child(verdict::chip(verdict)).text(format_args!(" {}", campaign::count(campaign, verdict)))
    });
    let stopped = campaign::stopped(campaign).map(|text| tag("p").class("banner").attr("role", "note").text(text));
    let facts = campaign::facts(campaign);
    let header = tag("header")
        .child(tag("p").class("eyebrow").text(eyebrow))
        .child(tag("h1").text(title(campaign)))
        .child(tag("ul").class("tally").children(verdicts))
        .child(stopped)
        .children(facts.lines().map(|line| tag("p").class("trust").text(line)));
    let cells = Subject::from(campaign).cells().into_iter().enumerate().map(|(index, (title, comparison))| {
        let heading = tag("h1").text(title);
        let view = View(comparison);
        tag("article")
            .class("load")
            .attr("id", format_args!("load-{index}"))
            .child(heading)
            .child(summary::sentences(view))
            .children(parts(view))
    });
    let overview = section("All loads", READING)
        .child(tag("div").class("scroll").child(campaign::overview(campaign, campaign::Links::Here)));
    tag("main").child(header).child(overview).children(cells)
}

fn head(title: &str) -> Element {
    let meta = |name, content| tag("meta").attr("name", name).attr("content", content);
    tag("head")
        .child(tag("meta").attr("charset", "utf-8"))
        .child(meta("viewport", "width=device-width, initial-scale=1"))
        .child(meta("color-scheme", "light dark"))
        .child(tag("title").text(title))
        .child(tag("style").source(include_str!("chart.css")).source(include_str!("style.css")))
}

/// Everything below the title.
fn parts(view: View<'_>) -> Vec<Element> {
    let percentiles = Percentiles::new(view);
    let all = section("All effects", "Each verdict with everything it rests on.").child(effects::table(view));
    let parts = [
        Some(summary::cards(view)),
        Some(curves(view, percentiles.as_ref())),
        Some(differences(view)),
        shifted(view),
        uses(view),
        in_time(view),
        Some(all),
        proven(view),
        Some(section("How it was measured", "").child(method::facts(view))),
        remarks(view),
    ];
    parts.into_iter().flatten().collect()
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

fn shifted(view: View<'_>) -> Option<Element> {
    const READING: &str = "What a mesh adds at each quantile of the response time, with 95 % bands that hold at all of \
        them at once; whole runs are resampled. A flat line delays every request alike, a rising one the slow ones more.";
    shift::draw(view).map(|figures| section("Shift by quantile", READING).child(figures))
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
