//! Looking at a cluster for meshes: one list a kind, one request for each part, and two for each service that webhooks
//! are sent to.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::lifecycle::Detection;
use meshery_core::{ErrorKind, GroupKind, Object, Result};
use tokio::task::JoinSet;

use super::prepare;
use crate::cluster::{Api, Discovery, Request};
use crate::lifecycle::detect::{self, Meshes, Seen, webhooks};
use crate::lifecycle::run::list::{metadata, whole};
use crate::lifecycle::run::panicked;
use crate::lifecycle::run::wire::Wire;
use crate::providers::Registry;

/// Finds the meshes of a cluster.
pub(super) async fn detect(wire: &Wire, meshes: &Registry) -> Result<Detection> {
    let discovery = prepare::discover(wire).await?;
    let meshes = Arc::new(Meshes::of(meshes.iter()));
    let mut seen = Seen::default();
    let mut tasks = JoinSet::new();
    for kind in meshes.kinds() {
        let Some(api) = discovery.preferred(&kind).cloned() else { continue };
        let (wire, meshes) = (wire.clone(), Arc::clone(&meshes));
        tasks.spawn(async move {
            let found = look(&wire, &meshes, &kind, &api).await;
            (kind, found)
        });
    }
    while let Some(listed) = tasks.join_next().await {
        let (kind, objects) = listed.map_err(panicked)?;
        seen.objects.insert(kind, objects?);
    }
    seen.silent = silent(wire, &discovery, &seen).await?;
    Ok(meshes.detect(&seen))
}

/// All objects of a kind: whole where something in them matters.
async fn look(wire: &Wire, meshes: &Meshes, kind: &GroupKind, api: &Api) -> Result<Vec<Object>> {
    if webhooks().contains(kind) {
        return whole(wire, api, None, None).await;
    }
    let mut objects = metadata(wire, api, None).await?;
    for object in &mut objects {
        if !meshes.have_part(object) {
            continue;
        }
        let (id, path) = (object.id(), api.path(object.namespace(), Some(object.name())));
        match wire.send(Request::get(path), &id).await?.accepted().and_then(|sent| sent.json::<Object>()) {
            Ok(whole) => *object = whole,
            // It has gone meanwhile: how it was is all that is known.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(objects)
}

/// Services that webhooks are sent to and behind which nobody is ready.
async fn silent(wire: &Wire, discovery: &Discovery, seen: &Seen) -> Result<BTreeSet<(String, String)>> {
    let configurations = webhooks();
    let hooks = configurations.iter().filter_map(|kind| seen.objects.get(kind)).flatten();
    let called = hooks.flat_map(|object| object.items("/webhooks").iter().map(detect::service));
    let services: BTreeSet<(String, String)> = called
        .filter(|(_, name)| !name.is_empty())
        .map(|(namespace, name)| (namespace.to_owned(), name.to_owned()))
        .collect();
    let mut silent = BTreeSet::new();
    let slices = discovery.preferred(&GroupKind::new("discovery.k8s.io", "EndpointSlice"));
    for (namespace, name) in services {
        let selector = format!("kubernetes.io/service-name={name}");
        let behind = match slices {
            Some(api) => whole(wire, api, Some(&namespace), Some(("labelSelector", &selector))).await?,
            None => continue,
        };
        let mut endpoints = behind.iter().flat_map(|slice| slice.items("/endpoints"));
        // One that does not say so is ready.
        if !endpoints.any(|endpoint| endpoint["conditions"]["ready"] != false) {
            silent.insert((namespace, name));
        }
    }
    Ok(silent)
}
