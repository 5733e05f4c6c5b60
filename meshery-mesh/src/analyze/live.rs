//! What runs on a cluster, as files to analyze.

use meshery_core::{Context, Error, ErrorKind, GroupKind, Object, Result};

use super::{Source, schema};
use crate::cluster::{Cluster, Discovery, Request, Watch};

/// Kinds that rules read and of which no definition is kept.
const BEYOND: [(&str, &str); 1] = [("argoproj.io", "Rollout")];

/// Reads from a cluster all objects of the kinds that rules know, each as a file of its own whose name says what it is. A
/// kind that may not be listed is said among the errors, and keeps no other from being read. Analyzed together with files,
/// those stand in the place of what runs: a change is judged against the cluster that it is for.
///
/// # Errors
/// What keeps the cluster from being asked at all.
pub async fn running(cluster: &Cluster, context: &Context) -> Result<(Vec<Source>, Vec<Error>)> {
    let discovery = Discovery::read(cluster).await?;
    let known = schema::kinds().chain(BEYOND).map(|(group, kind)| GroupKind::new(group, kind));
    let (mut sources, mut errors) = (Vec::new(), Vec::new());
    for kind in known {
        context.cancel.check()?;
        let Some(api) = discovery.preferred(&kind) else { continue };
        // With whole objects, in pages, as a list of any length can be had.
        let mut watch = Watch::new(cluster, Request::get(api.path(None, None))).listing();
        match watch.sync().await {
            Ok(found) => sources.extend(found.values().map(|object| source(&kind, object))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => errors.push(error.at(kind.to_string())),
        }
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((sources, errors))
}

fn source(kind: &GroupKind, object: &Object) -> Source {
    // Who owns which field is of no interest to a rule, and longer than all the rest.
    let object = object.clone().without("/metadata/managedFields");
    let text = serde_json::to_string_pretty(object.value()).unwrap_or_default();
    let id = object.id();
    let place = id.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    Source::new(format!("cluster/{kind}/{place}{}", id.name), text).running()
}
