//! Allowances beside the mistake: at the end of its line, or on a line of their own before what they are about.

use std::ops::RangeInclusive;
use std::sync::Arc;

use meshery_core::analyzer::Location;
use meshery_core::resource::{File, Node, Value};
use meshery_core::{Resource, Span};

use super::{Allowance, Place, Reach, Said};

/// How such a comment begins.
const MARK: &str = "# meshery: allow ";

/// What the comments of a file say, of which these are the objects.
pub(super) fn read(file: &Arc<File>, own: &[Arc<Resource>]) -> Vec<Allowance> {
    if !file.text.contains(MARK) {
        return Vec::new();
    }
    let mut start = 0;
    let mut found = Vec::new();
    for (number, line) in file.text.split_inclusive('\n').enumerate() {
        found.extend(in_line(file, own, &Line { number: number + 1, start, text: line }));
        start += line.len();
    }
    found
}

struct Line<'a> {
    /// From 1.
    number: usize,
    /// Bytes from the start of the file.
    start: usize,
    text: &'a str,
}

fn in_line(file: &Arc<File>, own: &[Arc<Resource>], line: &Line<'_>) -> Option<Allowance> {
    let at = line.text.find(MARK)?;
    let before = line.text.get(..at)?;
    let said = Said::read(line.text.get(at + MARK.len()..)?.trim_end())?;
    let is_comment = before.is_empty() || before.ends_with(char::is_whitespace);
    if !is_comment || own.iter().any(|object| is_text(&object.root, line.start + at)) {
        return None;
    }
    let lines = if before.trim().is_empty() { covered(file, own, line.number) } else { line.number..=line.number };
    let span = Span::new(line.start + at, line.start + line.text.trim_end().len());
    let location = Location { file: Arc::clone(file).into(), span: file.region(span) };
    Some(Allowance { said, reach: Reach::Lines(Arc::clone(&file.name), lines), place: Place::File(location) })
}

/// Whether a place is within a text, where `#` begins no comment.
fn is_text(node: &Node, offset: usize) -> bool {
    if !node.span.range().contains(&offset) {
        return false;
    }
    match &node.value {
        Value::Text(_) => true,
        Value::List(items) => items.iter().any(|item| is_text(item, offset)),
        Value::Map(fields) => fields.iter().any(|field| is_text(&field.value, offset)),
        _ => false,
    }
}

/// The lines of what begins on the first line after a comment that is not one itself.
fn covered(file: &File, own: &[Arc<Resource>], comment: usize) -> RangeInclusive<usize> {
    let is_said = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let after = file.text.lines().enumerate().skip(comment);
    let Some(line) = after.into_iter().find(|(_, line)| is_said(line)).map(|(at, _)| at + 1) else {
        return comment..=comment;
    };
    let last = own.iter().find_map(|object| end_of(file, &object.root, line)).unwrap_or(line);
    line..=last
}

/// The last line of what begins on this line: an object, an item of a list, a field. A list or a map that begins there with
/// its first part is not meant, but that part.
fn end_of(file: &File, node: &Node, line: usize) -> Option<usize> {
    let line_of = |offset: u32| file.position(offset).line;
    let (first, last) = (line_of(node.span.start), line_of(node.span.end));
    if first == line {
        return Some(last);
    }
    (first..=last).contains(&line).then(|| end_of_part(file, node, line)).flatten()
}

fn end_of_part(file: &File, node: &Node, line: usize) -> Option<usize> {
    let line_of = |offset: u32| file.position(offset).line;
    match &node.value {
        Value::List(items) => items.iter().find_map(|item| end_of(file, item, line)),
        Value::Map(fields) => fields.iter().find_map(|field| {
            let begins = line_of(field.key_span.start) == line;
            if begins { Some(line_of(field.value.span.end)) } else { end_of_part(file, &field.value, line) }
        }),
        _ => None,
    }
}
