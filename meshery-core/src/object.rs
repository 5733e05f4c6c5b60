//! Objects of a Kubernetes API server as plain data: what is applied, and what is found.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// A kind of object, whatever its version: `Deployment.apps`, `Service`.
///
/// ```
/// use meshery_core::GroupKind;
///
/// assert_eq!(GroupKind::new("apps", "Deployment").to_string(), "Deployment.apps");
/// assert_eq!(GroupKind::new("", "Service").to_string(), "Service");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupKind {
    /// The API group, empty for the core group.
    #[serde(default)]
    pub group: String,
    /// The kind.
    pub kind: String,
}

impl GroupKind {
    /// A kind of a group.
    pub fn new(group: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { group: group.into(), kind: kind.into() }
    }

    /// Whether it is this kind of this group.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

/// What tells an object from all others of its cluster. Versions of an API show the same object in different forms, so
/// the version is no part of it.
///
/// ```
/// use meshery_core::ObjectId;
///
/// let id = ObjectId::new("apps", "Deployment", Some("istio-system"), "istiod");
/// assert_eq!(id.to_string(), "Deployment.apps istio-system/istiod");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ObjectId {
    /// The kind, with its group.
    #[serde(flatten)]
    pub kind: GroupKind,
    /// The namespace; `None` for what stands beside all namespaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectId {
    /// The identity of an object.
    pub fn new(
        group: impl Into<String>,
        kind: impl Into<String>,
        namespace: Option<&str>,
        name: impl Into<String>,
    ) -> Self {
        Self { kind: GroupKind::new(group, kind), namespace: namespace.map(str::to_owned), name: name.into() }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// An object as JSON, with an API version, a kind and a name for certain.
///
/// ```
/// use meshery_core::{ErrorKind, Object};
/// use serde_json::json;
///
/// let namespace = Object::new(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } })).unwrap();
/// assert_eq!(namespace.id().to_string(), "Namespace shop");
///
/// let error = Object::new(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": {} })).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert_eq!(error.report().place.as_deref(), Some("metadata.name"));
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Value", into = "Value")]
#[schemars(with = "Map<String, Value>")]
pub struct Object(Value);

impl Object {
    /// Takes JSON for an object.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for anything without `apiVersion`, `kind` and `metadata.name`,
    /// with the place of what is missing.
    pub fn new(value: Value) -> Result<Self> {
        for place in ["/apiVersion", "/kind", "/metadata/name"] {
            let found = value.pointer(place);
            if found.and_then(Value::as_str).is_none_or(str::is_empty) {
                let shown = place.trim_start_matches('/').replace('/', ".");
                let found = found.map_or("nothing".into(), Value::to_string);
                return Err(Error::invalid(shown, "not an object").expected("text that is not empty").found(found));
            }
        }
        if let Some(found) = value.pointer("/metadata/namespace").filter(|namespace| !namespace.is_string()) {
            let error = Error::invalid("metadata.namespace", "not an object");
            return Err(error.expected("text").found(found.to_string()));
        }
        Ok(Self(value))
    }

    /// What tells it from all others.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(self.group(), self.kind(), self.namespace(), self.name())
    }

    /// For example `apps/v1`.
    pub fn api_version(&self) -> &str {
        self.of_root("apiVersion")
    }

    /// The API group: empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// The version within the group, for example `v1`.
    pub fn version(&self) -> &str {
        self.api_version().rsplit('/').next().unwrap_or_default()
    }

    /// For example `Deployment`.
    pub fn kind(&self) -> &str {
        self.of_root("kind")
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.of_metadata("name")
    }

    /// The namespace that it names; `None` when it names none, or an empty one.
    pub fn namespace(&self) -> Option<&str> {
        Some(self.of_metadata("namespace")).filter(|namespace| !namespace.is_empty())
    }

    /// The identity that the API server gave it; empty before that.
    pub fn uid(&self) -> &str {
        self.of_metadata("uid")
    }

    /// Changes with every write; empty before the first.
    pub fn resource_version(&self) -> &str {
        self.of_metadata("resourceVersion")
    }

    /// Whether it is on its way out, held by finalizers or by what depends on it.
    pub fn is_terminating(&self) -> bool {
        self.get("/metadata/deletionTimestamp").is_some()
    }

    /// A label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.0.get("metadata")?.get("labels")?.get(name)?.as_str()
    }

