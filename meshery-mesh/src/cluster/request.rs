//! Requests to an API server as plain data.

use std::fmt::Write as _;

/// A request to an API server. Its path and query are complete, and already encoded.
///
/// ```
/// use meshery_mesh::cluster::Request;
///
/// let request = Request::get("/api/v1/namespaces").query("limit", "500").query("labelSelector", "a=b,c");
/// assert_eq!(request.target, "/api/v1/namespaces?limit=500&labelSelector=a%3Db%2Cc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// What is wanted in return; JSON unless told otherwise.
    pub accept: Option<&'static str>,
    /// The type of the body and the body.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// The HTTP methods that an API server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Removes.
    Delete,
    /// Reads, lists and watches.
    Get,
    /// Changes a part, and creates where it is a server-side apply.
    Patch,
    /// Creates.
    Post,
    /// Replaces.
    Put,
}

impl Method {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, target: path.into(), accept: None, body: None }
    }

    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// Adds a parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        self.target.push_str(name);
        self.target.push('=');
        encode(value, &mut self.target);
        self
    }

    /// Asks for another form of the answer.
    #[must_use]
    pub fn accept(mut self, form: &'static str) -> Self {
        self.accept = Some(form);
        self
    }

    /// Gives it a body of a type.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.body = Some((content_type, body));
        self
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(text: &str, to: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(to, "%{byte:02X}");
        }
    }
}
