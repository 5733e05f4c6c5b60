//! Configuration resources in which every node knows where in its file it stands.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

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
    fn step_to(&self, span: Span) -> Option<(Step<'_>, &Self)> {
        let within = |outer: Span| outer.start <= span.start && span.end <= outer.end;
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
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// A file, or a text that has a name like one.
///
/// ```
/// use meshery_core::resource::File;
///
/// assert_eq!(File::new("a.yaml", "kind: Pod").to_string(), "a.yaml");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name as the caller gave it.
    pub name: Arc<str>,
    /// What it holds.
    pub text: Arc<str>,
}

impl File {
    /// A file with this name and content.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A kind of objects: an API group and what it calls them. Compares as text, whatever their version.
///
/// ```
/// use meshery_core::resource::Kind;
///
/// const VIRTUAL_SERVICE: Kind<'_> = Kind::new("networking.istio.io", "VirtualService");
/// assert_eq!(VIRTUAL_SERVICE.to_string(), "VirtualService.networking.istio.io");
/// assert_eq!(Kind::new("", "Pod").to_string(), "Pod");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind<'a> {
    /// The API group, empty for the core group.
    pub group: &'a str,
    /// The kind.
    pub name: &'a str,
}

impl<'a> Kind<'a> {
    /// A kind of a group.
    pub const fn new(group: &'a str, name: &'a str) -> Self {
        Self { group, name }
    }
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

/// A Kubernetes object and where it came from.
///
/// ```
/// use std::sync::Arc;
///
/// use meshery_core::resource::{File, Node, Resource, Value};
/// use meshery_core::Span;
///
/// let resource = Resource {
///     file: Arc::new(File::new("a.yaml", "")),
///     cluster: None,
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
    /// The file that it stands in.
    pub file: Arc<File>,
    /// The cluster that it belongs to, where there are several.
    pub cluster: Option<Arc<str>>,
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

/// As who wants to know it without its places: `file`, `cluster`, `group`, `kind`, `namespace`, `name` and `object`.
impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_struct("Resource", 7)?;
        all.serialize_field("file", &*self.file.name)?;
        all.serialize_field("cluster", &self.cluster.as_deref())?;
        all.serialize_field("group", self.group())?;
        all.serialize_field("kind", &*self.kind)?;
        all.serialize_field("namespace", &self.namespace.as_deref())?;
        all.serialize_field("name", &*self.name)?;
        all.serialize_field("object", &self.root)?;
        all.end()
    }
}

impl Resource {
    /// The API group: what stands before the slash in `apiVersion`, empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// What it is, whatever its version.
    pub fn kind(&self) -> Kind<'_> {
        Kind::new(self.group(), &self.kind)
    }

    /// The version: what stands after the slash in `apiVersion`, or all of it.
    pub fn version(&self) -> &str {
        self.api_version.rsplit_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// The text at the end of a path of keys, if it is one.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        self.root.at(path)?.as_str()
    }

    /// The items of the list at the end of a path of keys; empty for anything else.
    pub fn items(&self, path: &[&str]) -> &[Node] {
        self.root.at(path).map(Node::items).unwrap_or_default()
    }

    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.text(&["metadata", "labels", name])
    }

    /// The value of an annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.text(&["metadata", "annotations", name])
    }

    /// Where an object that lacks something is pointed to: its name, or its start.
    pub fn head(&self) -> Span {
        self.root.at(&["metadata", "name"]).map_or(self.root.span, |name| name.span)
    }

    /// The path of keys and indexes to what stands at exactly this place, such as `spec.http[0].route`; empty for the
    /// object itself and for a place that is not in it. A key means its value.
    pub fn field_at(&self, span: Span) -> String {
        let mut path = String::new();
        let mut node = &self.root;
        while let Some((step, next)) = node.step_to(span) {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) if key.contains(['.', '/']) => path.extend(["[", key, "]"]),
                Step::Key(key) => path.extend([".", key]),
                Step::Index(index) => path.extend(["[", &index.to_string(), "]"]),
            }
            if next.span == span {
                break;
            }
            node = next;
        }
        path
    }

    /// What stands at a path of keys and indexes, as [`field_at`](Self::field_at) writes it.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use meshery_core::Span;
    /// # use meshery_core::resource::{Field, File, Node, Resource, Value};
    /// # let node = |value| Node { value, span: Span::default() };
    /// # let field = |key: &str, value| Field { key: key.into(), key_span: Span::default(), value: node(value) };
    /// # let map = |key: &str, value| Value::Map([field(key, value)].into());
    /// # let hosts = Value::List([node(Value::Text("reviews".into()))].into());
    /// # let labels = map("app.kubernetes.io/name", Value::Text("shop".into()));
    /// # let metadata = field("metadata", map("labels", labels));
    /// # let resource = Resource {
    /// #     file: Arc::new(File::new("a.yaml", "")),
    /// #     cluster: None,
    /// #     api_version: "v1".into(),
    /// #     kind: "Service".into(),
    /// #     namespace: None,
    /// #     name: "reviews".into(),
    /// #     root: node(Value::Map([metadata, field("spec", map("hosts", hosts))].into())),
    /// # };
    /// let text = |path| resource.at_field(path).and_then(Node::as_str);
    /// assert_eq!(text("spec.hosts[0]"), Some("reviews"));
    /// assert_eq!(text("metadata.labels[app.kubernetes.io/name]"), Some("shop"));
    /// assert_eq!(text("spec.hosts[1]"), None);
    /// ```
    pub fn at_field(&self, path: &str) -> Option<&Node> {
        steps(path).into_iter().try_fold(&self.root, |node, step| {
            let item = step.parse().ok().and_then(|at: usize| node.items().get(at));
            node.get(step).or(item)
        })
    }

    /// The namespace, or `default` as kubectl would fill in.
    pub fn namespace_or_default(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }
}

/// The keys and indexes of a path: what stands between dots, or in brackets.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        steps.push(step);
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    steps
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}
