//! Definitions of custom resources.

use meshery_mesh::analyze::Source;
use meshery_mesh::lifecycle::manifests;
use serde_json::Value;

use crate::prune::prune;
use crate::{Result, Table};

/// Groups that meshes bring along in whatever release they were made with.
const GUESTS: [&str; 2] = ["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"];

/// Adds the kinds that a file defines; those that others bring along too only where they are at home.
pub(crate) fn add(name: &str, text: &str, is_at_home: bool, table: &mut Table) -> Result {
    let objects = manifests::read(&[Source::new(name, text)]).map_err(|error| error.to_string())?;
    for definition in objects.iter().filter(|object| object.kind() == "CustomResourceDefinition") {
        let value = serde_json::to_value(definition)?;
        let spec = &value["spec"];
        let text = |pointer: &str| spec.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (group, kind, scope) = (text("/group"), text("/names/kind"), text("/scope"));
        if GUESTS.contains(&group) && !is_at_home {
            continue;
        }
        let mut before: Vec<(String, String)> = Vec::new();
        for version in spec["versions"].as_array().into_iter().flatten().filter(|version| version["served"] == true) {
            let name = version["name"].as_str().unwrap_or_default();
            let schema = prune(&version["schema"]["openAPIV3Schema"]).to_string();
            let same = before.iter().find(|(_, other)| *other == schema).map(|(name, _)| format!("={name}"));
            let line = format!("{group}/{name} {kind} {scope} {}", same.unwrap_or_else(|| schema.clone()));
            table.entry(format!("{group}/{kind}/{name}")).or_insert(line);
            before.push((name.to_owned(), schema));
        }
    }
    Ok(())
}
