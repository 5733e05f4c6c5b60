//! From offsets in a text to positions a person can find.

use meshery_core::{Position, Span};

/// A mark at least every so many characters, so that finding a place in one long line stays cheap.
const STRIDE: usize = 64;

/// The places of a text.
pub(super) struct Places<'a> {
    text: &'a str,
    /// Bytes of the file before the text: the length of its byte order mark.
    before: usize,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy)]
struct Mark {
    /// Characters from the start of the text.
    index: usize,
    /// Bytes from the start of the text.
    byte: usize,
    line: usize,
    column: usize,
    /// Whether every character from here to the next mark is one byte long, so that places between are counted off.
    is_plain: bool,
}

impl Mark {
    fn advance(&mut self, c: char) {
        self.index += 1;
        self.byte += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
    }
}

impl<'a> Places<'a> {
    /// The places of a text that stands `before` bytes into its file.
    pub(super) fn new(text: &'a str, before: usize) -> Self {
        let mut here = Mark { index: 0, byte: 0, line: 1, column: 1, is_plain: true };
        let mut marks = vec![here];
        for c in text.chars() {
            if let Some(last) = marks.last_mut().filter(|_| !c.is_ascii()) {
                last.is_plain = false;
            }
            here.advance(c);
            if here.column % STRIDE == 1 {
                marks.push(here);
            }
        }
        Self { text, before, marks }
    }

    /// The text of a stretch of the file; empty for one outside it.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        let byte = |position: Position| position.offset.saturating_sub(self.before);
        self.text.get(byte(span.start)..byte(span.end)).unwrap_or_default()
    }

    /// The position of the character with this index, or the end of the text.
    pub(super) fn of_char(&self, index: usize) -> Position {
        self.position(self.find(|mark| mark.index, index))
    }

    /// The position of the byte with this offset in the text, or the end of the text.
    pub(super) fn of_byte(&self, byte: usize) -> Position {
        self.position(self.find(|mark| mark.byte, byte))
    }

    /// The position of the byte with this offset in the file, or the end of the text.
    pub(super) fn of_offset(&self, offset: usize) -> Position {
        self.of_byte(offset.saturating_sub(self.before))
    }

    /// How many characters stand before the byte with this offset in the text.
    pub(super) fn chars_before(&self, byte: usize) -> usize {
        self.find(|mark| mark.byte, byte).index
    }

    fn position(&self, mark: Mark) -> Position {
        Position { offset: self.before + mark.byte, line: mark.line, column: mark.column }
    }

    /// The first place that is this far by some count of characters or bytes, or the end of the text.
    fn find(&self, count: impl Fn(&Mark) -> usize, wanted: usize) -> Mark {
        let nearest = self.marks.partition_point(|mark| count(mark) <= wanted).saturating_sub(1);
        let mut here = self.marks[nearest];
        if here.is_plain {
            let steps = (wanted - count(&here)).min(self.text.len() - here.byte);
            let next = self.marks.get(nearest + 1);
            // The end of a line at the end of the text is a step to the next line, which has a mark of its own.
            debug_assert!(next.is_none_or(|next| here.byte + steps < next.byte));
            return Mark { index: here.index + steps, byte: here.byte + steps, column: here.column + steps, ..here };
        }
        for c in self.text[here.byte..].chars() {
            if count(&here) >= wanted {
                break;
            }
            here.advance(c);
        }
        here
    }
}
