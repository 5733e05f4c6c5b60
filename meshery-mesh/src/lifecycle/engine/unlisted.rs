//! Kinds that the server serves and does not list yet: for about a second after a definition has come, only the
//! definition itself tells of its kind.

use std::collections::BTreeSet;

use meshery_core::{GroupKind, ObjectId, Result};
use tokio::task::JoinSet;

use crate::cluster::Discovery;
use crate::lifecycle::run::list::whole;
use crate::lifecycle::run::panicked;
use crate::lifecycle::run::wire::Wire;

/// Takes in the kinds of these definitions where the server does not list them: one request for each such definition.
pub(super) async fn learn(wire: &Wire, discovery: &mut Discovery, ids: impl Iterator<Item = ObjectId>) -> Result<()> {
    let definition = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
    let Some(api) = discovery.preferred(&definition).cloned() else { return Ok(()) };
    let definitions: BTreeSet<ObjectId> = ids.filter(|id| id.kind == definition).collect();
    let mut tasks = JoinSet::new();
    for id in definitions.into_iter().filter(|id| discovery.of_definition(&id.name).is_none()) {
        let (wire, api) = (wire.clone(), api.clone());
        // As a list, which is what a plan asks permission for.
        let name = format!("metadata.name={}", id.name);
        tasks.spawn(async move { whole(&wire, &api, None, Some(("fieldSelector", &name))).await });
    }
    while let Some(found) = tasks.join_next().await {
        // Whether a kind is served already shows when its resources are asked for.
        found.map_err(panicked)??.iter().for_each(|definition| discovery.learn(definition));
    }
    Ok(())
}
