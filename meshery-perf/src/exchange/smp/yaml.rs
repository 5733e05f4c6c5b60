//! YAML as a value of JSON.
//!
//! A plain number becomes a number where it can be written back as it stands, and stays a text where it cannot: the version
//! `1.10` is not 1.1. Fields that are numbers read such texts all the same.

use std::collections::HashMap;

use meshery_core::{Error, ErrorKind, Result};
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::reader::short;

/// Deeper documents are refused.
const DEEPEST: usize = 64;
/// Documents of more values are refused, those that aliases repeat counted each time.
const MOST: usize = 1 << 20;

/// Reads the only document of a text.
pub(super) fn read(text: &str) -> Result<Value> {
    let mut parser = Parser::new_from_str(text);
    let mut tree = Tree::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax(error.info(), error.marker().line()))?;
        let line = span.start.line();
        tree.take(event).map_err(|error| error.at(place(line)))?;
    }
    tree.root.ok_or_else(|| Error::new(ErrorKind::Syntax, "an empty document"))
}

fn place(line: usize) -> String {
    format!("line {line}")
}

fn syntax(info: &str, line: usize) -> Error {
    Error::new(ErrorKind::Syntax, info).at(place(line))
}

#[derive(Default)]
struct Tree {
    root: Option<Value>,
    stack: Vec<Open>,
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
}

/// A list or map that has not ended.
struct Open {
    content: Content,
    anchor: usize,
    before: usize,
}

enum Content {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl Tree {
    fn take(&mut self, event: Event<'_>) -> Result<()> {
        let before = self.values;
        let (value, anchor, before) = match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                return Err(Error::new(ErrorKind::Syntax, "a second document").expected("one document"));
            }
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(&text, style == ScalarStyle::Plain && tag.is_none()), anchor, before)
            }
            Event::Alias(anchor) => {
                let unknown = || Error::new(ErrorKind::Syntax, "an anchor contains itself");
                let (value, values) = self.anchors.get(&anchor).cloned().ok_or_else(unknown)?;
                self.values += values;
                (value, 0, before)
            }
            Event::SequenceStart(anchor, _) => return self.open(Content::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => return self.open(Content::Map(Map::new(), None), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Open { content: Content::List(items), anchor, before }) => (items.into(), anchor, before),
                Some(Open { content: Content::Map(members, _), anchor, before }) => (members.into(), anchor, before),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        self.values += 1;
        if self.values > MOST {
            let error = Error::new(ErrorKind::LimitExceeded, "larger than what is read");
            return Err(error.expected(format!("at most {MOST} values")).found("more"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.values - before));
        }
        self.put(value)
    }

    fn open(&mut self, content: Content, anchor: usize) -> Result<()> {
        if self.stack.len() == DEEPEST {
            let error = Error::new(ErrorKind::LimitExceeded, "deeper than what is read");
            return Err(error.expected(format!("at most {DEEPEST} levels")).found("more"));
        }
        self.stack.push(Open { content, anchor, before: self.values });
        Ok(())
    }

    fn put(&mut self, value: Value) -> Result<()> {
        match self.stack.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(value),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Map(members, key @ None)) => *key = Some(name(value, members)?),
            Some(Content::Map(members, key)) => {
                members.extend(key.take().map(|key| (key, value)));
            }
        }
        Ok(())
    }
}

fn name(value: Value, members: &Map<String, Value>) -> Result<String> {
    let name = match value {
        Value::String(name) => name,
        Value::Array(_) | Value::Object(_) => {
            return Err(Error::new(ErrorKind::Unsupported, "a list or map as a name").expected("a text"));
        }
        scalar => short(&scalar),
    };
    if members.contains_key(&name) {
        return Err(Error::new(ErrorKind::Syntax, "said twice").found(name));
    }
    Ok(name)
}

fn scalar(text: &str, plain: bool) -> Value {
    match text {
        _ if !plain => text.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => number(text).unwrap_or_else(|| text.into()),
    }
}

fn number(text: &str) -> Option<Value> {
    let value: Value = text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from)).ok()?;
    let written = value.to_string();
    (written == text).then_some(value)
}

/// The text with lines moved to the left that stand below a pair of name and value, to which nothing can belong. Sample
/// documents of the specification have such lines. With the first of them, from 1; `None` when there is none.
pub(super) fn unindented(text: &str) -> Option<(String, usize)> {
    let mut clean = String::with_capacity(text.len());
    let mut moved: Vec<(usize, usize)> = Vec::new();
    let mut first = None;
    let mut above: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            clean.extend([line, "\n"]);
            continue;
        }
        moved.retain(|(from, _)| indent >= *from);
        if let Some(above) = above.filter(|above| indent > *above && pair(content).is_some()) {
            moved.push((indent, indent - above));
            first.get_or_insert(index + 1);
        }
        let shift: usize = moved.iter().map(|(_, by)| by).sum();
        clean.extend([&" ".repeat(indent.saturating_sub(shift)), content, "\n"]);
        above = pair(content).filter(|value| !value.is_empty() && !value.starts_with(['|', '>'])).map(|_| indent);
    }
    first.map(|line| (clean, line))
}

/// The value of a line that is a name and perhaps a value, without its comment.
fn pair(content: &str) -> Option<&str> {
    let (name, value) = content.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let value = value.split(" #").next().unwrap_or_default();
    (is_name && (value.is_empty() || value.starts_with(' '))).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn values_are_what_they_look_like() {
        let read = read("a: 1\nb: 1.10\nc: '1'\nd: [x, ~, true, 0.5]\ne: &e {f: 1e3}\ng: *e\n").unwrap();
        let e = json!({ "f": "1e3" });
        assert_eq!(read, json!({ "a": 1, "b": "1.10", "c": "1", "d": ["x", null, true, 0.5], "e": e, "g": e }));
    }

    #[test]
    fn what_cannot_be_read_is_placed() {
        let bomb: String =
            "a: &a [x, x, x, x, x, x, x, x]\n".to_owned() + &('b'..='i').map(bomb_line).collect::<String>();
        for (text, kind, place) in [
            ("a: 1\na: 2\n", ErrorKind::Syntax, Some("line 2")),
            ("a: b: c\n", ErrorKind::Syntax, Some("line 1")),
            ("a: 1\n---\nb: 1\n", ErrorKind::Syntax, Some("line 2")),
            ("[a]: 1\n", ErrorKind::Unsupported, Some("line 1")),
            ("# nothing\n", ErrorKind::Syntax, None),
            (&"[".repeat(100), ErrorKind::LimitExceeded, Some("line 1")),
            (&bomb, ErrorKind::LimitExceeded, Some("line 7")),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.kind(), error.report().place.as_deref()), (kind, place), "{text} {error}");
        }
    }

    fn bomb_line(name: char) -> String {
        let before = format!("*{}, ", (name as u8 - 1) as char);
        format!("{name}: &{name} [{}]\n", before.repeat(8).trim_end_matches(", "))
    }

    #[test]
    fn lines_below_a_value_move_to_it() {
        let text = "a:\n  min: 1\n    mean: 2 # ms\n    of:\n      x: 3\n    max: 4\nb: 5\n";
        let (clean, line) = unindented(text).unwrap();
        assert_eq!((clean.as_str(), line), ("a:\n  min: 1\n  mean: 2 # ms\n  of:\n    x: 3\n  max: 4\nb: 5\n", 3));
        assert_eq!(unindented(&clean), None);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[a-z:&* \\[\\]{}\n'\"#0-9.-]{0,80}") {
            let _ = read(&text);
            let _ = unindented(&text);
        }
    }
}
