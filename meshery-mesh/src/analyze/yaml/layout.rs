//! The text of a document as the scanner gets it.
//!
//! Inside brackets and quotes the API server's reader does not mind how a line is indented, so a closing bracket below
//! its key is common; the scanner, after the letter of YAML 1.2, does mind. There the indentation means nothing, so
//! what it refuses gets more of it, and every place is counted back to the file. Nor does the reader mind a tab behind
//! the colon of a key.

use std::borrow::Cow;
use std::collections::BTreeSet;

use saphyr_parser::ScanError;

use super::split::Document;

/// How far a line is moved: beyond any block that it may stand in.
const SHIFT: usize = 256;

/// A document is read again after each line that is moved; all these readings together stay below so many bytes.
const MOST_BYTES: usize = 64 << 20;

/// A document with some of its lines moved to the right.
pub(super) struct Layout<'a> {
    original: Cow<'a, str>,
    /// With those lines moved, if there are any.
    text: Option<String>,
    /// Bytes before the lines that are moved.
    moved: BTreeSet<usize>,
    /// Characters of `text` before the first character of each line that is moved.
    ends: Vec<usize>,
    spent: usize,
}

impl<'a> Layout<'a> {
    pub(super) fn new(document: &Document<'a>) -> Self {
        // The scanner wants no tabs between the tokens of JSON, where they are allowed and inside strings impossible.
        let has_tabs = document.json && document.text.contains('\t');
        let original = if has_tabs { document.text.replace('\t', " ").into() } else { Cow::Borrowed(document.text) };
        let spent = original.len();
        Self { text: None, original, moved: BTreeSet::new(), ends: Vec::new(), spent }
    }

    /// What to scan.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or(&self.original)
    }

    /// The index in the document of the character with this index in the text.
    pub(super) fn original(&self, index: usize) -> usize {
        let before = self.ends.partition_point(|end| *end <= index);
        let next = self.ends.get(before).map_or(usize::MAX, |end| end - (before + 1) * SHIFT);
        (index - before * SHIFT).min(next)
    }

    /// Moves the lines that this error is about. Whether another reading may get further.
    pub(super) fn loosen(&mut self, error: &ScanError) -> bool {
        self.spent = self.spent.saturating_add(self.text().len());
        let within = self.spent <= MOST_BYTES.max(8 * self.original.len());
        let at = self.byte(self.original(error.marker().index()));
        let known = self.moved.len();
        match error.info() {
            "':' must be followed by a valid YAML whitespace" if within => return self.space_for_tabs(at),
            "invalid indentation" | "invalid indentation in flow construct" if within => self.move_line(at),
            "invalid indentation in quoted scalar" if within => self.move_quoted(at),
            _ => {}
        }
        self.rebuild();
        self.moved.len() > known
    }

    /// Makes spaces of the tabs before this place. Whether there were any.
    fn space_for_tabs(&mut self, at: usize) -> bool {
        let kept = self.original[..at].trim_end_matches([' ', '\t']).len();
        let tabs = self.original[kept..at].contains('\t');
        self.original.to_mut().replace_range(kept..at, &" ".repeat(at - kept));
        self.rebuild();
        tabs
    }

    fn move_line(&mut self, at: usize) {
        self.moved.insert(self.original[..at].rfind('\n').map_or(0, |newline| newline + 1));
    }

    /// Moves the lines of a quoted scalar, but the first.
    fn move_quoted(&mut self, start: usize) {
        let mut rest = self.original[start..].char_indices();
        let Some((_, quote)) = rest.next() else { return };
        while let Some((at, c)) = rest.next() {
            match c {
                '\n' => {
                    self.moved.insert(start + at + 1);
                }
                '\\' if quote == '"' => {
                    // An escaped line break begins a line like any other.
                    if let Some((at, '\n')) = rest.next() {
                        self.moved.insert(start + at + 1);
                    }
                }
                // Inside single quotes a doubled one stands for itself.
                '\'' if quote == c && self.original[start + at + 1..].starts_with(quote) => {
                    rest.next();
                }
                _ if c == quote => return,
                _ => {}
            }
        }
    }

    fn rebuild(&mut self) {
        let shift = " ".repeat(SHIFT);
        let mut text = String::with_capacity(self.original.len() + self.moved.len() * SHIFT);
        self.ends.clear();
        let (mut copied, mut characters) = (0, 0);
        for &start in &self.moved {
            let piece = &self.original[copied..start];
            text.push_str(piece);
            text.push_str(&shift);
            characters += piece.chars().count() + SHIFT;
            self.ends.push(characters);
            copied = start;
        }
        text.push_str(&self.original[copied..]);
        self.text = Some(text);
    }

    fn byte(&self, index: usize) -> usize {
        self.original.char_indices().nth(index).map_or(self.original.len(), |(byte, _)| byte)
    }
}
