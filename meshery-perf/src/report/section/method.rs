//! How it was measured, what to know about it, and how it ended.

use std::collections::BTreeSet;

use meshery_core::comparison::{End, Environment};
use meshery_core::measurement::Reason;
use meshery_core::{Pace, Stop};

use super::super::markup::{Element, tag};
use super::super::text;
use super::super::view::View;

/// Everything that is needed to judge the setup, and to do it again.
pub(in super::super) fn facts(view: View<'_>) -> Element {
    let rows = rows(view).into_iter().filter(|(_, fact)| !fact.is_empty());
    let rows = rows.map(|(name, fact)| tag("div").child(tag("dt").text(name)).child(tag("dd").text(fact)));
    tag("dl").class("facts").children(rows)
}

fn rows(view: View<'_>) -> Vec<(String, String)> {
    let comparison = view.0;
    let (made, planned) = view.runs();
    let order = format!("{made} of {planned} runs made, each with fresh proxies, in blocks of a random order");
    let upstream = match (&comparison.spec.upstream, &comparison.upstream) {
        (Some(address), _) => address.clone(),
        (None, Some(_)) => "built in, a process of its own".into(),
        (None, None) => String::new(),
    };
    let judge = &comparison.spec.judge;
    let mut rows: Vec<(String, String)> = [
        ("Load", load(view)),
        ("Runs", order),
        ("Seed", comparison.seed.to_string()),
        ("Verdicts", format!("at an error rate of {}, from {} runs on", judge.alpha, judge.min_runs)),
        ("Upstream", upstream),
        ("Machine", machine(&comparison.environment)),
        ("Tool", comparison.tool.to_string()),
        ("Began", text::date(comparison.started_unix_ns)),
        ("Took", text::time(comparison.took)),
    ]
    .map(|(name, fact)| (name.to_owned(), fact))
    .into();
    rows.extend(versions(view));
    rows
}

fn load(view: View<'_>) -> String {
    let load = &view.0.spec.load;
    let pace = match &load.pace {
        Pace::Constant(rate) => {
            format!("open loop at {}", text::tick(meshery_core::comparison::Unit::PerSecond, rate.get()))
        }
        _ => "closed loop".into(),
    };
    let stop = match &load.stop {
        Stop::Duration(time) => text::time(*time),
        Stop::Count(count) => format!("{} requests", text::count(*count)),
        _ => String::new(),
    };
    let connections = format!("{} connections on {} threads", load.connections, load.threads);
    format!("{pace} for {stop} after {} of warm-up, {connections}, path {}", text::time(load.warm_up), view.0.spec.path)
}

fn machine(environment: &Environment) -> String {
    let memory = text::value(meshery_core::comparison::Unit::Bytes, Some(environment.memory_bytes as f64));
    let cores = format!("{} cores", environment.cores);
    let parts = [&environment.processor, &cores, &memory, &environment.platform, &environment.kernel];
    parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
}

/// The versions that the processes themselves say they are, each with who says so.
fn versions(view: View<'_>) -> Vec<(String, String)> {
    let all = view
        .0
        .arms
        .iter()
        .flat_map(|arm| arm.versions.values().map(|version| (version.clone(), arm.spec.mesh.to_string())));
    let distinct: BTreeSet<_> = all.collect();
    distinct.into_iter().map(|(version, mesh)| (format!("Version of {mesh}"), version)).collect()
}

/// What to know about the whole, in the order of the result, and of single runs.
pub(in super::super) fn warnings(view: View<'_>) -> Option<Element> {
    let whole = view.0.warnings.iter().map(text::reason);
    let runs = view.0.arms.iter().flat_map(|arm| {
        arm.runs.iter().flat_map(move |run| {
            let name = format!("{}, run {}", arm.spec.name, run.order);
            let validity = run.measurement.as_ref().map(|measurement| &measurement.validity);
            let invalid: &[Reason] = validity.map_or(&[], |validity| &validity.invalid);
            let errors = run.error.as_ref().map(text::error);
            errors.into_iter().chain(invalid.iter().map(text::reason)).map(move |text| format!("{name}: {text}"))
        })
    });
    let items: Vec<Element> = whole.chain(runs).map(|text| tag("li").text(text)).collect();
    (!items.is_empty()).then(|| tag("ul").class("warnings").children(items))
}

/// How it ended, with everything the error knows when it was stopped.
pub(in super::super) fn end(view: View<'_>) -> Option<Element> {
    match &view.0.end {
        End::Stopped { error } => Some(tag("pre").class("end").text(error)),
        End::OutOfTime => Some(tag("p").class("end").text("The budget of time was spent.")),
        _ => None,
    }
}
