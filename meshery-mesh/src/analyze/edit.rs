//! Changes of text that leave everything else as it is: comments, quotes, indentation.

use meshery_core::analyzer::{Edit, Fix, Location};
use meshery_core::{Finding, Resource, Span};

/// Puts a text in the place of one that is there, in the same quotes.
pub(in crate::analyze) fn replace(resource: &Resource, span: Span, text: &str) -> Edit {
    let quote = source(resource, span).chars().next();
    let text = match quote {
        Some('"') => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        _ => scalar(text),
    };
    Edit { location: Location::new(resource, span), text }
}

/// A finding about a name that nobody has: which one may have been meant, with the change to it, or else what to do.
pub(in crate::analyze) fn meant(
    finding: Finding,
    resource: &Resource,
    wrong: &str,
    near: Option<&str>,
    otherwise: impl Into<String>,
) -> Finding {
    match near {
        Some(near) => meaning(finding, resource, wrong, near),
        None => finding.with_help(otherwise),
    }
}

/// A finding about a name for which another one was meant, with the change to it.
pub(in crate::analyze) fn meaning(finding: Finding, resource: &Resource, wrong: &str, near: &str) -> Finding {
    let finding = finding.with_help(format!("did you mean {near:?}?"));
    let span = finding.location.span.span();
    // The name may be a part of what is pointed to, or not be written there at all.
    if source(resource, span).trim_matches(['"', '\'']) != wrong || wrong.is_empty() {
        return finding;
    }
    // Only its author knows which one was meant.
    let edits = vec![replace(resource, span, near)];
    finding.with_fix(Fix { title: format!("write {near}"), safe: false, edits })
}

/// What a stretch of a resource's file holds.
fn source(resource: &Resource, span: Span) -> &str {
    resource.file.slice(span)
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
