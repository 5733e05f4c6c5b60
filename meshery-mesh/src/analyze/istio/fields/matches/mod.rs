//! Matches of a VirtualService that take no request, because earlier ones take them all.

mod as_istioctl;
mod canonical;
mod covering;
mod request;

use std::collections::HashMap;

use meshery_core::resource::{Node, Resource};

use super::read::{is_null, list, part};
use canonical::canonical;
use covering::Covering;

/// What gets no requests.
pub(in crate::analyze) enum Dead<'a> {
    /// A whole rule.
    Rule {
        rule: &'a Node,
        /// The rule that takes its requests.
        earlier: &'a Node,
        /// Why, to follow "the rule gets no requests, for".
        why: &'static str,
    },
    /// One match of a rule.
    Match {
        found: &'a Node,
        /// The match that takes its requests.
        earlier: &'a Node,
    },
}

/// What follows a rule without matches.
pub(super) const AFTER_ALL: &str = "an earlier one takes all of them";
/// What matches nothing that is left.
pub(super) const NONE_LEFT: &str = "earlier ones take what it matches";

/// What of a VirtualService gets no requests: as istioctl sees it, or as it is.
pub(in crate::analyze) fn dead_matches(service: &Resource, compatible: bool) -> Vec<Dead<'_>> {
    let mut dead = Vec::new();
    for protocol in ["http", "tcp", "tls"] {
        let rules = service.items(&["spec", protocol]);
        if protocol == "http" && !compatible {
            http(service, rules, &mut dead);
        } else {
            same(rules, protocol, compatible, &mut dead);
        }
        if protocol == "http" && compatible {
            as_istioctl::overlapping(rules, &mut dead);
        }
    }
    dead
}

/// Matches that are the same as an earlier one, and rules that follow one without matches.
fn same<'a>(rules: &'a [Node], protocol: &str, compatible: bool, dead: &mut Vec<Dead<'a>>) {
    let mut seen: HashMap<String, &Node> = HashMap::new();
    let mut all: Option<&Node> = None;
    for rule in rules.iter().filter(|rule| !is_null(rule)) {
        let matches = list(rule, "match");
        if let Some(earlier) = all {
            dead.push(Dead::Rule { rule, earlier, why: AFTER_ALL });
        }
        if matches.is_empty() {
            all = Some(rule);
        }
        if all.is_some() {
            continue;
        }
        let mut taken = Vec::new();
        for found in matches {
            match seen.get(&canonical(found, protocol)) {
                Some(earlier) => taken.push((found, *earlier)),
                None => {
                    seen.insert(canonical(found, protocol), found);
                }
            }
        }
        add(rule, matches.len(), &taken, compatible, dead);
    }
}

/// Adds the matches of a rule that get nothing, or the rule itself where all do not.
fn add<'a>(rule: &'a Node, all: usize, taken: &[(&'a Node, &'a Node)], compatible: bool, dead: &mut Vec<Dead<'a>>) {
    let whole = taken.len() == all;
    if let Some((_, earlier)) = taken.last().filter(|_| whole) {
        dead.push(Dead::Rule { rule, earlier, why: NONE_LEFT });
    }
    if compatible || !whole {
        dead.extend(taken.iter().map(|(found, earlier)| Dead::Match { found, earlier }));
    }
}

/// Matches of HTTP that an earlier one covers: by a shorter prefix, by an expression, or with fewer conditions.
fn http<'a>(service: &'a Resource, rules: &'a [Node], dead: &mut Vec<Dead<'a>>) {
    let mut covering = Covering::new(service);
    let mut all: Option<&Node> = None;
    for rule in rules.iter().filter(|rule| !is_null(rule)) {
        let matches = list(rule, "match");
        if let Some(earlier) = all {
            dead.push(Dead::Rule { rule, earlier, why: AFTER_ALL });
            continue;
        }
        // What the rules that it includes leave is for later ones.
        let is_final = part(rule, "delegate").is_none();
        if matches.is_empty() {
            all = Some(rule).filter(|_| is_final);
            continue;
        }
        let taken: Vec<_> = matches.iter().filter_map(|found| Some((found, covering.add(found, is_final)?))).collect();
        add(rule, matches.len(), &taken, false, dead);
    }
}
