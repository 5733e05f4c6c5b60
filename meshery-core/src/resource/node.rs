//! Values, each of which knows where in its file it stands.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Span;

/// A value and where it stands. Cheap to clone: an alias shares the content of its anchor.
///
/// ```
/// use meshery_core::resource::{Node, Value};
/// use meshery_core::Span;
///
/// let node = Node { value: Value::Text("reviews".into()), span: Span::default() };
/// assert_eq!(node.as_str(), Some("reviews"));
/// assert!(node.get("host").is_none(), "text has no fields");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands; for an alias, where the alias stands.
    pub span: Span,
}

/// A value as the Kubernetes API server sees it.
///
/// ```
/// assert_eq!(meshery_core::resource::Value::Int(420).type_name(), "integer");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or beyond 64 bits.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// A sequence.
    List(Arc<[Node]>),
    /// Fields in the order of the file; keys are unique.
    Map(Arc<[Field]>),
}

/// A key with its value.
///
/// ```
/// use meshery_core::resource::{Field, Node, Value};
/// use meshery_core::Span;
///
/// let value = Node { value: Value::Null, span: Span::default() };
/// let field = Field { key: "spec".into(), key_span: Span::default(), value };
/// assert_eq!(&*field.key, "spec");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// As the value that it holds, without places.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items.iter()),
            Value::Map(fields) => serializer.collect_map(fields.iter().map(|field| (&*field.key, &field.value))),
        }
    }
}

impl Value {
    /// The type's name for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "number",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }
}

impl Node {
    /// The field of a map; `None` for a missing key and for anything that is not a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|field| &*field.key == key).map(|field| &field.value)
    }

    /// The node at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The items of a list; empty for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The fields of a map; empty for anything else.
    pub fn fields(&self) -> &[Field] {
        match &self.value {
            Value::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is true or false, if it is either.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it says nothing: null, or an empty text, list or map.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(fields) => fields.is_empty(),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
        }
    }

    /// The part in which a place lies.
    pub(super) fn step_to(&self, span: Span) -> Option<(Step<'_>, &Self)> {
        let within = |outer: Span| outer.has(span);
        match &self.value {
            Value::Map(fields) => fields
                .iter()
                .find(|field| within(field.value.span) || within(field.key_span))
                .map(|field| (Step::Key(&field.key), &field.value)),
            Value::List(items) => {
                let found = items.iter().enumerate().find(|(_, item)| within(item.span));
                found.map(|(index, item)| (Step::Index(index), item))
            }
            _ => None,
        }
    }
}

/// One step of a path.
pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}
