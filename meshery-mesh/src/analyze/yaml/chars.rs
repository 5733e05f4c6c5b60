//! From characters, which the parser counts, to bytes.

/// A mark every so many characters.
const STRIDE: usize = 64;

/// The characters of a text.
pub(super) struct Chars<'a> {
    text: &'a str,
    /// Where every `STRIDE`th character begins; nothing for a text in which each is one byte long.
    marks: Option<Vec<usize>>,
}

impl<'a> Chars<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let marks = || text.char_indices().step_by(STRIDE).map(|(byte, _)| byte).collect();
        Self { text, marks: (!text.is_ascii()).then(marks) }
    }

    /// Where the character with this index begins, or the end of the text.
    pub(super) fn byte(&self, index: usize) -> usize {
        let Some(marks) = &self.marks else { return index.min(self.text.len()) };
        let Some(mark) = marks.get(index / STRIDE) else { return self.text.len() };
        let mut rest = self.text.get(*mark..).unwrap_or_default().char_indices();
        rest.nth(index % STRIDE).map_or(self.text.len(), |(byte, _)| mark + byte)
    }

    /// How many characters begin before a byte.
    pub(super) fn before(&self, byte: usize) -> usize {
        let Some(marks) = &self.marks else { return byte.min(self.text.len()) };
        let nearest = marks.partition_point(|mark| *mark <= byte).saturating_sub(1);
        let mark = marks.get(nearest).copied().unwrap_or_default();
        let rest = self.text.get(mark..).unwrap_or_default().char_indices();
        nearest * STRIDE + rest.take_while(|(at, _)| mark + at < byte).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_bytes_are_counted_back_and_forth() {
        for text in ["", "kind: Pod", &"Äpfel, ".repeat(40), &"x".repeat(200)] {
            let chars = Chars::new(text);
            let starts: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
            for (index, byte) in starts.iter().enumerate() {
                assert_eq!((chars.byte(index), chars.before(*byte)), (*byte, index), "{text:?} {index}");
            }
            assert_eq!(chars.byte(starts.len() + 100), text.len());
        }
    }
}
