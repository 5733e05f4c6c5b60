//! A file cut into documents, as kubectl cuts it.

use meshery_core::{Error, ErrorKind};
use serde::de::IgnoredAny;

use super::unmarked;

/// One document of a file.
pub(super) struct Document<'a> {
    /// Bytes from the start of the file's text.
    pub(super) start: usize,
    /// Its text.
    pub(super) text: &'a str,
    /// Whether it is JSON.
    pub(super) json: bool,
}

/// What a file is cut into: a document, or a separator that is none, with its offset.
pub(super) type Piece<'a> = Result<Document<'a>, (usize, Error)>;

/// Cuts a text. One that is nothing but JSON objects is cut after each of them, any other at its `---` lines.
pub(super) fn documents(text: &str) -> Vec<Piece<'_>> {
    json_objects(text).unwrap_or_else(|| at_separators(text))
}

fn json_objects(text: &str) -> Option<Vec<Piece<'_>>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(value) = stream.next() {
        value.ok()?;
        let end = stream.byte_offset();
        pieces.push(Ok(Document { start, text: &text[start..end], json: true }));
        start = end;
    }
    Some(pieces)
}

fn at_separators(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("---") {
            pieces.push(Ok(document(text, start, at)));
            start = at + line.len();
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                pieces.push(Err((at, wrong_separator(rest))));
            }
        }
        at += line.len();
    }
    pieces.push(Ok(document(text, start, text.len())));
    pieces
}

fn document(text: &str, start: usize, end: usize) -> Document<'_> {
    let piece = &text[start..end];
    let text = unmarked(piece);
    Document { start: end - text.len(), text, json: false }
}

fn wrong_separator(rest: &str) -> Error {
    let shown: String = rest.chars().take(40).collect();
    Error::new(ErrorKind::Syntax, "a document separator stands alone on its line")
        .expected("`---`, and after it at most a comment")
        .found(format!("`{shown}` after it"))
}
