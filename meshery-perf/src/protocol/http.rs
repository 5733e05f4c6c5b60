//! A request in the words that all versions of HTTP share.

use meshery_core::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::content::{Body, BodyWords, Template};
use crate::target::{Scheme, Target};

/// The URL schemes of all versions.
pub(crate) const SCHEMES: &[Scheme] = &[Scheme::plain("http", Some(80)), Scheme::secure("https", Some(443))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    method: String,
    /// In place of the target's own.
    path: Option<String>,
    headers: Vec<(String, String)>,
    body: BodyWords,
    /// Whether the body is sent without its length being said beforehand.
    stream: bool,
}

impl Default for Words {
    fn default() -> Self {
        Self { method: "GET".into(), path: None, headers: Vec::new(), body: BodyWords::default(), stream: false }
    }
}

/// A request, checked.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) authority: Template,
    pub(crate) path: Template,
    /// Without `host`, which is the authority.
    pub(crate) headers: Vec<(String, Template)>,
    pub(crate) body: Body,
    pub(crate) stream: bool,
}

impl Request {
    /// # Errors
    /// `InvalidInput` at the field, for words that make no request.
    pub(crate) fn read(words: &Value, target: &Target) -> Result<Self> {
        let words: Words = Words::deserialize(words).map_err(|error| {
            let error = Error::new(ErrorKind::InvalidInput, error.to_string());
            error.expected("an object of method, path, headers, body and stream")
        })?;
        if !is_token(&words.method) {
            return Err(Error::invalid("method", "not a method").expected("a token").found(&words.method));
        }
        let path = words.path.as_deref().unwrap_or(&target.path);
        if !path.starts_with(['/', '*']) || path.contains(|c: char| c.is_control()) {
            return Err(Error::invalid("path", "not a path").expected("a path that begins with /").found(path));
        }
        let mut request = Self {
            authority: Template::literal(target.authority.as_bytes()),
            path: Template::parse(path).map_err(|error| error.at("path"))?,
            headers: Vec::new(),
            body: Body::read(words.body)?,
            stream: words.stream,
            method: words.method,
        };
        for (index, (name, value)) in words.headers.iter().enumerate() {
            request.header(name, value).map_err(|error| error.at(format!("headers[{index}]")))?;
        }
        Ok(request)
    }

    /// A POST of a protocol that is built on HTTP.
    ///
    /// # Errors
    /// `InvalidInput` at the path or at a header.
    pub(super) fn post(path: &str, headers: &[(String, String)], body: Body, target: &Target) -> Result<Self> {
        let mut request = Self {
            method: "POST".into(),
            authority: Template::literal(target.authority.as_bytes()),
            path: Template::parse(path).map_err(|error| error.at("path"))?,
            headers: Vec::new(),
            body,
            // Such protocols frame their bodies themselves.
            stream: true,
        };
        for (index, (name, value)) in headers.iter().enumerate() {
            request.header(name, value).map_err(|error| error.at(format!("headers[{index}]")))?;
        }
        Ok(request)
    }

    fn header(&mut self, name: &str, value: &str) -> Result<()> {
        let refuse = |message: &str| Error::new(ErrorKind::InvalidInput, message);
        if !is_token(name) {
            return Err(refuse("not a header name").expected("a token").found(name));
        }
        // The value may be a credential, so it is not repeated.
        if value.bytes().any(|b| b < 0x20 && b != b'\t' || b == 0x7f) {
            return Err(refuse("control character in a header value"));
        }
        let value = Template::parse(value)?;
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "host" => self.authority = value,
            "content-length" | "transfer-encoding" => {
                return Err(refuse("the engine frames the body itself").found(name));
            }
            "connection" | "upgrade" | "keep-alive" => {
                return Err(refuse("the engine keeps the connection itself").found(name));
            }
            _ => self.headers.push((name, value)),
        }
        Ok(())
    }

    /// Whether a length is said: where there is a body, and for methods that give meaning to one (RFC 9110 section 8.6).
    pub(super) fn says_length(&self) -> bool {
        !self.stream && (!self.body.is_empty() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH"))
    }

    /// Whether every request is the same.
    pub(crate) fn is_constant(&self) -> bool {
        let templates = [&self.authority, &self.path].into_iter().chain(self.headers.iter().map(|(_, value)| value));
        templates.into_iter().all(|template| template.constant().is_some()) && matches!(self.body, Body::Bytes(_))
    }
}

/// A header of our own.
pub(super) fn pair([name, value]: [&str; 2]) -> (String, String) {
    (name.into(), value.into())
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_named_by_their_place() {
        let target = Target::parse("http://a/", SCHEMES).unwrap();
        for (words, place) in [
            (json!({ "methd": "GET" }), None),
            (json!({ "method": "GET /" }), Some("method")),
            (json!({ "path": "no-slash" }), Some("path")),
            (json!({ "path": "/{{nonce}}" }), Some("path")),
            (json!({ "headers": [["a", "b"], ["a b", "c"]] }), Some("headers[1]")),
            (json!({ "headers": [["a", "b\r\nc: d"]] }), Some("headers[0]")),
            (json!({ "headers": [["Content-Length", "3"]] }), Some("headers[0]")),
            (json!({ "headers": [["Connection", "close"]] }), Some("headers[0]")),
            (json!({ "body": { "base64": "?" } }), Some("body.base64")),
        ] {
            let error = Request::read(&words, &target).unwrap_err();
            assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, place), "{words}");
        }
    }
}
