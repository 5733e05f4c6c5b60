//! Manifests in hand: files of Kubernetes YAML as objects that can be applied.

use std::collections::BTreeMap;

use meshery_core::{Error, ErrorKind, Object, ObjectId, Resource, Result};
use serde_json::Value;

use crate::analyze::{self, Source, json};

/// Reads every object of these files, in their order. Lists are taken apart.
///
/// ```
/// use meshery_mesh::analyze::Source;
/// use meshery_mesh::lifecycle::manifests;
///
/// let file = Source::new("mesh.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: mesh }\n---\n# nothing\n");
/// let objects = manifests::read(&[file])?;
/// assert_eq!(objects[0].to_string(), "Namespace mesh");
///
/// let error = manifests::read(&[Source::new("mesh.yaml", "apiVersion: v1\nkind: Namespace\n")]).unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("mesh.yaml:1:1.metadata.name"));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// The first document that cannot be read, or that is no object, by file, line and column; [`Conflict`] for two objects
/// of one identity, with the places of both.
///
/// [`Conflict`]: ErrorKind::Conflict
pub fn read(sources: &[Source]) -> Result<Vec<Object>> {
    let (resources, errors) = analyze::read(sources);
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    let mut seen: BTreeMap<ObjectId, String> = BTreeMap::new();
    let mut objects = Vec::with_capacity(resources.len());
    for resource in &resources {
        let place = resource.file.place(resource.root.span);
        let object = Object::new(complete(resource)).map_err(|error| error.at(&place))?;
        if let Some(first) = seen.insert(object.id(), place.clone()) {
            return Err(Error::new(ErrorKind::Conflict, format!("{object} is there twice"))
                .at(place)
                .with("the first one", first));
        }
        objects.push(object);
    }
    Ok(objects)
}

/// The JSON of a resource, also of one whose version and kind only its list says.
fn complete(resource: &Resource) -> Value {
    let mut value = json(&resource.root);
    if let Some(fields) = value.as_object_mut() {
        fields.entry("apiVersion").or_insert_with(|| (*resource.api_version).into());
        fields.entry("kind").or_insert_with(|| (*resource.kind).into());
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_one(text: &str) -> Result<Vec<Object>> {
        read(&[Source::new("a.yaml", text)])
    }

    #[test]
    fn values_are_what_the_api_server_reads() {
        let objects = read_one(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { mode: 0755, on: yes, f: 1.5, t: '1', e: ~ }\n",
        );
        let data = objects.unwrap()[0].get("/data").unwrap().clone();
        assert_eq!(data, json!({ "mode": 493, "true": true, "f": 1.5, "t": "1", "e": null }));
    }

    #[test]
    fn items_of_a_list_are_objects_of_their_own() {
        let list = "apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: { name: a }\n- metadata: { name: b }\n";
        let names: Vec<_> = read_one(list).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["Service a", "Service b"]);
    }

    #[test]
    fn one_identity_is_one_object() {
        let twice = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\n---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: { name: a }\n";
        let error = read_one(twice).unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::Conflict, Some("a.yaml:5:1")));
        assert_eq!(error.report().context, [("the first one".to_owned(), "a.yaml:1:1".to_owned())]);
    }
}
