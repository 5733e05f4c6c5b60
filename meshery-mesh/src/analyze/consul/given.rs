//! Fields as Consul's webhook finds them: what is left out is empty, nought or false, and no different from what says so.

use meshery_core::resource::{Field, Node, Value};

/// A text; empty where there is none.
pub(in crate::analyze) fn text<'a>(map: &'a Node, key: &str) -> &'a str {
    map.get(key).and_then(Node::as_str).unwrap_or_default()
}

/// A truth value.
pub(in crate::analyze) fn flag(map: &Node, key: &str) -> bool {
    map.get(key).and_then(Node::as_bool).unwrap_or_default()
}

/// A number; `None` where there is none.
#[allow(clippy::cast_precision_loss, reason = "no field counts as far as a double does not")]
pub(in crate::analyze) fn number(map: &Node, key: &str) -> Option<f64> {
    match map.get(key)?.value {
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// The items of a list.
pub(in crate::analyze) fn items<'a>(map: &'a Node, key: &str) -> &'a [Node] {
    map.get(key).map(Node::items).unwrap_or_default()
}

/// The texts of a list.
pub(in crate::analyze) fn texts<'a>(map: &'a Node, key: &str) -> impl Iterator<Item = &'a str> {
    items(map, key).iter().filter_map(Node::as_str)
}

/// Whether a field is there, though it may be empty: what Go points to, and not at nothing.
pub(in crate::analyze) fn has(map: &Node, key: &str) -> bool {
    map.get(key).is_some_and(|node| node.value != Value::Null)
}

/// Whether a field says anything: not empty, nought or false.
pub(in crate::analyze) fn is_set(map: &Node, key: &str) -> bool {
    map.get(key).is_some_and(|node| match &node.value {
        Value::Null | Value::Bool(false) | Value::Int(0) => false,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Map(_) => true,
    })
}

/// What a path leads to, if there is something.
pub(in crate::analyze) fn at<'a>(map: &'a Node, path: &[&str]) -> Option<&'a Node> {
    map.at(path).filter(|node| node.value != Value::Null)
}

/// All that a path leads to; `*` stands for every item of a list, or every value of a map.
pub(in crate::analyze) fn each<'a>(node: &'a Node, path: &[&str]) -> Vec<&'a Node> {
    path.iter().fold(vec![node], |nodes, step| {
        let next = nodes.into_iter().flat_map(|node| -> Vec<&Node> {
            if *step == "*" {
                node.items().iter().chain(node.fields().iter().map(value)).collect()
            } else {
                node.get(step).into_iter().collect()
            }
        });
        next.filter(|node| node.value != Value::Null).collect()
    })
}

fn value(field: &Field) -> &Node {
    &field.value
}
