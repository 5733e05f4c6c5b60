//! Who owns which field of an object: what an API server keeps as `managedFields` (KEP-555).
//!
//! ```
//! use meshery_core::Object;
//! use meshery_mesh::lifecycle::fields::owners;
//! use serde_json::json;
//!
//! let object = Object::new(json!({
//!     "apiVersion": "apps/v1",
//!     "kind": "Deployment",
//!     "metadata": { "name": "istiod", "managedFields": [{
//!         "manager": "kube-controller-manager", "operation": "Update", "fieldsV1": { "f:spec": { "f:replicas": {} } },
//!     }] },
//! }))?;
//! let owner = &owners(&object)[0];
//! assert_eq!(owner.fields.first().unwrap().to_string(), ".spec.replicas");
//! # Ok::<(), meshery_core::Error>(())
//! ```

use std::collections::BTreeSet;
use std::fmt;

use meshery_core::Object;
use serde_json::Value;

/// The path of a field, as an API server tells fields apart: items of a list by their keys or values, not by position.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    /// A field of a map.
    Field(String),
    /// An item of a list, by its keys: `name="http"`.
    Item(String),
}

impl FieldPath {
    fn child(&self, part: Part) -> Self {
        Self(self.0.iter().cloned().chain([part]).collect())
    }

    /// Fields within fields, each by its name.
    pub(super) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Part::Field((*name).to_owned())).collect())
    }

    /// The name of the field, if it lies right below these.
    pub(super) fn right_below(&self, names: &[&str]) -> Option<&str> {
        let Some((Part::Field(name), above)) = self.0.split_last() else { return None };
        (above == Self::of(names).0).then_some(name)
    }

    /// Reads a path as an API server shows it: `.webhooks[name="a"].failurePolicy`.
    pub(super) fn parse(text: &str) -> Self {
        let (mut parts, mut rest) = (Vec::new(), text);
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('[') {
                let end = end_of_item(after);
                parts.push(Part::Item(after[..end].to_owned()));
                rest = after.get(end + 1..).unwrap_or_default();
            } else {
                let after = rest.strip_prefix('.').unwrap_or(rest);
                // Names with dots within cannot be told from two names: the server shows them alike.
                let end = after.find(['.', '[']).unwrap_or(after.len());
                parts.push(Part::Field(after[..end].to_owned()));
                rest = &after[end..];
            }
        }
        Self(parts)
    }

    /// Whether this is the path, or lies below it, that a pattern names: fields with dots between, `[*]` for any item of
    /// a list.
    pub fn is_below(&self, pattern: &str) -> bool {
        let mut parts = self.0.iter();
        pattern.split('.').all(|word| {
            let (name, items) = word.split_once("[*]").map_or((word, false), |(name, _)| (name, true));
            let named = matches!(parts.next(), Some(Part::Field(field)) if field == name);
            named && (!items || matches!(parts.next(), Some(Part::Item(_))))
        })
    }
}

impl FieldPath {
    /// Takes the field out of a value, if it is there.
    pub(super) fn take_from(&self, value: &mut Value) {
        let Some((last, way)) = self.0.split_last() else { return };
        let mut at = value;
        for part in way {
            let next = match part {
                Part::Field(name) => at.get_mut(name),
                Part::Item(keys) => at.as_array_mut().and_then(|items| items.iter_mut().find(|item| fits(item, keys))),
            };
            let Some(next) = next else { return };
            at = next;
        }
        match last {
            Part::Field(name) => {
                if let Some(fields) = at.as_object_mut() {
                    fields.shift_remove(name);
                }
            }
            Part::Item(keys) => {
                if let Some(items) = at.as_array_mut() {
                    items.retain(|item| !fits(item, keys));
                }
            }
        }
    }
}

/// Where the keys of an item end: at the bracket that stands in no quotes.
fn end_of_item(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return place,
            _ => {}
        }
    }
    text.len()
}

/// Whether an item of a list is the one with these keys, written as [`keyed`] does, or with this value.
fn fits(item: &Value, keys: &str) -> bool {
    if let Some(value) = keys.strip_prefix('=') {
        return serde_json::from_str::<Value>(value).is_ok_and(|value| value == *item);
    }
    let mut rest = keys;
    while let Some((name, after)) = rest.split_once('=') {
        let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { return false };
        if item.get(name) != Some(&value) {
            return false;
        }
        rest = after[values.byte_offset()..].trim_start_matches(',');
    }
    true
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Field(name) => write!(f, ".{name}")?,
                Part::Item(keys) => write!(f, "[{keys}]")?,
            }
        }
        Ok(())
    }
}

/// Fields that somebody owns.
pub type Fields = BTreeSet<FieldPath>;

/// An owner of fields: a manager, and the way in which it took them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub manager: String,
    /// Whether by server-side apply. The same manager is somebody else where it writes in another way.
    pub applies: bool,
    /// The part of the object that was written, for example `status`; empty for the object itself.
    pub subresource: String,
    /// What it owns.
    pub fields: Fields,
}

/// All owners of fields of an object.
pub fn owners(object: &Object) -> Vec<Owner> {
    let owner = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let mut fields = Fields::new();
        collect(&entry["fieldsV1"], &FieldPath::default(), &mut fields);
        Owner {
            manager: text("manager"),
            applies: entry["operation"] == "Apply",
            subresource: text("subresource"),
            fields,
        }
    };
    object.items("/metadata/managedFields").iter().map(owner).collect()
}

