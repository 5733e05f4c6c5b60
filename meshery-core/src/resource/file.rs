//! Files, and what places call them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::place::Lines;
use super::{Position, Region, Span};

/// A file, or a text that has a name like one.
///
/// ```
/// use meshery_core::resource::File;
///
/// assert_eq!(File::new("a.yaml", "kind: Pod").to_string(), "a.yaml");
/// ```
#[derive(Clone, Debug)]
pub struct File {
    /// Its name as the caller gave it.
    pub name: Arc<str>,
    /// What it holds.
    pub text: Arc<str>,
    lines: Lines,
}

impl File {
    /// A file with this name and content.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), lines: Lines::default() }
    }

    /// Where a byte is.
    ///
    /// ```
    /// let file = meshery_core::resource::File::new("a.yaml", "kind: Pod\nä: 1\n");
    /// assert_eq!(file.position(13).to_string(), "2:3");
    /// ```
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, usize::try_from(offset).unwrap_or(usize::MAX))
    }

    /// Where a stretch is.
    pub fn region(&self, span: Span) -> Region {
        Region { start: self.position(span.start), end: self.position(span.end) }
    }

    /// How an error names the start of a stretch: `a.yaml:3:7`.
    pub fn place(&self, span: Span) -> String {
        format!("{self}:{}", self.position(span.start))
    }

    /// What is written there; empty for a stretch outside of the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for File {}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The file of a place. It is its name: so it is written, compared and shown. It knows too which reading of the file its
/// places are in, so that they can follow what an edit has moved.
///
/// ```
/// use std::sync::Arc;
///
/// use meshery_core::resource::{File, FileRef};
///
/// let (before, after) = (File::new("a.yaml", "kind: Pod"), File::new("a.yaml", "# A pod.\nkind: Pod"));
/// let (before, after) = (FileRef::from(Arc::new(before)), FileRef::from(Arc::new(after)));
/// assert_eq!(before, "a.yaml");
/// assert_eq!(before, after, "the same file, though read twice");
/// assert_eq!(before.reading().text.len(), 9);
/// ```
#[derive(Clone)]
pub struct FileRef(Arc<File>);

impl FileRef {
    /// The file's name.
    pub fn as_str(&self) -> &str {
        &self.0.name
    }

    /// The file as it was when it was read; without text where only its name is known.
    pub fn reading(&self) -> &Arc<File> {
        &self.0
    }
}

impl Deref for FileRef {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<Arc<File>> for FileRef {
    fn from(file: Arc<File>) -> Self {
        Self(file)
    }
}

impl From<&str> for FileRef {
    fn from(name: &str) -> Self {
        Self(Arc::new(File::new(name, "")))
    }
}

impl fmt::Debug for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq for FileRef {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for FileRef {}

impl PartialEq<&str> for FileRef {
    fn eq(&self, name: &&str) -> bool {
        self.as_str() == *name
    }
}

impl PartialEq<String> for FileRef {
    fn eq(&self, name: &String) -> bool {
        self.as_str() == name
    }
}

impl PartialOrd for FileRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FileRef {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other)
    }
}

impl Serialize for FileRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for FileRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::from(name.as_str()))
    }
}

impl JsonSchema for FileRef {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
