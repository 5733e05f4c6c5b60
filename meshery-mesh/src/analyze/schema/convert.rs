//! Values without their places, and back.

use meshery_core::Span;
use meshery_core::resource::{Field, Node, Value as Yaml};
use serde_json::{Map, Value};

/// A value as JSON.
pub(crate) fn json(node: &Node) -> Value {
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => (*value).into(),
        Yaml::Int(value) => (*value).into(),
        Yaml::Float(value) => (*value).into(),
        Yaml::Text(text) => (&**text).into(),
        Yaml::List(items) => items.iter().map(json).collect(),
        Yaml::Map(fields) => {
            fields.iter().map(|field| (field.key.to_string(), json(&field.value))).collect::<Map<_, _>>().into()
        }
    }
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
