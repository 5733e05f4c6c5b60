//! What another installer remembers of objects that were adopted from it: worth nothing once they are gone.

use std::collections::BTreeSet;

use meshery_core::lifecycle::Residue;
use meshery_core::{Object, ObjectId, Result};
use serde_json::Value;

use crate::cluster::{Api, Request};
use crate::lifecycle::inventory::State;
use crate::lifecycle::observe::Live;
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
        let request = Request::get(secrets.path(Some(namespace), None))
            .query("labelSelector", &format!("owner=helm,name={release}"))
            .query("fieldSelector", "type=helm.sh/release.v1");
        let about = ObjectId::new("", "Secret", Some(namespace), "*");
        let list: Value = wire.send(request, &about).await?.accepted()?.json()?;
        let items: Vec<&Value> = list["items"].as_array().into_iter().flatten().collect();
        for item in items {
            let text = |name: &str| item["metadata"][name].as_str().unwrap_or_default();
            let object = ObjectId::new("", "Secret", Some(namespace), text("name"));
            one::remove(wire, &secrets, &object, text("uid")).await?;
            let reason = format!("Helm's record of the release {release}, whose objects were adopted");
            found.push(Residue { object, reason, removed: true });
        }
    }
    Ok(found)
}
