//! Values that a chart does not have and that look like a slip.
//!
//! Helm takes every value, known or not, and a misspelt one goes unnoticed for months. But a value that is not among
//! the chart's own need not be a mistake: charts read values that they only mention in comments or not at all
//! (`nameOverride`; Istio's `profile`), hand whole maps through to Kubernetes (`resources`, `meshConfig`), and pass others
//! on to charts within them (`global`). A chart that wants to be strict says so in its `values.schema.json`, which `helm`
//! heeds. So only what is nearly one of the chart's own values is refused, and only when all speaks for a slip.

use std::collections::BTreeSet;

use meshery_core::resource::Node;
use meshery_core::{Error, Result};
use serde_json::{Map, Value};

use crate::analyze::{Source, yaml};
use crate::nearest::within;

/// Below this key, the charts of Istio keep what others have at the top.
const WRAPPED: &str = "_internal_defaults_do_not_set";
/// Shorter names are near to too many others.
const SHORTEST: usize = 3;
/// From this length on, two edits are a slip; in shorter names they tell `minReplicas` from `maxReplicas`.
const LONG: usize = 12;

/// Refuses the first value that is a slip of one of the chart's, which are given as its `values.yaml`.
pub(super) fn check(given: &Map<String, Value>, known: Vec<u8>) -> Result<()> {
    // With comments: what is mentioned there is known to the chart.
    let text = String::from_utf8_lossy(&known).into_owned();
    let mentioned = text.split(|c: char| !c.is_alphanumeric()).collect();
    // A file that cannot be read is for `helm` to complain about.
    let Some(Ok(root)) = yaml::read(&Source::new("values.yaml", known)).into_iter().next() else { return Ok(()) };
    let roots: Vec<&Node> = [Some(&root), root.get(WRAPPED)].into_iter().flatten().collect();
    Checker { mentioned }.check(given, &roots, "")
}

struct Checker<'a> {
    mentioned: BTreeSet<&'a str>,
}

impl Checker<'_> {
    /// Looks at values whose counterparts in the chart may stand in several maps.
    fn check(&self, given: &Map<String, Value>, known: &[&Node], place: &str) -> Result<()> {
        for (name, value) in given {
            let here = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            let inner: Vec<&Node> = known.iter().filter_map(|map| map.get(name)).collect();
            match value {
                Value::Object(fields) if !inner.is_empty() => self.check(fields, &inner, &here)?,
                _ if !inner.is_empty() => {}
                _ => {
                    if let Some(near) = self.meant(name, given, known) {
                        return Err(Error::invalid(here, "the chart has no value of this name")
                            .found(format!("{name:?}"))
                            .with("did you mean", near));
                    }
                }
            }
        }
        Ok(())
    }

    /// The name of the chart's that was meant, if this one is a slip.
    fn meant<'k>(&self, name: &str, given: &Map<String, Value>, known: &[&'k Node]) -> Option<&'k str> {
        if !is_name_of_value(name) || self.mentioned.contains(name) {
            return None;
        }
        let fields = known.iter().flat_map(|map| map.fields()).map(|field| &*field.key);
        // Who has written both has not mistaken one for the other.
        let free = fields.filter(|key| !given.contains_key(*key) && letters(key) != letters(name));
        let candidates: Vec<&str> = free.collect();
        let same_but_for_case = candidates.iter().find(|key| key.eq_ignore_ascii_case(name)).copied();
        let limit = if name.len() < LONG { 1 } else { 2 };
        same_but_for_case.or_else(|| within(name, limit, candidates.into_iter()))
    }
}

/// As charts name their values. Labels (`app.kubernetes.io/name`) and variables (`PILOT_TRACE`) are the user's own.
fn is_name_of_value(name: &str) -> bool {
    let shouts = name.bytes().all(|byte| !byte.is_ascii_lowercase());
    name.len() >= SHORTEST && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !shouts
}

/// Without digits: `zone2` beside `zone1` is another one, and no slip.
fn letters(name: &str) -> String {
    name.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KNOWN: &str = "replicaCount: 1\nimage: { tag: '', pullPolicy: Always }\nextra: {}\n# readerName: x\n\
        env: { PILOT_A: 1 }\nzone1: {}\nport: 1\n_internal_defaults_do_not_set: { meshConfig: { enableTracing: false } }\n";

    fn checked(given: Value) -> Result<()> {
        check(&serde_json::from_value(given).unwrap(), KNOWN.into())
    }

    #[test]
    fn slips_are_refused_at_their_place_with_what_was_meant() {
        for (given, place, meant) in [
            (json!({ "replicaCuont": 2 }), "replicaCuont", "replicaCount"),
            (json!({ "replicacount": 2 }), "replicacount", "replicaCount"),
            (json!({ "image": { "tags": "1" } }), "image.tags", "tag"),
            (json!({ "meshConfg": {} }), "meshConfg", "meshConfig"),
            (json!({ "meshConfig": { "enableTraceing": true } }), "meshConfig.enableTraceing", "enableTracing"),
        ] {
            let error = checked(given).unwrap_err();
            assert_eq!(error.report().place.as_deref(), Some(place));
            assert_eq!(error.report().context, [("did you mean".to_owned(), meant.to_owned())]);
        }
    }

    #[test]
    fn what_is_no_slip_passes() {
        for given in [
            json!({ "profile": "ambient", "global": { "hub": "x" } }),
            json!({ "extra": { "anything": 1 } }),
            json!({ "readerNames": "no", "readerName": "in a comment" }),
            json!({ "env": { "PILOT_B": 2 } }),
            json!({ "image": { "poolPolicies": "far enough away" } }),
            json!({ "zone2": {} }),
            json!({ "port": 1, "ports": 2 }),
            json!({ "meshConfig": { "accessLogFile": "/dev/stdout" } }),
            json!({ "image": "one:1" }),
        ] {
            checked(given.clone()).unwrap_or_else(|error| panic!("{given}: {error}"));
        }
    }
}
