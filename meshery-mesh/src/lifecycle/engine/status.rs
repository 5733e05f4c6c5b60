//! How an instance is.

use meshery_core::lifecycle::InstanceStatus;
use meshery_core::{Health, Object, ObjectId, Result};

use crate::cluster::Discovery;
use crate::lifecycle::health;
use crate::lifecycle::inventory::store::Stored;
use crate::lifecycle::observe::{Look, observe, scopes};
use crate::lifecycle::run::wire::Wire;

/// What is remembered of an instance, and how its objects are: one request a kind.
pub(super) async fn status(wire: &Wire, name: &str, discovery: &Discovery, stored: &Stored) -> Result<InstanceStatus> {
    let (live, _) = observe(wire, scopes(stored.state.entries.keys(), discovery, Look::Wait)).await?;
    let lasting = stored.state.entries.iter().filter(|(_, entry)| !entry.is_hook);
    let objects: Vec<(ObjectId, Health)> = lasting
        .map(|(id, _)| {
            let missing = || Health::failed("it is not there");
            (id.clone(), live.get(id).map_or_else(missing, |object| health_of(object, live.whole(id).is_some())))
        })
        .collect();
    let current = stored.state.current();
    Ok(InstanceStatus {
        instance: name.to_owned(),
        mesh: stored.state.mesh.clone(),
        version: current.map(|revision| revision.version.clone()).unwrap_or_default(),
        revision: current.map(|revision| revision.number),
        holder: stored.lease.as_ref().map(|lease| lease.holder.clone()),
        healthy: current.is_some() && objects.iter().all(|(_, health)| health.is_ready()),
        objects,
        revisions: stored.state.history(),
    })
}

/// The health of an object, of which only a passive one can be told by its metadata alone.
fn health_of(object: &Object, whole: bool) -> Health {
    if whole || object.is_terminating() { health(object) } else { Health::Ready }
}
