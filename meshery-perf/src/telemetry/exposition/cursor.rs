//! A line, read from left to right.

use meshery_core::{Error, ErrorKind, Result};

/// A place in the text.
#[derive(Clone, Copy)]
pub(super) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    pub(super) fn error(self, message: &str) -> Error {
        Error::new(ErrorKind::Syntax, message).at(format!("{}:{}", self.line, self.column))
    }
}

pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, line: usize) -> Self {
        Self { text, at: 0, line }
    }

    /// Columns count characters, from 1.
    pub(super) fn place(&self) -> Place {
        Place { line: self.line, column: self.text[..self.at].chars().count() + 1 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|character| !belongs(character)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(super) fn spaces(&mut self) {
        self.take_while(|character| character == ' ' || character == '\t');
    }

    /// Up to the next space.
    pub(super) fn word(&mut self) -> &'a str {
        self.take_while(|character| character != ' ' && character != '\t')
    }

    pub(super) fn expect(&mut self, wanted: char) -> Result<()> {
        let place = self.place();
        match self.take() {
            Some(found) if found == wanted => Ok(()),
            found => {
                let found = found.map_or_else(|| "the end of the line".into(), String::from);
                Err(place.error("something else was to come here").expected(wanted).found(found))
            }
        }
    }

    pub(super) fn end(&self) -> Result<()> {
        if self.rest().is_empty() {
            return Ok(());
        }
        Err(self.place().error("more than a sample").expected("the end of the line").found(self.rest()))
    }

    /// The name of a metric or a label.
    pub(super) fn name(&mut self) -> Result<&'a str> {
        let place = self.place();
        let name =
            self.take_while(|character| character.is_ascii_alphanumeric() || character == '_' || character == ':');
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            let found = self.rest().chars().next().map_or_else(|| "the end of the line".into(), String::from);
            return Err(place.error("not a name").expected("a letter, _ or :").found(found));
        }
        Ok(name)
    }

    pub(super) fn number(&mut self) -> Result<f64> {
        let place = self.place();
        let word = self.word();
        word.parse().map_err(|_| place.error("not a number").found(word))
    }

    /// Text in quotes, with `\\`, `\"` and `\n`.
    pub(super) fn quoted(&mut self) -> Result<String> {
        let place = self.place();
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.take() {
                Some('"') => return Ok(text),
                Some('\\') => match self.take() {
                    Some('n') => text.push('\n'),
                    Some(escaped @ ('\\' | '"')) => text.push(escaped),
                    // As Prometheus does: what is no escape stays.
                    Some(other) => text.extend(['\\', other]),
                    None => return Err(place.error("a quote without its end")),
                },
                Some(other) => text.push(other),
                None => return Err(place.error("a quote without its end")),
            }
        }
    }

    /// `{NAME="VALUE", ...}`; a quoted text without a value is the name of the metric, which must not have one yet.
    pub(super) fn labels(&mut self, metric: &mut Option<String>) -> Result<Vec<(String, String)>> {
        self.expect('{')?;
        let mut labels = Vec::new();
        loop {
            self.spaces();
            if self.peek() == Some('}') {
                self.expect('}')?;
                return Ok(labels);
            }
            let place = self.place();
            let is_quoted = self.peek() == Some('"');
            let name = if is_quoted { self.quoted()? } else { self.name()?.to_owned() };
            self.spaces();
            if is_quoted && self.peek() != Some('=') {
                if metric.replace(name).is_some() {
                    return Err(place.error("a second name of the metric"));
                }
            } else {
                self.expect('=')?;
                self.spaces();
                labels.push((name, self.quoted()?));
            }
            self.spaces();
            if self.peek() != Some('}') {
                self.expect(',')?;
            }
        }
    }
}

/// Text in which a backslash and an end of line are escaped.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\\', Some('n')) => {
                plain.push('\n');
                characters.next();
            }
            ('\\', Some(escaped @ ('\\' | '"'))) => {
                plain.push(escaped);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    plain
}
