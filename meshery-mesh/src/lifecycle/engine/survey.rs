//! Who lives in a namespace that is to go.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::ResidueRule;
use meshery_core::{ErrorKind, Object, ObjectId, Result};
use tokio::task::JoinSet;

use super::residue;
use crate::cluster::{Api, Discovery};
use crate::lifecycle::run::list::metadata;
use crate::lifecycle::run::wire::Wire;

/// Kinds that nobody makes by hand, or that come with every namespace.
const BY_THEMSELVES: &[(&str, &str)] = &[
    ("", "Endpoints"),
    ("", "Event"),
    ("coordination.k8s.io", "Lease"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("events.k8s.io", "Event"),
    ("metrics.k8s.io", "PodMetrics"),
];
/// What comes with every namespace.
const IN_EACH: &[(&str, &str)] = &[("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")];
/// How many are named.
const NAMED: usize = 5;

/// Namespaces in which others have objects, and which. What goes by these rules is nobody else's.
pub(super) async fn inhabited(
    wire: &Wire,
    discovery: &Discovery,
    namespaces: &BTreeSet<String>,
    ours: &BTreeSet<ObjectId>,
    rules: &[&ResidueRule],
) -> Result<BTreeMap<String, String>> {
    let mut tasks = JoinSet::new();
    for namespace in namespaces {
        for api in discovery.kinds().filter_map(|kind| discovery.preferred(kind)).filter(|api| is_looked_at(api)) {
            let (wire, api, namespace) = (wire.clone(), api.clone(), namespace.clone());
            tasks.spawn(async move {
                let listed = metadata(&wire, &api, Some(&namespace)).await;
                (namespace, api.group_kind(), listed)
            });
        }
    }
    let mut foreign: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(listed) = tasks.join_next().await {
        let (namespace, kind, listed) = listed.map_err(crate::lifecycle::run::panicked)?;
        let is_foreign = |object: &Object| {
            let is_expected = ours.contains(&object.id()) || comes_with_it(object);
            !is_expected && !rules.iter().any(|rule| residue::fits(rule, object))
        };
        match listed {
            Ok(objects) => {
                let others: Vec<String> =
                    objects.iter().filter(|object| is_foreign(object)).map(ToString::to_string).collect();
                if !others.is_empty() {
                    foreign.entry(namespace).or_default().extend(others);
                }
            }
            // Not every kind can be listed.
            Err(error) if error.kind() == ErrorKind::NotFound || is_not_allowed(&error) => {}
            Err(error) => {
                foreign.entry(namespace).or_default().push(format!("perhaps {kind} ({})", error.report().message));
            }
        }
    }
    Ok(foreign.into_iter().map(|(namespace, others)| (namespace, named(others))).collect())
}

/// Some of them by name, and how many more there are.
fn named(mut others: Vec<String>) -> String {
    others.sort();
    let more = others.len().saturating_sub(NAMED);
    others.truncate(NAMED);
    if more > 0 {
        others.push(format!("{more} more"));
    }
    others.join(", ")
}

fn is_looked_at(api: &Api) -> bool {
    api.namespaced && !BY_THEMSELVES.contains(&(api.group.as_str(), api.kind.as_str()))
}

/// A kind without lists: `405 Method Not Allowed`.
pub(in crate::lifecycle) fn is_not_allowed(error: &meshery_core::Error) -> bool {
    error.report().context.iter().any(|(name, value)| name == "status" && value == "405")
}

/// What somebody else's object has made goes with that.
fn comes_with_it(object: &Object) -> bool {
    let made_by_another = !object.items("/metadata/ownerReferences").is_empty();
    made_by_another || IN_EACH.contains(&(object.kind(), object.name()))
}
