//! What the rules over the objects of SMI and of Open Service Mesh share. Both projects have ended.
//!
//! | module | holds |
//! |---|---|
//! | `kinds` | their kinds |

pub(super) mod kinds;

use meshery_core::Span;
use meshery_core::resource::Node;

/// Where a field stands, or the map that lacks it.
pub(super) fn place(node: &Node, key: &str) -> Span {
    let field = node.get(key).map(|value| value.span).filter(|span| span.start.offset < span.end.offset);
    field.unwrap_or(node.span)
}
