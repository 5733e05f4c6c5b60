//! Whether objects were written to: by their `resourceVersion`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use meshery_core::{Object, ObjectId};
use meshery_mesh::cluster::{Api, Discovery, Watch};

use crate::Result;
use crate::asked::Asked;
use crate::bed::{Bed, until};

/// How long no version may move until controllers are taken to be done.
const CALM: Duration = Duration::from_secs(1);

/// The versions of some objects at one time, and how their kinds stand in paths.
pub(crate) struct Versions(BTreeMap<ObjectId, (String, String)>);

impl Versions {
    /// Those of now.
    pub(crate) fn take(bed: &Bed, objects: &[Object]) -> Result<Self> {
        bed.run(take(bed, objects))
    }

    /// Those of a moment when controllers have done all that an install gives them to do.
    pub(crate) fn settled(bed: &Bed, objects: &[Object]) -> Result<Self> {
        bed.run(async {
            let mut known = take(bed, objects).await?;
            until("controllers to be done", async || {
                tokio::time::sleep(CALM).await;
                let now = take(bed, objects).await?;
                let before = std::mem::replace(&mut known, now);
                Ok(before.0 == known.0)
            })
            .await?;
            Ok(known)
        })
    }

    /// How many are of another version later, though nobody but the client has written to them: controllers write to
    /// some objects every few seconds.
    pub(crate) fn moved(&self, later: &Self, asked: &Asked) -> usize {
        let written: BTreeSet<_> = asked
            .of_others
            .iter()
            .filter(|request| request.writes() && request.status < 400)
            .map(|request| (request.object.resource.as_str(), request.object.namespace.as_str(), &request.object.name))
            .collect();
        let is_others = |id: &ObjectId, plural: &str| {
            written.contains(&(plural, id.namespace.as_deref().unwrap_or_default(), &id.name))
        };
        let moved = self.0.iter().filter(|(id, (_, version))| later.0.get(id).map(|(_, later)| later) != Some(version));
        moved.filter(|(id, (plural, _))| !is_others(id, plural)).count()
    }
}

async fn take(bed: &Bed, objects: &[Object]) -> meshery_core::Result<Versions> {
    let discovery = Discovery::read(&bed.cluster).await?;
    let mut places: BTreeMap<(Option<&str>, &str, &str), &Api> = BTreeMap::new();
    for object in objects {
        if let Some(api) = discovery.find(object.api_version(), object.kind()) {
            places.insert((object.namespace(), object.api_version(), object.kind()), api);
        }
    }
    let ours: BTreeSet<ObjectId> = objects.iter().map(Object::id).collect();
    let mut versions = BTreeMap::new();
    for ((namespace, ..), api) in places {
        let mut watch = Watch::metadata(&bed.cluster, api, namespace);
        let there = watch.sync().await?.iter().filter(|(id, _)| ours.contains(id));
        versions
            .extend(there.map(|(id, object)| (id.clone(), (api.plural.clone(), object.resource_version().to_owned()))));
    }
    Ok(Versions(versions))
}
