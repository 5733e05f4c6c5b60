//! What is wanted, in the words of the server that is to have it: every kind known, every object in its namespace, hooks
//! apart. Pure.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::{Error, ErrorKind, GroupKind, InstanceSpec, Object, ObjectId, Result};
use serde_json::{Value, json};

use super::differ::is_secret;
use super::hooks::{self, Hook};
use crate::cluster::{Api, Discovery};

/// What servers fill in, and what manifests often carry along from one.
const SET_BY_SERVERS: &[&str] = &[
    "/metadata/creationTimestamp",
    "/metadata/generation",
    "/metadata/managedFields",
    "/metadata/resourceVersion",
    "/metadata/selfLink",
    "/metadata/uid",
    "/status",
];

/// What is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Desired {
    /// The objects, in the order of their identities.
    pub(super) objects: Vec<Object>,
    /// The objects of hooks, in the order in which they run.
    pub(super) hooks: Vec<Hook>,
    /// Namespaces among the objects that nobody has written down: made because others name them.
    pub(super) implied: BTreeSet<ObjectId>,
    /// Under which path each kind is found.
    pub(super) apis: BTreeMap<GroupKind, Api>,
    /// Kinds of others than Kubernetes whose controllers say how their objects are.
    pub(super) reported: BTreeSet<GroupKind>,
    /// What a reader should know.
    pub(super) notes: Vec<String>,
}

/// What to do with objects whose API is not there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OldApis {
    /// They are refused.
    Refuse,
    /// They are written in a version that is there; those whose kind is gone are left out.
    Replace,
}

impl Desired {
    /// Takes objects in.
    ///
    /// # Errors
    /// [`VersionUnsupported`](ErrorKind::VersionUnsupported) for objects whose kind the server does not know, all at once;
    /// [`Conflict`](ErrorKind::Conflict) for two of one identity.
    pub(super) fn of(
        objects: Vec<Object>,
        discovery: &Discovery,
        spec: &InstanceSpec,
        create_namespaces: bool,
        old_apis: OldApis,
    ) -> Result<Self> {
        let mut known = discovery.clone();
        for object in &objects {
            if object.kind() == "CustomResourceDefinition" {
                known.learn(object);
            }
        }
        let (objects, notes) = served(objects, &known, old_apis)?;
        let mut desired = Self { notes, ..Self::default() };
        let mut seen = BTreeSet::new();
        for (object, api) in objects {
            let object = settled(object, &api, spec);
            if !seen.insert(object.id()) {
                return Err(Error::new(ErrorKind::Conflict, format!("{object} is there twice")).at(object.to_string()));
            }
            if !is_own(&api.group) && known.has_status(&api.group_kind()) {
                desired.reported.insert(api.group_kind());
            }
            desired.apis.insert(api.group_kind(), api);
            match Hook::of(&object)? {
                hooks::Kind::None => desired.objects.push(object),
                hooks::Kind::Test => {}
                hooks::Kind::Hook(hook) => desired.hooks.push(hook),
            }
        }
        if create_namespaces {
            desired.imply_namespaces()?;
        }
        desired.objects.sort_by_cached_key(Object::id);
        hooks::sort(&mut desired.hooks);
        Ok(desired)
    }

    /// Every object, hooks' too.
    pub(super) fn all(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().chain(self.hooks.iter().map(|hook| &hook.object))
    }

    /// Every object that somebody has written down.
    pub(super) fn written_down(&self) -> impl Iterator<Item = &Object> {
        self.all().filter(|object| !self.implied.contains(&object.id()))
    }

    fn imply_namespaces(&mut self) -> Result<()> {
        let there: BTreeSet<_> =
            self.objects.iter().filter(|object| is_namespace(&object.id())).map(Object::id).collect();
        let named: BTreeSet<_> = self.all().filter_map(Object::namespace).map(str::to_owned).collect();
        for name in named {
            let id = ObjectId::new("", "Namespace", None, &name);
            // These are there before anybody comes, or with the server.
            if there.contains(&id)
                || ["default", "kube-node-lease", "kube-public", "kube-system"].contains(&name.as_str())
            {
                continue;
            }
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
            self.objects.push(Object::new(namespace)?);
            self.apis.insert(id.kind.clone(), Api::core("Namespace", "namespaces", false));
            self.implied.insert(id);
        }
        Ok(())
    }
}

