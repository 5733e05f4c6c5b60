//! The body of a request: text, bytes, a file, or so many bytes of nothing in particular.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use meshery_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::{Draw, Template};

/// A body as it is written in a request: a template, or an object with one of these fields.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum BodyWords {
    Template(String),
    Source(Source),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// Text in which braces mean nothing.
    Literal(String),
    /// Any bytes.
    Base64(String),
    /// What is in a file when the load begins.
    File(PathBuf),
    /// So many bytes.
    Size(usize),
}

/// The largest body that is held in memory.
const MAX_SIZE: usize = 1 << 30;

impl Default for BodyWords {
    fn default() -> Self {
        Self::Template(String::new())
    }
}

/// A body, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Rendered for each request.
    Template(Template),
    /// The same for every request.
    Bytes(Arc<[u8]>),
}

impl Body {
    /// # Errors
    /// At `body`: a template or base64 that cannot be read, a file that cannot be read, a size above 1 GiB.
    pub(crate) fn read(words: BodyWords) -> Result<Self> {
        let bytes = |bytes: Vec<u8>| Self::Bytes(bytes.into());
        let source = match words {
            BodyWords::Template(text) => {
                let template = Template::parse(&text).map_err(|error| error.at("body"))?;
                return Ok(match template.constant() {
                    Some(constant) => Self::Bytes(constant.into()),
                    None => Self::Template(template),
                });
            }
            BodyWords::Source(source) => source,
        };
        match source {
            Source::Literal(text) => Ok(bytes(text.into_bytes())),
            Source::Base64(text) => {
                let decoded = base64::engine::general_purpose::STANDARD.decode(text);
                Ok(bytes(decoded.map_err(|error| Error::invalid("body.base64", error.to_string()))?))
            }
            Source::File(path) => {
                let refuse = |error: std::io::Error| {
                    Error::new(ErrorKind::Io, "the file of the body cannot be read")
                        .at("body.file")
                        .found(format!("{}: {error}", path.display()))
                };
                Ok(bytes(std::fs::read(&path).map_err(refuse)?))
            }
            Source::Size(size) if size > MAX_SIZE => Err(Error::invalid("body.size", "out of range")
                .expected(format!("at most {MAX_SIZE}"))
                .found(size.to_string())),
            // Not zeros: what compresses to nothing on its way would measure the compressor.
            Source::Size(size) => {
                let mut rng = crate::rng::SplitMix64::new(size as u64);
                Ok(bytes((0..size).map(|_| b'a' + (rng.next() % 26) as u8).collect()))
            }
        }
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if bytes.is_empty())
    }

    /// The bytes of one request.
    pub(crate) fn bytes(&self, draw: Draw) -> Arc<[u8]> {
        match self {
            Self::Bytes(bytes) => Arc::clone(bytes),
            Self::Template(template) => {
                let mut out = Vec::new();
                template.render(draw, u64::from(u32::MAX), &mut out);
                out.into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(words: Value) -> Result<Arc<[u8]>> {
        let words = serde_json::from_value(words).unwrap();
        Ok(Body::read(words)?.bytes(Draw { seed: 1, ordinal: 41 }))
    }

    #[test]
    fn every_source_gives_its_bytes() {
        let file = std::env::temp_dir().join(format!("meshery-body-{}", std::process::id()));
        std::fs::write(&file, b"from a file {{counter}}").unwrap();
        for (words, expected) in [
            (json!("n={{counter}}"), b"n=41".as_slice()),
            (json!({ "literal": "{{counter}}" }), b"{{counter}}"),
            (json!({ "base64": "AAH/" }), b"\x00\x01\xff"),
            (json!({ "file": file }), b"from a file {{counter}}"),
        ] {
            assert_eq!(&*read(words.clone()).unwrap(), expected, "{words}");
        }
        std::fs::remove_file(file).unwrap();
        assert_eq!(read(json!({ "size": 70_000 })).unwrap().len(), 70_000);
    }

    #[test]
    fn a_fault_is_named_by_its_place() {
        for (words, place, kind) in [
            (json!("{{nonce}}"), "body", ErrorKind::InvalidInput),
            (json!({ "base64": "?" }), "body.base64", ErrorKind::InvalidInput),
            (json!({ "file": "no/such/file" }), "body.file", ErrorKind::Io),
            (json!({ "size": 1_u64 << 40 }), "body.size", ErrorKind::InvalidInput),
        ] {
            let error = read(words).unwrap_err();
            assert_eq!((error.report().place.as_deref(), error.kind()), (Some(place), kind));
        }
    }
}
