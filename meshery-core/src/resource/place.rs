//! Places in files: as bytes, which is what a node knows, and as lines and columns, which is what a person looks for.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a file.
///
/// ```
/// let place = meshery_core::Position { offset: 0, line: 1, column: 1 };
/// assert_eq!(place.to_string(), "1:1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Bytes from the start of the file.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A stretch of a file, by lines and columns; the end is exclusive.
///
/// ```
/// use meshery_core::resource::File;
/// use meshery_core::{Position, Region, Span};
///
/// let region = File::new("a.yaml", "kind: Pod").region(Span::new(6, 9));
/// assert_eq!(region.end, Position { offset: 9, line: 1, column: 10 });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The first character.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
}

impl Region {
    /// Its bytes.
    pub fn span(&self) -> Span {
        Span::new(self.start.offset, self.end.offset)
    }
}

/// A stretch of a file, by its bytes; the end is exclusive. Every node has two of them, so they are small: of a file of more
/// than 4 GiB they tell no places beyond.
///
/// ```
/// use meshery_core::Span;
///
/// let span = Span::new(4, 9);
/// assert_eq!(&"kind: Pod"[span.range()], ": Pod");
/// assert!(span.has(Span::new(6, 9)) && !span.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Bytes from the start of the file.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// From one byte to before another one.
    pub fn new(start: usize, end: usize) -> Self {
        let bytes = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: bytes(start), end: bytes(end) }
    }

    /// Its bytes.
    pub fn range(self) -> Range<usize> {
        let bytes = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
        bytes(self.start)..bytes(self.end)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Itself, or another one where there is nothing in it.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_empty() { other } else { self }
    }

    /// Whether it has all of another one.
    pub fn has(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Where the lines of a text are, so that a place is found without reading all that is before it. Made when it is first asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(OnceLock<Box<[Mark]>>);

/// A mark at least every so many characters, so that finding a place in one long line stays cheap.
const STRIDE: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Mark {
    place: Position,
    /// Whether every character from here to the next mark is one byte long, so that places between are counted off.
    is_plain: bool,
}

impl Lines {
    /// Where a byte of the text is; of one within a character, where the next one is; of one beyond, the end.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let marks = self.0.get_or_init(|| marks(text));
        let wanted = offset.min(text.len());
        let nearest = marks.partition_point(|mark| mark.place.offset <= wanted).saturating_sub(1);
        let Some(Mark { place, is_plain }) = marks.get(nearest).copied() else { return Position::default() };
        let far = wanted.saturating_sub(place.offset);
        if is_plain {
            return Position { offset: place.offset + far, column: place.column + far, ..place };
        }
        let rest = text.get(place.offset..).unwrap_or_default().chars();
        let (mut bytes, mut columns) = (0, 0);
        for c in rest {
            if bytes >= far {
                break;
            }
            bytes += c.len_utf8();
            columns += 1;
        }
        Position { offset: place.offset + bytes, column: place.column + columns, ..place }
    }
}

/// The starts of all lines, and places within those that are not all ASCII.
fn marks(text: &str) -> Box<[Mark]> {
    // A byte order mark is before the first column.
    let mut offset = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let mut marks = Vec::new();
    let mut line = 1;
    for content in text.get(offset..).unwrap_or_default().split_inclusive('\n') {
        let is_plain = content.is_ascii();
        marks.push(Mark { place: Position { offset, line, column: 1 }, is_plain });
        if !is_plain {
            let strides = content.char_indices().enumerate().step_by(STRIDE).skip(1);
            marks.extend(strides.map(|(column, (byte, _))| Mark {
                place: Position { offset: offset + byte, line, column: column + 1 },
                is_plain: false,
            }));
        }
        offset += content.len();
        line += 1;
    }
    if text.is_empty() || text.ends_with('\n') {
        marks.push(Mark { place: Position { offset, line, column: 1 }, is_plain: true });
    }
    marks.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read from the start, character by character.
    fn counted(text: &str, offset: usize) -> Position {
        let mut place = Position { offset: 0, line: 1, column: 1 };
        for c in text.chars() {
            if place.offset >= offset {
                break;
            }
            place.offset += c.len_utf8();
            (place.line, place.column) = if c == '\n' { (place.line + 1, 1) } else { (place.line, place.column + 1) };
        }
        place
    }

    #[test]
    fn every_byte_is_where_counting_finds_it() {
        let long = "Äpfel und Birnen, ".repeat(20);
        for text in ["", "a", "a\n", "\n\n", "kind: Pod\r\nä: b\nc", &format!("{long}\n{long}"), &"x".repeat(200)] {
            let lines = Lines::default();
            for offset in 0..text.len() + 2 {
                assert_eq!(lines.position(text, offset), counted(text, offset), "{text:?} {offset}");
            }
        }
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let place = Lines::default().position("\u{feff}kind", 3);
        assert_eq!(place, Position { offset: 3, line: 1, column: 1 });
    }
}
