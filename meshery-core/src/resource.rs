//! Configuration resources in which every node knows where in its file it stands.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a file.
///
/// ```
/// let place = meshery_core::Position { offset: 0, line: 1, column: 1 };
/// assert_eq!(place.to_string(), "1:1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Bytes from the start of the file.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A stretch of a file; the end is exclusive.
///
/// ```
/// use meshery_core::{Position, Span};
///
/// let start = Position { offset: 4, line: 1, column: 5 };
/// let span = Span { start, end: Position { offset: 9, line: 1, column: 10 } };
/// assert_eq!(&"kind: Pod"[span.start.offset..span.end.offset], ": Pod");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
}

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
}

/// A Kubernetes object and where it came from.
///
/// ```
/// use meshery_core::resource::{Node, Resource, Value};
/// use meshery_core::Span;
///
/// let resource = Resource {
///     file: "a.yaml".into(),
///     api_version: "v1".into(),
///     kind: "Service".into(),
///     namespace: Some("shop".into()),
///     name: "reviews".into(),
///     root: Node { value: Value::Null, span: Span::default() },
/// };
/// assert_eq!(resource.to_string(), "Service shop/reviews");
/// assert_eq!(resource.group(), "");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The file's name as the caller gave it.
    pub file: Arc<str>,
    /// For example `networking.istio.io/v1`.
    pub api_version: Arc<str>,
    /// For example `VirtualService`.
    pub kind: Arc<str>,
    /// The namespace that the object names, if any.
    pub namespace: Option<Arc<str>>,
    /// The object's name; empty when it has none.
    pub name: Arc<str>,
    /// The whole object.
    pub root: Node,
}

impl Resource {
    /// The API group: what stands before the slash in `apiVersion`, empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The namespace, or `default` as kubectl would fill in.
    pub fn namespace_or_default(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// All resources of one look at files or a cluster, in a fixed order.
///
/// ```
/// let snapshot = meshery_core::Snapshot::default();
/// assert_eq!(snapshot.of("networking.istio.io", "VirtualService").count(), 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The resources, in the order they were read.
    pub resources: Vec<Resource>,
}

impl Snapshot {
    /// Those of a group and kind, whatever their version.
    pub fn of<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| &*resource.kind == kind && resource.group() == group)
    }
}
