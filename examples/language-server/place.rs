//! Places as the protocol has them: files by URI, lines from 0, columns in units of UTF-16.

use std::collections::BTreeMap;
use std::path::PathBuf;

use meshery_core::Position;
use meshery_core::analyzer::Location;
use meshery_mesh::analyze::Analysis;
use serde_json::{Value, json};

/// The texts of the files, by name.
pub(crate) struct Texts<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Texts<'a> {
    pub(crate) fn of(analysis: &'a Analysis) -> Self {
        Self(analysis.files.iter().map(|file| (&*file.name, &*file.text)).collect())
    }

    /// A stretch of a file.
    pub(crate) fn range(&self, location: &Location) -> Value {
        let text = self.0.get(location.file.as_str()).copied().unwrap_or_default();
        json!({ "start": position(text, location.span.start), "end": position(text, location.span.end) })
    }

    /// From `FILE:LINE:COLUMN` to the file and the rest of the line.
    pub(crate) fn read<'p>(&self, place: &'p str) -> (&'p str, Value) {
        let mut parts = place.rsplitn(3, ':');
        let (column, line, file) = (parts.next(), parts.next(), parts.next());
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok());
        match (number(line), number(column), file) {
            (Some(line), Some(column), Some(file)) => {
                let (line, column) = (line.saturating_sub(1), column.saturating_sub(1));
                let text = self.0.get(file).copied().unwrap_or_default();
                let end = text.lines().nth(line).map_or(column + 1, |line| line.encode_utf16().count());
                let at = |character: usize| json!({ "line": line, "character": character });
                (file, json!({ "start": at(column), "end": at(end.max(column + 1)) }))
            }
            _ => (place, json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 1 } })),
        }
    }
}

fn position(text: &str, at: Position) -> Value {
    let before = text.get(..at.offset).unwrap_or_default();
    let line = before.rfind('\n').map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    json!({ "line": at.line.saturating_sub(1), "character": line.encode_utf16().count() })
}

/// The ends of a range, to compare them.
pub(crate) fn bounds(range: &Value) -> ((u64, u64), (u64, u64)) {
    let end = |name: &str| {
        let number = |part: &str| range[name][part].as_u64().unwrap_or_default();
        (number("line"), number("character"))
    };
    (end("start"), end("end"))
}

/// The path of a file's URI.
pub(crate) fn path_of(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The URI of a file.
pub(crate) fn uri_of(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    let encoded =
        path.bytes().map(|byte| if is_plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") });
    format!("file://{}", encoded.collect::<String>())
}
