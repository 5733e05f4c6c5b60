//! A map while it is being read: unique keys, and `<<` merges.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Field, Node, Value};
use meshery_core::{Error, ErrorKind, Position, Span};

/// A map of which some fields have been read.
#[derive(Default)]
pub(super) struct PartialMap {
    fields: Vec<Field>,
    /// By field, whether all that was said of it was merged.
    merged: Vec<bool>,
    /// Where fields are, once there are many.
    places: HashMap<Arc<str>, usize>,
    key: Option<Key>,
}

/// A key that waits for its value.
pub(super) struct Key {
    text: Arc<str>,
    span: Span,
    merge: bool,
}

/// Up to so many fields are looked through, which is faster than any index.
const FEW: usize = 16;

impl PartialMap {
    /// Whether the next node is a key.
    pub(super) fn wants_key(&self) -> bool {
        self.key.is_none()
    }

    /// Takes the next key; `merge` marks a plain `<<`, and `position` tells where the first one of two is.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] for a key that JSON does not have, or that the map has already.
    pub(super) fn key(&mut self, node: &Node, merge: bool, position: impl Fn(Span) -> Position) -> Result<(), Error> {
        let text = key_text(&node.value)?;
        if let Some(first) = self.find(&text).filter(|at| !self.merged[*at] && !merge) {
            let first = position(self.fields[first].key_span);
            return Err(Error::new(ErrorKind::Syntax, format!("the key {text:?} occurs twice in one map"))
                .with("first", format!("line {}, column {}", first.line, first.column)));
        }
        self.key = Some(Key { text, span: node.span, merge });
        Ok(())
    }

    /// Takes the value of the last key; `alias` tells how it is written.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] for a merge of anything but maps.
    pub(super) fn value(&mut self, node: Node, alias: bool) -> Result<(), Error> {
        match self.key.take() {
            Some(Key { merge: true, .. }) => self.merge(&node, alias),
            Some(Key { text, span, .. }) => {
                self.set(Field { key: text, key_span: span, value: node }, false);
                Ok(())
            }
            None => Err(Error::new(ErrorKind::Internal, "a map got a value without a key")),
        }
    }

    /// The fields, in the order of the file.
    pub(super) fn finish(self) -> Arc<[Field]> {
        self.fields.into()
    }

    /// As in go-yaml v2 the later one wins, be it merged or written; of a list, the earlier map.
    fn merge(&mut self, node: &Node, alias: bool) -> Result<(), Error> {
        match &node.value {
            Value::Map(fields) => fields.iter().for_each(|field| self.set(field.clone(), true)),
            Value::List(items) if !alias && items.iter().all(is_map) => {
                let maps = items.iter().rev();
                maps.flat_map(Node::fields).for_each(|field| self.set(field.clone(), true));
            }
            other => {
                return Err(Error::new(ErrorKind::Syntax, "`<<` merges maps only")
                    .expected("a map or a list of maps")
                    .found(other.type_name()));
            }
        }
        Ok(())
    }

    fn set(&mut self, field: Field, merged: bool) {
        if let Some(at) = self.find(&field.key) {
            self.merged[at] &= merged;
            self.fields[at] = field;
            return;
        }
        self.merged.push(merged);
        self.fields.push(field);
        if self.fields.len() > FEW {
            let unplaced = self.fields.iter().enumerate().skip(self.places.len());
            self.places.extend(unplaced.map(|(at, field)| (Arc::clone(&field.key), at)));
        }
    }

    fn find(&self, key: &str) -> Option<usize> {
        if self.places.is_empty() {
            self.fields.iter().position(|field| &*field.key == key)
        } else {
            self.places.get(key).copied()
        }
    }
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// The text that a key has in JSON.
fn key_text(value: &Value) -> Result<Arc<str>, Error> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string().into()),
        Value::Int(value) => Ok(value.to_string().into()),
        Value::Float(value) if value.is_finite() => Ok(value.to_string().into()),
        other => Err(Error::new(ErrorKind::Syntax, "a key cannot be written as text")
            .expected("text, a number or a boolean")
            .found(other.type_name())),
    }
}
