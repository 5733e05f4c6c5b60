//! Values without their places, and back.

use meshery_core::Span;
use meshery_core::resource::{Field, Node, Value as Yaml};
use serde_json::Value;

/// A value as JSON.
pub(crate) fn json(node: &Node) -> Value {
    // A value has text for keys and nothing that can fail.
    serde_json::to_value(node).unwrap_or_default()
}

/// A value that stands nowhere.
pub(super) fn yaml(value: &Value) -> Yaml {
    let node = |value: &Value| Node { value: yaml(value), span: Span::default() };
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(*value),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Yaml::Float(number.as_f64().unwrap_or_default()), Yaml::Int)
        }
        Value::String(text) => Yaml::Text(text.as_str().into()),
        Value::Array(items) => Yaml::List(items.iter().map(node).collect()),
        Value::Object(map) => {
            let field = |(key, value): (&String, &Value)| Field {
                key: key.as_str().into(),
                key_span: Span::default(),
                value: node(value),
            };
            Yaml::Map(map.iter().map(field).collect())
        }
    }
}
