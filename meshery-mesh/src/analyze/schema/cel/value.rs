//! Values as rules in CEL see them: with what the server fills in, and without what it drops.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube_cel::cel::Value;
use kube_cel::cel::objects::{Key, Map};
use meshery_core::Span;
use meshery_core::resource::{Field, Node, Value as Yaml};

use super::Judge;
use crate::analyze::schema::catalogue::Catalogue;
use crate::analyze::schema::convert::yaml;
use crate::analyze::schema::model::{Others, Schema, Type};

/// Words of CEL, which no field may be called by.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The value of a node. Times in text are only seen where somebody is there to read them.
pub(super) fn of(judge: Option<&Judge<'_>>, node: &Node, schema: &Schema) -> Value {
    let schema = Catalogue::resolved(schema);
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Int(number) if schema.is == Some(Type::Number) => Value::Float(*number as f64),
        Yaml::Int(number) => Value::Int(*number),
        Yaml::Float(number) if schema.is == Some(Type::Integer) && number.fract() == 0.0 => Value::Int(*number as i64),
        Yaml::Float(number) => Value::Float(*number),
        Yaml::Text(text) => of_text(judge, text, schema),
        Yaml::List(items) => {
            let any = Schema::any();
            let like = schema.items.as_deref().unwrap_or(&any);
            Value::List(Arc::new(items.iter().map(|item| of(judge, item, like)).collect()))
        }
        Yaml::Map(fields) => Value::Map(Map { map: Arc::new(of_fields(judge, fields, schema)) }),
    }
}

/// Times and lengths of time are values of their own.
fn of_text(judge: Option<&Judge<'_>>, text: &Arc<str>, schema: &Schema) -> Value {
    let typed = match schema.format.as_deref() {
        Some("date-time") => judge.and_then(|judge| judge.converted("timestamp", text)),
        Some("duration") => judge.and_then(|judge| judge.converted("duration", text)),
        Some("byte") => STANDARD.decode(&**text).ok().map(|bytes| Value::Bytes(Arc::new(bytes))),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::String(Arc::new(text.to_string())))
}

fn of_fields(judge: Option<&Judge<'_>>, fields: &[Field], schema: &Schema) -> HashMap<Key, Value> {
    let mut map = HashMap::with_capacity(fields.len());
    for field in fields {
        match (schema.fields.get(&field.key), &schema.others) {
            // Nothing is said of it, which is what an absent field says.
            (Some(known), _) if field.value.value == Yaml::Null && !Catalogue::resolved(known).nullable => {}
            (Some(known), _) => {
                map.insert(key(&escaped(&field.key)), of(judge, &field.value, known));
            }
            (None, Others::Like(like)) => {
                map.insert(key(&field.key), of(judge, &field.value, like));
            }
            (None, Others::Any) => {
                map.insert(key(&field.key), of(judge, &field.value, &Schema::any()));
            }
            (None, Others::None) => {}
        }
    }
    for (name, schema) in &schema.fields {
        let Some(default) = &Catalogue::resolved(schema).default else { continue };
        let node = Node { value: yaml(default), span: Span::default() };
        map.entry(key(&escaped(name))).or_insert_with(|| of(judge, &node, schema));
    }
    map
}

fn key(name: &str) -> Key {
    Key::String(Arc::new(name.to_owned()))
}

/// A field's name as rules write it.
fn escaped(name: &str) -> String {
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    if !name.contains(['.', '-', '/']) && !name.contains("__") {
        return name.to_owned();
    }
    name.replace("__", "__underscores__").replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}