/// Whether it is a namespace.
pub(super) fn is_namespace(id: &ObjectId) -> bool {
    id.kind.is("", "Namespace")
}

/// Whether a group is Kubernetes' own, so that a server that knows it always did.
pub(super) fn is_own(group: &str) -> bool {
    let own = ["", "apps", "autoscaling", "batch", "extensions", "policy"];
    let beside =
        group.ends_with(".k8s.io") && !group.ends_with(".x-k8s.io") && !group.starts_with("gateway.networking");
    own.contains(&group) || beside
}

/// Each object with the way to it, and what a reader should know.
type Served = (Vec<(Object, Api)>, Vec<String>);

/// Finds the way to each object.
fn served(objects: Vec<Object>, known: &Discovery, old: OldApis) -> Result<Served> {
    let (mut served, mut notes, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for object in objects {
        if let Some(api) = known.find(object.api_version(), object.kind()) {
            served.push((object, api.clone()));
            continue;
        }
        let others = known.versions(&object.id().kind);
        match (old, others.first()) {
            (OldApis::Replace, Some(api)) => {
                notes.push(format!(
                    "{object}: {} is not served any more, {} is",
                    object.api_version(),
                    api.api_version()
                ));
                served.push((object.with_version(&api.version), api.clone()));
            }
            (OldApis::Replace, None) => notes.push(format!(
                "{object} is left out: the server does not know its kind any more ({})",
                object.api_version()
            )),
            (OldApis::Refuse, _) => {
                let others: Vec<_> = others.iter().map(Api::api_version).collect();
                let hint = if others.is_empty() { "no version of it".into() } else { others.join(", ") };
                unknown.push((object.to_string(), format!("{}, the server knows {hint}", object.api_version())));
            }
        }
    }
    if unknown.is_empty() {
        return Ok((served, notes));
    }
    let mut error = Error::new(ErrorKind::VersionUnsupported, "the server does not know all that is wanted")
        .expected("kinds that it serves, or that a definition in the same set adds")
        .found(format!("{} others", unknown.len()));
    for (object, versions) in unknown {
        error = error.with(object, versions);
    }
    Err(error)
}

/// What is not there when it is empty, and is owned by whoever says that it is once somebody else has put something in.
const NOTHING_WHEN_EMPTY: &[&str] = &[
    "/metadata/annotations",
    "/metadata/labels",
    "/spec/template/metadata/annotations",
    "/spec/template/metadata/labels",
];

/// The object without what is the server's, and in the namespace where it will be.
fn settled(object: Object, api: &Api, spec: &InstanceSpec) -> Object {
    let is_empty = |object: &Object, pointer| match object.get(pointer) {
        Some(Value::Object(fields)) => fields.is_empty(),
        found => found.is_some_and(Value::is_null),
    };
    let object = SET_BY_SERVERS.iter().fold(object, |object, pointer| object.without(pointer));
    let object = NOTHING_WHEN_EMPTY
        .iter()
        .fold(object, |object, pointer| if is_empty(&object, pointer) { object.without(pointer) } else { object });
    let object = if is_own(&api.group) { readable(object) } else { without_nulls(object) };
    let namespace = api.namespaced.then(|| object.namespace().unwrap_or(&spec.namespace).to_owned());
    object.in_namespace(namespace.as_deref())
}

/// A custom resource without fields that are `null`: the server drops them itself when one is created, and refuses them
/// when one is applied.
fn without_nulls(object: Object) -> Object {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|_, field| !field.is_null());
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    match object.get("/spec") {
        Some(spec) => {
            let mut spec = spec.clone();
            strip(&mut spec);
            object.with("spec", spec)
        }
        None => object,
    }
}

/// A Secret as it can be read again: what is written as `stringData` is kept as `data`, and whoever changes that would not
/// be seen to change anything of ours.
fn readable(object: Object) -> Object {
    let Some(texts) = object.get("/stringData").and_then(Value::as_object).filter(|_| is_secret(&object.id().kind))
    else {
        return object;
    };
    let mut data = object.get("/data").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, text) in texts {
        data.insert(name.clone(), STANDARD.encode(text.as_str().unwrap_or_default()).into());
    }
    object.without("/stringData").with("data", data.into())
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "tests write their values in place")]
mod tests {
    use super::*;

