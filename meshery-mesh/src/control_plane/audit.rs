//! The API server's audit log as typed requests.

use std::path::PathBuf;
use std::time::Duration;

use meshery_core::control_plane::AuditedObject;
use meshery_core::{AuditedRequest, Error, ErrorKind, Result};
use serde::Deserialize;

use crate::cluster::{Cluster, Request};

/// How long the log may take to tell of a request that has been answered.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(5);

/// The audit log of a control plane. Requests of its own helpers are in it as well, under user agents that begin with
/// `meshery-`.
///
/// ```no_run
/// # async fn example(control_plane: meshery_mesh::ControlPlane) -> meshery_core::Result<()> {
/// let before = control_plane.audit().mark().await?;
/// let cluster = control_plane.cluster("my-test").await?;
/// // ... what is to be counted ...
/// let after = control_plane.audit().mark().await?;
/// let all = control_plane.audit().between(before, after)?;
/// println!("{} requests", all.iter().filter(|request| request.user_agent == "my-test").count());
/// # drop(cluster);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Audit {
    path: PathBuf,
    cluster: Cluster,
}

/// A place in the audit log: how many bytes come before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

impl Audit {
    pub(super) fn new(path: PathBuf, cluster: Cluster) -> Self {
        Self { path, cluster }
    }

    /// A place in the log after every request that has been answered by now. It makes a request of its own, and waits
    /// until the log tells of it.
    ///
    /// # Errors
    /// Those of the request, and [`Timeout`](ErrorKind::Timeout) when the log does not tell of it.
    pub async fn mark(&self) -> Result<Mark> {
        use std::hash::{BuildHasher, RandomState};

        let sign = format!("/version?mark={:016x}", RandomState::new().hash_one(()));
        self.cluster.send(Request::get(&sign)).await?.body().await?;
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            let text = self.text()?;
            if let Some(place) = text.find(&sign) {
                let rest = text[place..].find('\n').map_or(text.len(), |end| place + end + 1);
                return Ok(Mark(rest as u64));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Error::new(ErrorKind::Timeout, "the audit log does not tell of a request").found(sign))
    }

    /// The requests between two places, in the order in which they were answered.
    ///
    /// # Errors
    /// When the log cannot be read, or holds something else than requests.
    pub fn between(&self, from: Mark, to: Mark) -> Result<Vec<AuditedRequest>> {
        let text = self.text()?;
        let part = text.get(from.0 as usize..to.0 as usize).unwrap_or_default();
        part.lines().map(|line| Ok(serde_json::from_str::<Line>(line)?.into())).collect()
    }

    /// All requests from a place on.
    ///
    /// # Errors
    /// As [`between`](Self::between).
    pub fn since(&self, from: Mark) -> Result<Vec<AuditedRequest>> {
        self.between(from, Mark(self.text()?.len() as u64))
    }

    fn text(&self) -> Result<String> {
        let text = std::fs::read_to_string(&self.path);
        let mut text = text.map_err(|error| Error::from(error).at(self.path.display().to_string()))?;
        // The last line may still be on its way.
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        Ok(text)
    }
}

/// A line of the log: an `Event` of `audit.k8s.io/v1`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    verb: String,
    #[serde(rename = "requestURI")]
    uri: String,
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    object_ref: ObjectRef,
    #[serde(default)]
    response_status: ResponseStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ObjectRef {
    resource: String,
    api_group: String,
    namespace: String,
    name: String,
    subresource: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResponseStatus {
    code: u16,
}

impl From<Line> for AuditedRequest {
    fn from(line: Line) -> Self {
        let ObjectRef { resource, api_group, namespace, name, subresource } = line.object_ref;
        Self {
            verb: line.verb,
            uri: line.uri,
            user_agent: line.user_agent,
            object: AuditedObject { resource, api_group, namespace, name, subresource },
            status: line.response_status.code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_request() {
        let line = r#"{ "kind": "Event", "verb": "patch", "requestURI": "/api/v1/namespaces/shop?fieldManager=me",
            "userAgent": "me/1.0", "objectRef": { "resource": "namespaces", "name": "shop", "apiVersion": "v1" },
            "responseStatus": { "metadata": {}, "code": 201 } }"#;
        let request: AuditedRequest = serde_json::from_str::<Line>(line).unwrap().into();
        assert!(request.writes());
        assert_eq!(
            (request.object.name.as_str(), request.status, request.user_agent.as_str()),
            ("shop", 201, "me/1.0")
        );
        let bare: AuditedRequest =
            serde_json::from_str::<Line>(r#"{ "verb": "get", "requestURI": "/readyz" }"#).unwrap().into();
        assert!(!bare.writes() && bare.object.resource.is_empty());
    }
}
