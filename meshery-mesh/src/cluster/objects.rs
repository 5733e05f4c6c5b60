//! The few words that are spoken about single objects.

use meshery_core::{Object, Result};
use serde_json::Value;

use super::{Api, Cluster, Method, Request};

impl Api {
    /// A kind of the core group, which every server has.
    pub(crate) fn core(kind: &str, plural: &str, namespaced: bool) -> Self {
        let (kind, plural) = (kind.into(), plural.into());
        Self { group: String::new(), version: "v1".into(), kind, plural, namespaced }
    }
}

impl Cluster {
    /// Creates an object.
    pub(crate) async fn create(&self, api: &Api, namespace: Option<&str>, object: &Value) -> Result<Object> {
        let request = Request::new(Method::Post, api.path(namespace, None));
        self.send(request.body("application/json", serde_json::to_vec(object)?)).await?.json().await
    }

    /// Changes a part of what is at a path: a JSON merge patch (RFC 7386).
    pub(crate) async fn merge(&self, path: String, part: &Value) -> Result<Object> {
        let request = Request::new(Method::Patch, path);
        self.send(request.body("application/merge-patch+json", serde_json::to_vec(part)?)).await?.json().await
    }
}
