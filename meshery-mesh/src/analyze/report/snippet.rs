//! The lines of a file around a place.

use std::borrow::Cow;
use std::ops::Range;

use meshery_core::Region;
use meshery_core::analyzer::Location;

use crate::analyze::Analysis;
use crate::analyze::secrets::hidden;

/// How the name of a Secret begins.
const SECRET: &str = "Secret ";
/// At most so many lines of what is pointed to are shown.
const LINES: usize = 6;

/// Lines of a file, and a stretch of them.
pub(super) struct Snippet<'a> {
    pub(super) text: &'a str,
    /// The number of its first line.
    pub(super) first_line: usize,
    /// The stretch, in bytes from the start of the lines.
    pub(super) marked: Range<usize>,
}

/// The names and texts of files as they may be shown.
pub(super) struct Shown<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Shown<'a> {
    pub(super) fn of(analysis: &'a Analysis) -> Self {
        Self(analysis.files.iter().map(|file| (&*file.name, hidden(&file.name, &file.text))).collect())
    }
}

/// The lines that a place stands on, when the file is at hand and has them. Nothing of a Secret is shown.
pub(super) fn snippet<'a>(shown: &'a Shown<'_>, location: &Location, resource: &str) -> Option<Snippet<'a>> {
    if resource.starts_with(SECRET) {
        return None;
    }
    let at = shown.0.binary_search_by(|(name, _)| (*name).cmp(&location.file)).ok()?;
    let (_, text) = shown.0.get(at)?;
    let Region { start, end } = location.span;
    let (before, rest) = (text.get(..start.offset)?, text.get(start.offset..)?);
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let last = rest.split_inclusive('\n').take(LINES).map(str::len).sum::<usize>();
    let to = (start.offset + last).min(end.offset.max(start.offset + rest.find('\n').unwrap_or(rest.len())));
    // To the end of its line.
    let to = text.get(to..)?.find('\n').map_or(text.len(), |more| to + more);
    let marked = start.offset - from..end.offset.min(to).max(start.offset) - from;
    Some(Snippet { text: text.get(from..to)?, first_line: start.line, marked })
}
