//! What makes pods of a template.

use meshery_core::resource::Node;
use meshery_core::world::{Labels, Selector};

use super::pod::{Restarts, template};
use super::{Refusals, items, said, text};

pub(super) fn deployment(refusals: &mut Refusals<'_>) {
    let Some(spec) = with_selector(refusals, &[]) else { return };
    let Some(strategy) = said(spec, "strategy") else { return };
    refusals.one_of(strategy, "type", &["Recreate", "RollingUpdate"]);
    if let Some(rolling) = said(strategy, "rollingUpdate").filter(|_| text(strategy, "type") == Some("Recreate")) {
        let message = "what is recreated is not replaced one by one";
        refusals.say(rolling.span, message, "leave out rollingUpdate, or write the type RollingUpdate");
    }
}

pub(super) fn replica_set(refusals: &mut Refusals<'_>) {
    with_selector(refusals, &[]);
}

pub(super) fn daemon_set(refusals: &mut Refusals<'_>) {
    with_selector(refusals, &[]);
}

pub(super) fn stateful_set(refusals: &mut Refusals<'_>) {
    let spec = refusals.object.root.get("spec");
    let claims = spec.into_iter().flat_map(|spec| items(spec, "volumeClaimTemplates"));
    let claims: Vec<&str> = claims.filter_map(|claim| claim.at(&["metadata", "name"])?.as_str()).collect();
    with_selector(refusals, &claims);
}

pub(super) fn job(refusals: &mut Refusals<'_>) {
    if let Some(spec) = refusals.object.root.get("spec") {
        of_job(refusals, spec);
    }
}

pub(super) fn cron_job(refusals: &mut Refusals<'_>) {
    let Some(spec) = refusals.object.root.get("spec") else { return };
    refusals.one_of(spec, "concurrencyPolicy", &["Allow", "Forbid", "Replace"]);
    if let Some(schedule) = spec.get("schedule").filter(|schedule| schedule.as_str() == Some("")) {
        refusals.say(schedule.span, "the schedule is empty", "write when the Jobs begin, as \"*/5 * * * *\"");
    }
    if let Some(job) = spec.at(&["jobTemplate", "spec"]) {
        of_job(refusals, job);
    }
}

fn of_job(refusals: &mut Refusals<'_>, spec: &Node) {
    for key in ["parallelism", "completions", "backoffLimit"] {
        not_negative(refusals, spec, key);
    }
    if let Some(pod) = spec.get("template") {
        template(refusals, pod, Restarts::Ends, &[]);
    }
}

/// What finds its pods by labels.
fn with_selector<'a>(refusals: &mut Refusals<'a>, claims: &[&str]) -> Option<&'a Node> {
    let spec = refusals.object.root.get("spec")?;
    not_negative(refusals, spec, "replicas");
    let pod = spec.get("template");
    if let Some(node) = spec.get("selector") {
        let selector = Selector::of(node);
        if selector.is_empty() {
            let message = "the selector is empty, and would take every pod";
            refusals.say(node.span, message, "name the labels of the template");
        } else if let Some(pod) = pod.filter(|pod| !selector.matches(&Labels::of(pod.at(&["metadata", "labels"])))) {
            let message = "the pods that are made do not have the labels by which they are found";
            refusals.say(node.span, message, "give the template the labels that the selector asks for");
            if let (Some(last), Some(labels)) = (refusals.found.last_mut(), pod.at(&["metadata", "labels"])) {
                last.other = Some(labels.span);
            }
        }
    }
    if let Some(pod) = pod {
        template(refusals, pod, Restarts::Always, claims);
    }
    Some(spec)
}

fn not_negative(refusals: &mut Refusals<'_>, spec: &Node, key: &str) {
    if let Some(node) = spec.get(key).filter(|node| node.as_int().is_some_and(|number| number < 0)) {
        refusals.say(node.span, format!("{key} is less than 0"), "write 0 or more");
    }
}
