//! A place in an object, and what is written in a text within one.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Span};

use crate::analyze::{Source, yaml};

/// A place in an object.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Place {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) span: Span,
}

impl Place {
    /// Where a node of the object stands; its name, if the node has no length.
    pub(in crate::analyze) fn of(object: &Arc<Resource>, node: &Node) -> Self {
        Self { object: Arc::clone(object), span: node.span.or(object.head()) }
    }

    /// Where a path leads, or as far as there is something of it.
    pub(in crate::analyze) fn at(object: &Arc<Resource>, path: &[&str]) -> Self {
        let mut last = None;
        for key in path {
            let next = last.unwrap_or(&object.root).get(key).filter(|next| !matches!(next.value, Value::Null));
            let Some(next) = next else { break };
            last = Some(next);
        }
        last.map_or_else(|| Self::head(object), |node| Self::of(object, node))
    }

    /// The name of the object.
    pub(in crate::analyze) fn head(object: &Arc<Resource>) -> Self {
        Self { object: Arc::clone(object), span: object.head() }
    }

    /// Only the first line of it, for a text whose settings have no places of their own.
    pub(in crate::analyze) fn first_line(mut self) -> Self {
        let text = self.object.file.slice(self.span);
        let Some(line) = text.split('\n').next().map(str::trim_end).filter(|line| line.len() < text.len()) else {
            return self;
        };
        if line.is_empty() {
            return Self::head(&self.object);
        }
        let start = self.span.range().start;
        self.span = Span::new(start, start + line.len());
        self
    }

    /// A finding there.
    pub(in crate::analyze) fn finding(&self, rule: &RuleInfo, message: impl Into<String>) -> Finding {
        rule.finding(&self.object, self.span, message)
    }

    /// The same finding, with this place as one that it has to do with.
    pub(in crate::analyze) fn relate(&self, finding: Finding, message: &str) -> Finding {
        finding.with_related(&self.object, self.span, message)
    }
}

/// The YAML or JSON that a text of an object holds, such as a setting file in a `ConfigMap`.
pub(super) fn embedded(object: &Resource, path: &[&str]) -> Option<Node> {
    let text = object.text(path)?;
    yaml::read(&Source::new("text", text)).into_iter().find_map(Result::ok)
}

/// A text of a node, unless it is empty.
pub(super) fn text<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    node.at(path)?.as_str().filter(|text| !text.is_empty())
}

/// The items of a list of a node.
pub(super) fn items<'a>(node: &'a Node, path: &[&str]) -> &'a [Node] {
    node.at(path).map(Node::items).unwrap_or_default()
}

/// Whether a field says `true`.
pub(super) fn is_true(node: &Node, path: &[&str]) -> bool {
    node.at(path).and_then(Node::as_bool) == Some(true)
}

/// The mesh that an object of Kuma is of.
pub(super) fn kuma_mesh(object: &Resource) -> &str {
    let said = object.label("kuma.io/mesh").or_else(|| object.text(&["mesh"])).filter(|name| !name.is_empty());
    said.unwrap_or("default")
}

/// Whether what a reference of Kuma leads to is everything in the mesh.
pub(super) fn is_whole_mesh(reference: Option<&Node>) -> bool {
    let Some(reference) = reference else { return true };
    let narrows = ["labels", "tags", "name", "sectionName", "proxyTypes"]
        .iter()
        .any(|key| reference.get(key).is_some_and(|part| !part.is_empty()));
    !narrows && matches!(text(reference, &["kind"]), Some("Mesh" | "Dataplane") | None)
}

/// Whether a node is there and says something.
pub(super) fn is_said(node: Option<&Node>) -> bool {
    node.is_some_and(|node| !node.is_empty())
}
