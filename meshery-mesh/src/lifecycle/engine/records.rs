//! What another installer remembers of objects that were adopted from it: worth nothing once they are gone.

use std::collections::BTreeSet;

use meshery_core::lifecycle::Residue;
use meshery_core::{Object, Result};

use crate::cluster::Api;
use crate::lifecycle::inventory::State;
use crate::lifecycle::observe::Live;
use crate::lifecycle::run::list::whole;
use crate::lifecycle::run::one;
use crate::lifecycle::run::wire::Wire;

/// Releases of Helm, by their namespaces and names, whose objects were adopted.
pub(super) fn releases(state: &State, live: &Live) -> BTreeSet<(String, String)> {
    let adopted = state.entries.iter().filter(|(_, entry)| !entry.predecessors.is_empty());
    let seen = adopted.filter_map(|(id, _)| live.get(id));
    let release = |object: &Object| {
        let mark = |name: &str| object.annotation(&format!("meta.helm.sh/release-{name}")).map(str::to_owned);
        Some((mark("namespace")?, mark("name")?))
    };
    seen.filter_map(release).collect()
}

/// Removes Helm's records of these releases.
pub(super) async fn clear(wire: &Wire, releases: &BTreeSet<(String, String)>) -> Result<Vec<Residue>> {
    let (secrets, mut found) = (Api::core("Secret", "secrets", true), Vec::new());
    for (namespace, release) in releases {
        let labels = format!("owner=helm,name={release}");
        let selector = Some(("labelSelector", labels.as_str()));
        let all = whole(wire, &secrets, Some(namespace), selector).await?;
        for record in all.iter().filter(|secret| secret.text("/type") == "helm.sh/release.v1") {
            let object = record.id();
            one::remove(wire, &secrets, &object, record.uid()).await?;
            let reason = format!("Helm's record of the release {release}, whose objects were adopted");
            found.push(Residue { object, reason, removed: true });
        }
    }
    Ok(found)
}