    fn discovery() -> Discovery {
        let mut discovery = Discovery::default();
        for (group, version, kind, plural, namespaced) in [
            ("", "v1", "ConfigMap", "configmaps", true),
            ("", "v1", "Namespace", "namespaces", false),
            ("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
            ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false),
        ] {
            let (group, version) = (group.into(), version.into());
            discovery.add(Api { group, version, kind: kind.into(), plural: plural.into(), namespaced });
        }
        discovery
    }

    fn object(api_version: &str, kind: &str, metadata: Value) -> Object {
        Object::new(json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata, "status": {} })).unwrap()
    }

    fn of(objects: Vec<Object>, old: OldApis) -> Result<Desired> {
        Desired::of(objects, &discovery(), &InstanceSpec::new("mesh", "mesh-system", vec![]), true, old)
    }

    #[test]
    fn every_object_finds_its_namespace_and_loses_what_is_the_servers() {
        let objects = vec![
            object("v1", "ConfigMap", json!({ "name": "a", "creationTimestamp": null, "uid": "x" })),
            object("v1", "Namespace", json!({ "name": "other", "namespace": "nonsense" })),
            object("v1", "ConfigMap", json!({ "name": "b", "namespace": "other" })),
        ];
        let desired = of(objects, OldApis::Refuse).unwrap();
        let names: Vec<_> = desired.objects.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["ConfigMap mesh-system/a", "ConfigMap other/b", "Namespace mesh-system", "Namespace other"]);
        assert_eq!(desired.objects[0].value()["metadata"], json!({ "name": "a", "namespace": "mesh-system" }));
        assert!(desired.objects[0].get("/status").is_none());
        let implied: Vec<_> = desired.implied.iter().map(ToString::to_string).collect();
        assert_eq!(implied, ["Namespace mesh-system"]);
    }

    #[test]
    fn what_a_server_does_not_know_is_refused_with_what_it_knows() {
        let old = object("policy/v1beta1", "PodDisruptionBudget", json!({ "name": "a" }));
        let gone = object("policy/v1beta1", "PodSecurityPolicy", json!({ "name": "b" }));
        let error = of(vec![old.clone(), gone.clone()], OldApis::Refuse).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
        let words = error.to_string();
        assert!(words.contains("PodDisruptionBudget.policy a: policy/v1beta1, the server knows policy/v1"), "{words}");
        assert!(words.contains("PodSecurityPolicy.policy b"), "{words}");

        let back = of(vec![old, gone], OldApis::Replace).unwrap();
        assert_eq!(back.objects.iter().map(Object::api_version).collect::<Vec<_>>(), ["v1", "policy/v1"]);
        assert_eq!(back.notes.len(), 2, "{:?}", back.notes);
    }

    #[test]
    fn a_definition_makes_its_kind_known() {
        let definition = Object::new(json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "as.x.io" },
            "spec": { "group": "x.io", "scope": "Namespaced", "names": { "kind": "A", "plural": "as" },
                      "versions": [{ "name": "v1", "served": true }] },
        }));
        let custom = object("x.io/v1", "A", json!({ "name": "a" }));
        let desired = of(vec![custom, definition.unwrap()], OldApis::Refuse).unwrap();
        assert_eq!(desired.apis[&GroupKind::new("x.io", "A")].path(Some("b"), None), "/apis/x.io/v1/namespaces/b/as");
    }

    #[test]
    fn a_secret_is_kept_as_it_can_be_read() {
        let mut discovery = discovery();
        discovery.add(Api::core("Secret", "secrets", true));
        let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a" }, "data": { "b": "eA==" }, "stringData": { "a": "hunter2" } });
        let spec = InstanceSpec::new("mesh", "mesh", vec![]);
        let desired =
            Desired::of(vec![Object::new(secret).unwrap()], &discovery, &spec, false, OldApis::Refuse).unwrap();
        assert_eq!(desired.objects[0].get("/data"), Some(&json!({ "a": "aHVudGVyMg==", "b": "eA==" })));
        assert!(desired.objects[0].get("/stringData").is_none());
    }

    #[test]
    fn two_that_become_one_are_refused() {
        let twice = vec![
            object("v1", "ConfigMap", json!({ "name": "a" })),
            object("v1", "ConfigMap", json!({ "name": "a", "namespace": "mesh-system" })),
        ];
        assert_eq!(of(twice, OldApis::Refuse).unwrap_err().kind(), ErrorKind::Conflict);
    }
}
