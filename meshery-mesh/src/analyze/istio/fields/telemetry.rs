//! Telemetries.

use meshery_core::resource::Node;

use super::read::{choice, given, is_null, list, part, text};
use super::report::{Idea, Report};
use crate::analyze::schema::is_cel;

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    report.attached(spec);
    list(spec, "metrics").iter().filter(|item| !is_null(item)).for_each(|metrics| check_metrics(report, metrics));
    let tracing = list(spec, "tracing");
    if let Some(place) = tracing.get(1) {
        report.say(Idea::NoEffect, place, "traces are told of twice, and once is looked at", "leave one of them");
    }
    tracing.iter().filter(|item| !is_null(item)).for_each(|tracing| check_tracing(report, tracing));
    for logging in list(spec, "accessLogging") {
        providers(report, logging);
        if let Some(filter) = part(logging, "filter") {
            let (text, place) = text(filter, "expression").unwrap_or(("", filter));
            if !is_cel(text) {
                let message = "the filter of the log is no expression in CEL";
                report.say(Idea::Telemetry, place, message, "write one such as response.code >= 500");
            }
        }
    }
}

fn providers(report: &mut Report<'_>, owner: &Node) {
    for provider in list(owner, "providers") {
        if text(provider, "name").is_none() {
            let place = if is_null(provider) { owner } else { given(provider, "name").unwrap_or(provider) };
            report.say(
                Idea::Telemetry,
                place,
                "a provider has no name",
                "name a provider of the mesh's extensionProviders",
            );
            return;
        }
    }
}

fn check_metrics(report: &mut Report<'_>, metrics: &Node) {
    providers(report, metrics);
    for change in list(metrics, "overrides") {
        if is_null(change) {
            report.say(Idea::Telemetry, metrics, "a change of metrics is empty", "leave it out");
            continue;
        }
        for field in change.get("tagOverrides").map(Node::fields).unwrap_or_default() {
            if field.key.is_empty() {
                report.say_key(Idea::NoEffect, field, "a tag has no name", "name the tag");
            }
            if is_null(&field.value) {
                report.say_key(Idea::Telemetry, field, "nothing is said of the tag", "write value or operation");
                continue;
            }
            let value = text(&field.value, "value");
            match (choice(&field.value, "operation", "UPSERT"), value) {
                ("UPSERT", None) => {
                    let message = "a tag is set to nothing";
                    // Where the operation is written, the definition says so.
                    if given(&field.value, "operation").is_none() {
                        report.say(Idea::Telemetry, &field.value, message, "write value, or operation: REMOVE");
                    } else {
                        report.stated(Idea::Telemetry, &field.value, message, "write value, or operation: REMOVE");
                    }
                }
                ("REMOVE", Some((_, place))) => {
                    let message = "a tag is removed, and set to a value";
                    report.stated(Idea::Telemetry, place, message, "leave value out, or write operation: UPSERT");
                }
                _ => {}
            }
        }
        let custom = part(change, "match").and_then(|found| given(found, "customMetric"));
        if let Some(place) = custom.filter(|custom| custom.as_str() == Some("")) {
            report.say(Idea::Telemetry, place, "a metric has no name", "name the metric");
        }
    }
}

fn check_tracing(report: &mut Report<'_>, tracing: &Node) {
    if let Some(place) = list(tracing, "providers").get(1) {
        report.say(Idea::NoEffect, place, "traces go to several providers, and one is looked at", "leave one of them");
    }
    providers(report, tracing);
    report.percent(tracing.get("randomSamplingPercentage"));
    for field in tracing.get("customTags").map(Node::fields).unwrap_or_default() {
        if field.key.is_empty() {
            report.say_key(Idea::Telemetry, field, "a tag has no name", "name the tag");
        }
        if is_null(&field.value) {
            report.say_key(
                Idea::Telemetry,
                field,
                "nothing is said of the tag",
                "write literal, header or environment",
            );
        }
        for (kind, key) in [("literal", "value"), ("header", "name"), ("environment", "name")] {
            let Some(told) = part(&field.value, kind).filter(|told| text(told, key).is_none()) else { continue };
            let place = given(told, key).unwrap_or(told);
            report.say(Idea::Telemetry, place, format!("the {key} of a tag is empty"), format!("write {kind}.{key}"));
        }
    }
}
