//! What of a schema is kept: what a value can break.

use serde_json::{Map, Value};

/// What is said to people, or to programs that show or generate.
const LEFT_OUT: [&str; 8] = [
    "description",
    "title",
    "example",
    "examples",
    "externalDocs",
    "x-kubernetes-group-version-kind",
    "x-kubernetes-map-type",
    "x-kubernetes-patch-strategy",
];

/// A schema without what is not kept, with its keys sorted.
pub(crate) fn prune(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => Value::Object(prune_map(map)),
        Value::Array(list) => list.iter().map(prune).collect(),
        other => other.clone(),
    }
}

fn prune_map(map: &Map<String, Value>) -> Map<String, Value> {
    // OpenAPI wraps a reference that has something beside it.
    if let Some([only]) = map.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
        && only.get("$ref").is_some()
    {
        return prune_map(only.as_object().unwrap_or(map));
    }
    let mut keys: Vec<&String> = map.keys().filter(|key| !LEFT_OUT.contains(&key.as_str())).collect();
    keys.sort();
    let kept = keys.into_iter().filter_map(|key| Some((key.clone(), value_of(key, map.get(key)?))));
    kept.collect()
}

/// The fields of `properties` are names of the schema's own: one that is called `description` stays.
fn value_of(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("properties", Value::Object(fields)) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            let fields = names.into_iter().filter_map(|name| Some((name.clone(), prune(fields.get(name)?))));
            Value::Object(fields.collect())
        }
        ("default" | "enum" | "required", value) => value.clone(),
        ("$ref", Value::String(path)) => path.rsplit('/').next().unwrap_or_default().into(),
        (_, value) => prune(value),
    }
}
