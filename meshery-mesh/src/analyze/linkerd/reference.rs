//! How objects name each other: a group, a kind, a name, and perhaps a namespace.

use meshery_core::Span;
use meshery_core::resource::{Kind, Node};

use super::place;

/// A reference to an object.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Reference<'a> {
    pub(in crate::analyze) node: &'a Node,
    /// Empty for the core group, which may also be called `core`.
    group: &'a str,
    /// Empty where it is missing.
    pub(in crate::analyze) kind: &'a str,
    pub(in crate::analyze) name: &'a str,
    pub(in crate::analyze) namespace: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// The reference that a map is.
    pub(in crate::analyze) fn of(node: &'a Node) -> Self {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let group = text("group").filter(|group| !group.eq_ignore_ascii_case("core")).unwrap_or_default();
        let (kind, name) = (text("kind").unwrap_or_default(), text("name").unwrap_or_default());
        Self { node, group, kind, name, namespace: text("namespace") }
    }

    /// Whether it names an object of this kind. Linkerd compares without regard to case.
    pub(in crate::analyze) fn is(&self, kind: Kind<'_>) -> bool {
        self.group.eq_ignore_ascii_case(kind.group) && self.kind.eq_ignore_ascii_case(kind.name)
    }

    /// The kind with its group, for messages.
    pub(in crate::analyze) fn called(&self) -> String {
        Kind::new(self.group, self.kind).to_string()
    }

    /// Where a field of it stands, or all of it.
    pub(in crate::analyze) fn place(&self, key: &str) -> Span {
        place(self.node, key)
    }
}
