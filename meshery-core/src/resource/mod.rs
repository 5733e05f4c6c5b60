//! Configuration resources in which every node knows where in its file it stands.
//!
//! | module | holds |
//! |---|---|
//! | `file` | [`File`] and [`FileRef`]: what is read, and what places call it |
//! | `node` | [`Node`], [`Value`] and [`Field`]: what is there |
//! | `place` | [`Span`], [`Position`] and [`Region`]: where it is |

mod file;
mod node;
mod place;

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use file::{File, FileRef};
use node::Step;
pub use node::{Field, Node, Value};
pub use place::{Position, Region, Span};

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
