//! Fields as protocol buffers read them: what is left at its default is not there.

use meshery_core::resource::{Node, Value};

/// A field that is there; null is not.
pub(super) fn given<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| value.value != Value::Null)
}

/// A field that is a map, which may be empty.
pub(super) fn part<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| matches!(value.value, Value::Map(_)))
}

/// The items of a list.
pub(super) fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

/// A text that is not empty, and where it is.
pub(super) fn text<'a>(node: &'a Node, key: &str) -> Option<(&'a str, &'a Node)> {
    let value = node.get(key)?;
    Some((value.as_str().filter(|text| !text.is_empty())?, value))
}

/// The texts of a list, and where they are.
pub(super) fn texts<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
    list(node, key).iter().filter_map(|item| Some((item.as_str()?, item)))
}

/// What a field says, where it is not left at what it is by default.
pub(super) fn told<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| match &value.value {
        Value::Int(0) | Value::Bool(false) => false,
        Value::Float(number) => *number != 0.0,
        _ => !value.is_empty(),
    })
}

/// The name of an alternative; that of the first one, where there is none.
pub(super) fn choice<'a>(node: &'a Node, key: &str, first: &'a str) -> &'a str {
    text(node, key).map_or(first, |(text, _)| text)
}

/// Whether a switch is on.
pub(super) fn is_on(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool) == Some(true)
}

/// A whole number, which may be written as text.
pub(super) fn whole(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
        _ => None,
    }
}

/// A number, which may be written as text.
pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// A whole number of a field; zero, where it is not there.
pub(super) fn whole_of(node: &Node, key: &str) -> i64 {
    node.get(key).and_then(whole).unwrap_or_default()
}

/// Whether a message of a list is missing, where null stands for it.
pub(super) fn is_null(node: &Node) -> bool {
    node.value == Value::Null
}
