//! Where findings about fields point to.

use meshery_core::Span;
use meshery_core::resource::Node;

/// Where a field stands, or the map that lacks it. What is written as nothing has no place of its own.
pub(in crate::analyze) fn place(node: &Node, key: &str) -> Span {
    let field = node.get(key).map(|value| value.span).filter(|span| !span.is_empty());
    field.unwrap_or(node.span)
}
