//! What there is on the cluster of the kinds that matter: one request a kind, which for what has to be waited for goes
//! on as a watch.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::{Error, ErrorKind, GroupKind, Object, ObjectId, Result};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::ready;
use super::run::list::by_name;
use super::run::wire::{PATIENCE, Wire};
use crate::cluster::{Api, Discovery, Request, Watch};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Metadata alone, once.
    Once,
    /// Whole objects of the kinds that have a state to wait for, for as long as somebody waits.
    Wait,
    /// Metadata alone, until everything is gone.
    Leave,
}

/// What there is.
#[derive(Debug, Default)]
pub(super) struct Live {
    objects: BTreeMap<ObjectId, Object>,
    /// The kinds of which whole objects are here.
    whole: BTreeSet<GroupKind>,
}

/// Watches that go on, by what they look at.
pub(super) type Watches = Vec<(Scope, Watch)>;

impl Live {
    pub(super) fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    /// An object, if all of it is here.
    pub(super) fn whole(&self, id: &ObjectId) -> Option<&Object> {
        self.get(id).filter(|_| self.whole.contains(&id.kind))
    }

    /// These objects, whole.
    #[cfg(test)]
    pub(super) fn of(objects: &[Object]) -> Self {
        let whole = objects.iter().map(|object| object.id().kind).collect();
        Self { objects: objects.iter().map(|object| (object.id(), object.clone())).collect(), whole }
    }

    /// Asks once more for each of these that was not seen: a list may be an old one, and what is taken for gone is
    /// forgotten.
    pub(super) async fn look_closer<'a>(
        &mut self,
        wire: &Wire,
        expected: impl Iterator<Item = &'a ObjectId>,
        served: &Discovery,
    ) -> Result<()> {
        let unseen: Vec<&ObjectId> = expected.filter(|id| !self.objects.contains_key(*id)).collect();
        self.objects.extend(by_name(wire, unseen, served).await?);
        Ok(())
    }
}

/// Where objects of a kind are looked for: in the one namespace that they are all in, or in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) api: Api,
    pub(super) namespace: Option<String>,
    pub(super) look: Look,
}

/// The scopes of these objects; of kinds that the server does not serve yet there is nothing to be seen.
pub(super) fn scopes<'a>(ids: impl Iterator<Item = &'a ObjectId>, served: &Discovery, look: Look) -> Vec<Scope> {
    let mut namespaces: BTreeMap<&GroupKind, BTreeSet<Option<&str>>> = BTreeMap::new();
    for id in ids {
        namespaces.entry(&id.kind).or_default().insert(id.namespace.as_deref());
    }
    let scope = |(kind, namespaces): (&GroupKind, BTreeSet<Option<&str>>)| {
        let only = if namespaces.len() == 1 { namespaces.first().copied().flatten() } else { None };
        Some(Scope { api: served.preferred(kind)?.clone(), namespace: only.map(str::to_owned), look })
    };
    namespaces.into_iter().filter_map(scope).collect()
}

/// Looks at all scopes at once.
pub(super) async fn observe(wire: &Wire, scopes: Vec<Scope>) -> Result<(Live, Watches)> {
    let mut tasks = JoinSet::new();
    for scope in scopes {
        let wire = wire.clone();
        tasks.spawn(async move { see(&wire, &scope).await });
    }
    let (mut live, mut watches) = (Live::default(), Watches::new());
    while let Some(seen) = tasks.join_next().await {
        let Seen { scope, watch, whole, goes_on } = seen.map_err(super::run::panicked)??;
        if whole {
            live.whole.insert(scope.api.group_kind());
        }
        if goes_on {
            live.objects.extend(watch.known().iter().map(|(id, object)| (id.clone(), object.clone())));
            watches.push((scope, watch));
        } else {
            live.objects.extend(watch.into_known());
        }
    }
    Ok((live, watches))
}

struct Seen {
    scope: Scope,
    watch: Watch,
    whole: bool,
    goes_on: bool,
}

async fn see(wire: &Wire, scope: &Scope) -> Result<Seen> {
    let Scope { api, namespace, look } = scope;
    let active = ready::is_active(&api.group, &api.kind);
    let whole = active && *look == Look::Wait;
    let make = || match (look, whole) {
        (Look::Wait, true) => Watch::new(wire.cluster(), Request::get(api.path(namespace.as_deref(), None))),
        (Look::Leave, _) if active => Watch::metadata(wire.cluster(), api, namespace.as_deref()),
        _ => Watch::metadata(wire.cluster(), api, namespace.as_deref()).listing(),
    };
    let mut watch = make();
    let about = ObjectId { kind: api.group_kind(), namespace: namespace.clone(), name: "*".into() };
    let mut tries = 0;
    loop {
        tries += 1;
        let late = |_| Error::new(ErrorKind::Timeout, "the server does not answer");
        let synced = timeout(PATIENCE, watch.sync()).await.map_err(late);
        match synced.and_then(|synced| synced.map(drop)) {
            Ok(()) => break,
            // Its definition is on its way out, and the server does not serve it any more, though it still says so.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Seen { scope: scope.clone(), watch: make(), whole: false, goes_on: false });
            }
            Err(error) if wire.rest_after(tries, &error, &about).await => watch = make(),
            Err(error) => return Err(error.at(about.to_string())),
        }
    }
    Ok(Seen { scope: scope.clone(), watch, whole, goes_on: active && *look != Look::Once })
}
