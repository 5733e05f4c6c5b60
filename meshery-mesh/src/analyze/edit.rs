//! Changes of text that leave everything else as it is: comments, quotes, indentation.

use meshery_core::analyzer::{Edit, Location};
use meshery_core::resource::Node;
use meshery_core::{Resource, Span};

/// Puts a text in the place of one that is there, in the same quotes.
pub(in crate::analyze) fn replace(resource: &Resource, node: &Node, text: &str) -> Edit {
    let quote = source(resource, node.span).chars().next();
    let text = match quote {
        Some('"') => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        _ => scalar(text),
    };
    Edit { location: Location::new(resource, node.span), text }
}

/// What a stretch of a resource's file holds.
fn source(resource: &Resource, span: Span) -> &str {
    resource.file.text.get(span.start.offset..span.end.offset).unwrap_or_default()
}

/// A text as it can stand without quotes, or in quotes.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let starts_well = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '/');
    let is_word =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].iter().any(|it| it.eq_ignore_ascii_case(text));
    if starts_well && !is_word && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