/// What a manager owns by server-side apply.
pub fn applied_by(object: &Object, manager: &str) -> Option<Fields> {
    let is_it = |owner: &Owner| owner.manager == manager && owner.applies && owner.subresource.is_empty();
    owners(object).into_iter().find(is_it).map(|owner| owner.fields)
}

/// Collects the leaves of a FieldsV1 tree: what has children is owned only where it says so itself, with `.`.
fn collect(tree: &Value, at: &FieldPath, fields: &mut Fields) {
    let Some(children) = tree.as_object() else { return };
    if children.is_empty() || children.contains_key(".") {
        fields.insert(at.clone());
    }
    for (name, child) in children {
        let part = match name.split_once(':') {
            Some(("f", field)) => Part::Field(field.to_owned()),
            Some(("k", keys)) => Part::Item(keyed(keys)),
            Some((_, value)) => Part::Item(format!("={value}")),
            None => continue,
        };
        collect(child, &at.child(part), fields);
    }
}

/// `{"name":"http","port":80}` as `name="http",port=80`.
fn keyed(keys: &str) -> String {
    let Ok(Value::Object(keys)) = serde_json::from_str(keys) else { return keys.to_owned() };
    keys.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn webhook() -> Object {
        Object::new(json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {
                "name": "istiod-default-validator",
                "managedFields": [
                    { "manager": "meshery-istio", "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": {
                        "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { ".": {}, "v:\"a/b\"": {} } },
                        "f:webhooks": { "k:{\"name\":\"validation.istio.io\"}": { ".": {}, "f:name": {}, "f:rules": {} } } } },
                    { "manager": "pilot-discovery", "operation": "Update", "fieldsV1": {
                        "f:webhooks": { "k:{\"name\":\"validation.istio.io\"}": { "f:failurePolicy": {}, "f:clientConfig": { "f:caBundle": {} } } } } },
                    { "manager": "meshery-istio", "operation": "Apply", "subresource": "status", "fieldsV1": { "f:status": {} } },
                ],
            },
        }))
        .unwrap()
    }

    #[test]
    fn owned_fields_are_the_leaves() {
        let ours: Vec<_> = applied_by(&webhook(), "meshery-istio").unwrap().iter().map(ToString::to_string).collect();
        let expected = [
            ".metadata.finalizers",
            ".metadata.finalizers[=\"a/b\"]",
            ".metadata.labels.app",
            ".webhooks[name=\"validation.istio.io\"]",
            ".webhooks[name=\"validation.istio.io\"].name",
            ".webhooks[name=\"validation.istio.io\"].rules",
        ];
        assert_eq!(ours, expected);
        assert!(applied_by(&webhook(), "pilot-discovery").is_none(), "it updates, and does not apply");
    }

    #[test]
    fn patterns_name_fields_in_any_item() {
        let object = webhook();
        let owners = owners(&object);
        let theirs: Vec<_> = owners[1].fields.iter().collect();
        assert!(
            theirs[0].is_below("webhooks[*].clientConfig.caBundle") && theirs[0].is_below("webhooks[*].clientConfig")
        );
        assert!(theirs[1].is_below("webhooks[*].failurePolicy"));
        assert!(!theirs[1].is_below("webhooks[*].failurePolicy.more"));
        assert!(!theirs[1].is_below("webhooks.failurePolicy") && !theirs[1].is_below("spec"));
    }

    #[test]
    fn a_field_is_found_by_the_keys_on_its_way() {
        let object = webhook();
        let theirs = &owners(&object)[1].fields;
        let mut value = json!({ "webhooks": [
            { "name": "other", "failurePolicy": "Fail" },
            { "name": "validation.istio.io", "failurePolicy": "Fail", "clientConfig": { "caBundle": "x", "service": {} } },
        ] });
        for path in theirs {
            path.take_from(&mut value);
        }
        let expected = json!({ "webhooks": [
            { "name": "other", "failurePolicy": "Fail" },
            { "name": "validation.istio.io", "clientConfig": { "service": {} } },
        ] });
        assert_eq!(value, expected);
        assert!(fits(&json!({ "p": 80, "n": "a,b" }), r#"n="a,b",p=80"#) && !fits(&json!({ "p": 81 }), "p=80"));
    }

    #[test]
    fn a_name_with_dots_is_one_field() {
        let owner = json!({ "manager": "a", "operation": "Apply", "fieldsV1": { "f:metadata": { "f:labels": { "f:istio.io/rev": {} } } } });
        let metadata = json!({ "name": "shop", "managedFields": [owner] });
        let object = Object::new(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata })).unwrap();
        let path = applied_by(&object, "a").unwrap().pop_first().unwrap();
        assert_eq!(path, FieldPath::of(&["metadata", "labels", "istio.io/rev"]));
        assert_eq!(path.right_below(&["metadata", "labels"]), Some("istio.io/rev"));
        assert_eq!(path.right_below(&["metadata", "annotations"]), None);
    }

    #[test]
    fn a_path_is_read_as_it_is_shown() {
        for text in
            [".spec.replicas", r#".webhooks[name="a.b]c"].clientConfig.caBundle"#, ".metadata.finalizers[=\"a/b\"]"]
        {
            assert_eq!(FieldPath::parse(text).to_string(), text);
        }
        assert!(FieldPath::parse(r#".webhooks[name="a.b"].failurePolicy"#).is_below("webhooks[*].failurePolicy"));
    }

    #[test]
    fn keys_are_shown_as_they_are_written() {
        assert_eq!(keyed(r#"{"containerPort":80,"protocol":"TCP"}"#), "containerPort=80,protocol=\"TCP\"");
    }
}
