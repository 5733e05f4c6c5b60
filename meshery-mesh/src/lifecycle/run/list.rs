//! All objects of a kind, whole or their metadata, and some by their names.

use std::collections::BTreeMap;

use meshery_core::{ErrorKind, GroupKind, Object, ObjectId, Result};
use serde_json::Value;
use tokio::task::JoinSet;

use super::panicked;
use super::wire::Wire;
use crate::cluster::{Api, Discovery, METADATA_LIST, Request};

/// How many objects come with one answer. A server that is asked for so many at most answers at once, too, while it gets
/// ready to serve a kind that nobody has asked for before; otherwise it asks to be left alone for a second.
const PAGE: &str = "500";

/// All objects of a kind, whole: one request, and one more for each further page.
pub(in crate::lifecycle) async fn whole(
    wire: &Wire,
    api: &Api,
    namespace: Option<&str>,
    selector: Option<(&str, &str)>,
) -> Result<Vec<Object>> {
    let mut first = Request::get(api.path(namespace, None));
    if let Some((name, value)) = selector {
        first = first.query(name, value);
    }
    pages(wire, api, namespace, first).await
}

/// All objects of some kinds, whole, looked for at once. Of a kind that is not served any more there is nothing.
pub(in crate::lifecycle) async fn whole_of(
    wire: &Wire,
    apis: impl IntoIterator<Item = Api>,
) -> Result<BTreeMap<GroupKind, Vec<Object>>> {
    let mut tasks = JoinSet::new();
    for api in apis {
        let wire = wire.clone();
        tasks.spawn(async move { (api.group_kind(), whole(&wire, &api, None, None).await) });
    }
    let mut found = BTreeMap::new();
    while let Some(listed) = tasks.join_next().await {
        match listed.map_err(panicked)? {
            (kind, Ok(objects)) => drop(found.insert(kind, objects)),
            (_, Err(error)) if error.kind() == ErrorKind::NotFound => {}
            (_, Err(error)) => return Err(error),
        }
    }
    Ok(found)
}

/// Those of these objects that are there, whole, each asked for by itself.
pub(in crate::lifecycle) async fn by_name(
    wire: &Wire,
    ids: impl IntoIterator<Item = &ObjectId>,
    served: &Discovery,
) -> Result<BTreeMap<ObjectId, Object>> {
    let mut tasks = JoinSet::new();
    for id in ids {
        let Some(api) = served.preferred(&id.kind) else { continue };
        let (wire, id, path) = (wire.clone(), id.clone(), api.path(id.namespace.as_deref(), Some(&id.name)));
        tasks.spawn(async move {
            let sent = wire.send(Request::get(path), &id).await?;
            if sent.status == 404 { Ok(None) } else { sent.accepted()?.json::<Object>().map(Some) }
        });
    }
    let mut found = BTreeMap::new();
    while let Some(seen) = tasks.join_next().await {
        found.extend(seen.map_err(panicked)??.map(|object| (object.id(), object)));
    }
    Ok(found)
}

/// The metadata of all objects of a kind.
pub(in crate::lifecycle) async fn metadata(wire: &Wire, api: &Api, namespace: Option<&str>) -> Result<Vec<Object>> {
    pages(wire, api, namespace, Request::get(api.path(namespace, None)).accept(METADATA_LIST)).await
}

async fn pages(wire: &Wire, api: &Api, namespace: Option<&str>, first: Request) -> Result<Vec<Object>> {
    let about = ObjectId { kind: api.group_kind(), namespace: namespace.map(str::to_owned), name: "*".into() };
    let first = first.query("limit", PAGE);
    let (mut request, mut objects) = (first.clone(), Vec::new());
    loop {
        let mut list: Value = wire.send(request, &about).await?.accepted()?.json()?;
        if let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) {
            for item in items {
                objects.push(complete(item, api)?);
            }
        }
        match list.pointer("/metadata/continue").and_then(Value::as_str) {
            Some(next) if !next.is_empty() => request = first.clone().query("continue", next),
            _ => return Ok(objects),
        }
    }
}

/// Items of a list do not say what they are.
fn complete(mut item: Value, api: &Api) -> Result<Object> {
    if let Some(fields) = item.as_object_mut() {
        fields.insert("apiVersion".into(), api.api_version().into());
        fields.insert("kind".into(), api.kind.as_str().into());
    }
    Object::new(item)
}
