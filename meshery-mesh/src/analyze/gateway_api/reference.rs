//! A reference to another object, with what the API server fills in where it says nothing.

use std::fmt;

use meshery_core::Span;
use meshery_core::resource::{Kind, Node};

/// A reference to another object.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyze) struct Reference<'a> {
    pub(in crate::analyze) node: &'a Node,
    pub(in crate::analyze) kind: Kind<'a>,
    /// The one that it names, or that of the object that it stands in.
    pub(in crate::analyze) namespace: &'a str,
    pub(in crate::analyze) name: &'a str,
}

impl<'a> Reference<'a> {
    /// Reads one of an object in this namespace, which means this kind unless it says otherwise; `None` for what names
    /// nothing.
    pub(in crate::analyze) fn read(node: &'a Node, own: &'a str, usual: Kind<'static>) -> Option<Self> {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let name = text("name").filter(|name| !name.is_empty())?;
        let kind = Kind::new(
            text("group").unwrap_or(usual.group),
            text("kind").filter(|kind| !kind.is_empty()).unwrap_or(usual.name),
        );
        let namespace = text("namespace").filter(|namespace| !namespace.is_empty()).unwrap_or(own);
        Some(Self { node, kind, namespace, name })
    }

    /// The port that it asks for.
    pub(in crate::analyze) fn port(&self) -> Option<i64> {
        self.node.get("port").and_then(Node::as_int)
    }

    /// The section that it asks for: a listener, or the port of a Service by its name.
    pub(in crate::analyze) fn section(&self) -> Option<&'a str> {
        self.node.get("sectionName").and_then(Node::as_str).filter(|section| !section.is_empty())
    }

    /// Where a field of it stands, or else all of it.
    pub(in crate::analyze) fn place(&self, key: &str) -> Span {
        self.node.get(key).map_or(self.node.span, |field| field.span)
    }
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind.name, self.namespace, self.name)
    }
}
