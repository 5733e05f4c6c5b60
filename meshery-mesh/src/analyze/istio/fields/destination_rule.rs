//! DestinationRules.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::read::{given, is_null, list, part, text};
use super::report::{Idea, Report};

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    if let Some((host, place)) = text(spec, "host") {
        report.wildcard_host(host, place);
    } else {
        let place = spec.get("host").filter(|host| !is_null(host)).unwrap_or(spec);
        report.say(Idea::Host, place, "the rule names no host", "name the host that it is for");
    }
    report.traffic_policy(spec);
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for subset in list(spec, "subsets") {
        if is_null(subset) {
            report.say(Idea::Missing, spec, "a subset is empty", "leave it out");
            continue;
        }
        if let Some((name, place)) = text(subset, "name") {
            match seen.get(name) {
                Some(other) => {
                    report.twice(Idea::Twice, place, other, format!("the subset {name:?} is there twice"));
                }
                None => {
                    seen.insert(name, place);
                }
            }
            report.subset_name(name, place);
        } else {
            let place = given(subset, "name").unwrap_or(subset);
            report.say(Idea::Name, place, "the subset has no name", "name the subset");
        }
        report.labels(subset, "labels");
        let before = report.problems.len();
        report.traffic_policy(subset);
        report.without_warnings(before);
    }
    report.exports(spec, false, part(spec, "workloadSelector").is_some());
    report.selector(spec, "workloadSelector", "matchLabels");
}
