//! Service Mesh Performance (SMP): a format for what a test was asked to do, what it found, on which mesh and where.
//!
//! SMP has been written in five [dialects](DIALECTS), and no document says in which. [`read`] recognises the dialect,
//! makes the messages of the current proto of it, and [warns](Warning) wherever it had to take something for something
//! else; nothing is lost, what has no field stays in `extra`. [`Document::check`] tells what is wrong with a document by
//! the proto and by sense.

mod dialect;
mod document;
mod field;
mod message;
mod model;
mod names;
mod problems;
mod reader;
mod rules;
mod unique;
pub mod units;
mod warning;
mod write;
mod yaml;

pub use dialect::{DIALECTS, Dialect};
pub use document::Document;
pub use field::{Int32, Int64, Timestamp};
use meshery_core::{Error, ErrorKind, Result};
pub use model::*;
pub use names::{ApplicationProtocol, MeshType, Protocol};
use reader::Reader;
use serde_json::Value;
pub use warning::{Noticed, Warning};
pub use write::{Ids, labels};

use super::LARGEST;

/// A document, and how it was read.
///
/// ```
/// let reading = meshery_perf::exchange::smp::read(r#"{ "latencies_ms": { "min": 0.2 } }"#).unwrap();
/// assert_eq!((reading.dialect, reading.warnings.len()), ("current", 0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The name of the dialect, one of [`DIALECTS`].
    pub dialect: &'static str,
    /// The document, in the words of the current proto.
    pub document: Document,
    /// What was not said plainly.
    pub warnings: Vec<Warning>,
}

/// Reads a document of any dialect, in JSON or YAML.
///
/// ```
/// use meshery_core::ErrorKind;
/// use meshery_perf::exchange::smp::read;
///
/// let reading = read("duration: 30s\nclients:\n- connections: 8\n").unwrap();
/// assert_eq!(reading.document.performance_test_config.unwrap().clients[0].connections.unwrap().0, 8);
/// let error = read("clients: [{ connections: many }]").unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("clients[0].connections"));
/// ```
///
/// # Errors
/// [`LimitExceeded`](ErrorKind::LimitExceeded) for what is larger or deeper than what is read,
/// [`Syntax`](ErrorKind::Syntax) for what is neither JSON nor YAML, and [`InvalidInput`](ErrorKind::InvalidInput) with the
/// field as its place for what is no such document.
pub fn read(text: &str) -> Result<Reading> {
    let mut reader = Reader::default();
    let value = parse(text, &mut reader)?;
    one(value, reader)
}

/// Reads every document of a list: an array, or a page as Meshery's server gives it, with the documents under `results`
/// or `profiles`. A single document is a list of one.
///
/// ```
/// let list = r#"[{ "actual_qps": 3 }, { "nodes": [{ "cores": "two" }] }]"#;
/// let error = meshery_perf::exchange::smp::read_all(list).unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("[1].nodes[0].cores"));
/// ```
///
/// # Errors
/// Those of [`read`], with the place of the document in the list.
pub fn read_all(text: &str) -> Result<Vec<Reading>> {
    let mut reader = Reader::default();
    let (place, items) = match parse(text, &mut reader)? {
        Value::Array(items) => (String::new(), items),
        Value::Object(mut page) if page.contains_key("page") => {
            let listed = ["results", "profiles"].into_iter().find(|name| page.get(*name).is_some_and(Value::is_array));
            match listed.map(|name| (name, page.shift_remove(name))) {
                Some((name, Some(Value::Array(items)))) => (name.into(), items),
                _ => return one(page.into(), reader).map(|one| vec![one]),
            }
        }
        other => return one(other, reader).map(|one| vec![one]),
    };
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        read.push(one(item, Reader::at(format!("{place}[{index}]")))?);
    }
    Ok(read)
}

/// Reads one document.
fn one(value: Value, mut reader: Reader) -> Result<Reading> {
    let object = reader.object(value)?;
    let dialect = dialect::of(&object)?;
    let mut document = (dialect.read)(object, &mut reader)?;
    units::repair(&mut document, dialect.name, &mut reader);
    Ok(Reading { dialect: dialect.name, document, warnings: reader.warnings })
}

/// JSON, or else YAML.
fn parse(text: &str, reader: &mut Reader) -> Result<Value> {
    if text.len() > LARGEST {
        let error = Error::new(ErrorKind::LimitExceeded, "larger than what is read");
        return Err(error.expected(format!("at most {LARGEST} bytes")).found(format!("{} bytes", text.len())));
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return loosely(text, reader);
    }
    unique::read(text).or_else(|error| match error.kind() {
        ErrorKind::Syntax => yaml::read(text).map_err(|_| error),
        _ => Err(error),
    })
}

/// YAML, with lines moved where it is none without.
fn loosely(text: &str, reader: &mut Reader) -> Result<Value> {
    let error = match yaml::read(text) {
        Err(error) if error.kind() == ErrorKind::Syntax => error,
        read => return read,
    };
    let Some((clean, line)) = yaml::unindented(text) else { return Err(error) };
    let Ok(value) = yaml::read(&clean) else { return Err(error) };
    let found = error.report().message.clone();
    reader.warn_at(&format!("line {line}"), Noticed::Unindented, found, "this line belongs to the block around it");
    Ok(value)
}