    /// An annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.0.get("metadata")?.get("annotations")?.get(name)?.as_str()
    }

    // Who an object is, is asked for thousands of times: without a pointer to be taken apart each time.
    fn of_root(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn of_metadata(&self, name: &str) -> &str {
        self.0.get("metadata").and_then(|metadata| metadata.get(name)).and_then(Value::as_str).unwrap_or_default()
    }

    /// The value at a JSON Pointer (RFC 6901).
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// The text at a JSON Pointer; empty when there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.get(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The items at a JSON Pointer; none when there is no list.
    pub fn items(&self, pointer: &str) -> &[Value] {
        self.get(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The object with one more label, or with another value of it.
    ///
    /// ```
    /// let namespace = serde_json::json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } });
    /// let namespace = meshery_core::Object::new(namespace).unwrap().with_label("team", "cart");
    /// assert_eq!(namespace.label("team"), Some("cart"));
    /// ```
    #[must_use]
    pub fn with_label(mut self, name: &str, value: &str) -> Self {
        if let Some(metadata) = self.0.get_mut("metadata").and_then(Value::as_object_mut) {
            let labels = metadata.entry("labels").or_insert_with(|| Map::new().into());
            if !labels.is_object() {
                *labels = Map::new().into();
            }
            labels[name] = value.into();
        }
        self
    }

    /// The object with this in one of its own fields, such as `data`; what makes it an object stays.
    ///
    /// ```
    /// let config = serde_json::json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } });
    /// let config = meshery_core::Object::new(config).unwrap().with("data", serde_json::json!({ "a": "b" }));
    /// assert_eq!(config.text("/data/a"), "b");
    /// ```
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        if !matches!(field, "apiVersion" | "kind" | "metadata") {
            self.0[field] = value;
        }
        self
    }

    /// The object without what is at a JSON Pointer; what makes it an object stays.
    ///
    /// ```
    /// let pod = serde_json::json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "status": {} });
    /// let pod = meshery_core::Object::new(pod).unwrap().without("/status").without("/metadata/name");
    /// assert!(pod.get("/status").is_none() && pod.name() == "a");
    /// ```
    #[must_use]
    pub fn without(mut self, pointer: &str) -> Self {
        if matches!(pointer, "/apiVersion" | "/kind" | "/metadata" | "/metadata/name") {
            return self;
        }
        let Some((parent, name)) = pointer.rsplit_once('/') else { return self };
        if let Some(fields) = self.0.pointer_mut(parent).and_then(Value::as_object_mut) {
            fields.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        self
    }

    /// The object with another version of its API, of the same group.
    ///
    /// ```
    /// let budget = serde_json::json!({ "apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": { "name": "a" } });
    /// let budget = meshery_core::Object::new(budget).unwrap().with_version("v1");
    /// assert_eq!(budget.api_version(), "policy/v1");
    /// ```
    #[must_use]
    pub fn with_version(mut self, version: &str) -> Self {
        let group = self.group();
        self.0["apiVersion"] = if group.is_empty() { version.into() } else { format!("{group}/{version}").into() };
        self
    }

    /// The object in a namespace, or in none.
    ///
    /// ```
    /// let account = serde_json::json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "a" } });
    /// let account = meshery_core::Object::new(account).unwrap().in_namespace(Some("shop"));
    /// assert_eq!(account.id().to_string(), "ServiceAccount shop/a");
    /// ```
    #[must_use]
    pub fn in_namespace(mut self, namespace: Option<&str>) -> Self {
        match namespace {
            Some(namespace) => {
                self.0["metadata"]["namespace"] = namespace.into();
                self
            }
            None => self.without("/metadata/namespace"),
        }
    }

    /// The JSON.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The JSON, to keep.
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl TryFrom<Value> for Object {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self> {
        Self::new(value)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        object.0
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id().fmt(f)
    }
}

/// By name alone: an object may hold a secret, and what is printed to find a mistake ends up in logs.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({self})")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        Object::new(value).unwrap()
    }

    #[test]
    fn an_identity_has_no_version() {
        let old = object(json!({ "apiVersion": "apps/v1beta1", "kind": "Deployment", "metadata": { "name": "a" } }));
        let new = object(json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" } }));
        assert_eq!(old.id(), new.id());
        assert_eq!((new.group(), new.version()), ("apps", "v1"));
    }

    #[test]
    fn what_names_itself_badly_is_refused_with_the_place() {
        let cases = [
            (json!("text"), "apiVersion"),
            (json!({ "apiVersion": "v1", "metadata": { "name": "a" } }), "kind"),
            (json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "generateName": "a-" } }), "metadata.name"),
            (json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": 7 } }), "metadata.name"),
            (
                json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a", "namespace": 7 } }),
                "metadata.namespace",
            ),
        ];
        for (value, place) in cases {
            assert_eq!(Object::new(value).unwrap_err().report().place.as_deref(), Some(place));
        }
    }

    #[test]
    fn debugging_shows_no_content() {
        let secret = object(
            json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a" }, "data": { "key": "aHVudGVyMg==" } }),
        );
        assert_eq!(format!("{secret:?}"), "Object(Secret a)");
    }

    #[test]
    fn an_empty_namespace_is_none() {
        let value = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": "a", "namespace": "" } });
        assert_eq!(object(value).id().namespace, None);
    }
}
