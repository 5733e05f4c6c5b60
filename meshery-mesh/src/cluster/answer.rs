//! Answers of an API server, and the errors that they stand for.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use meshery_core::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The longest answer that is read as a whole.
const LIMIT: usize = 256 * 1024 * 1024;

/// An answer whose head is here.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The server's own time, to the second.
    pub date: Option<SystemTime>,
    /// The rest.
    pub body: Box<dyn Chunks>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, retry_after, .. } = self;
        f.debug_struct("Answer").field("status", status).field("retry_after", retry_after).finish_non_exhaustive()
    }
}

/// A body as it comes in.
#[async_trait]
pub trait Chunks: Send {
    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// What ended the connection before the body's end.
    async fn next(&mut self) -> Result<Option<Bytes>>;
}

/// A body that is here as a whole.
#[async_trait]
impl Chunks for Option<Bytes> {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        Ok(self.take())
    }
}

impl Answer {
    /// The body, or the error that the server answered with.
    ///
    /// # Errors
    /// The server's own words for a status from 400 on; what ended the connection.
    pub async fn body(mut self) -> Result<Bytes> {
        let mut whole = Vec::new();
        while let Some(part) = self.body.next().await? {
            if whole.len() + part.len() > LIMIT {
                return Err(Error::new(ErrorKind::LimitExceeded, "the answer is too long")
                    .expected(format!("at most {LIMIT} bytes")));
            }
            whole.extend_from_slice(&part);
        }
        if self.status < 400 { Ok(whole.into()) } else { Err(refusal(self.status, &whole)) }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// As [`body`](Self::body), and [`Protocol`](ErrorKind::Protocol) for anything else than the JSON that is wanted.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        let body = self.body().await?;
        serde_json::from_slice(&body).map_err(|error| {
            Error::new(ErrorKind::Protocol, format!("the server's answer is not what was asked for: {error}"))
                .because(error)
        })
    }
}

/// `Status` of `meta/v1`: how an API server says what is wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) message: String,
    pub(crate) reason: String,
    pub(crate) code: u16,
    pub(crate) details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Details {
    pub(crate) causes: Vec<Cause>,
}

/// One of several reasons, often for one field.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Cause {
    pub(crate) field: String,
    pub(crate) message: String,
}

/// The error that a status stands for.
pub(crate) fn refusal(status: u16, body: &[u8]) -> Error {
    let said: Status = serde_json::from_slice(body).unwrap_or_default();
    let words = if said.message.is_empty() { String::from_utf8_lossy(body).trim().to_owned() } else { said.message };
    let code = if said.code == 0 { status } else { said.code };
    let kind = if is_malformed(body) { ErrorKind::Refused } else { kind(code, &said.reason) };
    let mut error = Error::new(kind, words).with("status", code.to_string());
    if !said.reason.is_empty() {
        error = error.with("reason", said.reason);
    }
    for cause in said.details.unwrap_or_default().causes {
        error = error.with(format!("cause {}", cause.field).trim_end(), cause.message);
    }
    error
}

/// What does not fit into the schema of a kind is answered with status 500, as if the server were at fault.
pub(crate) fn is_malformed(body: &[u8]) -> bool {
    const WORDS: &[u8] = b"failed to create typed patch object";
    body.windows(WORDS.len()).any(|window| window == WORDS)
}

fn kind(status: u16, reason: &str) -> ErrorKind {
    match (status, reason) {
        (404 | 410, _) => ErrorKind::NotFound,
        (409, _) => ErrorKind::Conflict,
        (413, _) => ErrorKind::LimitExceeded,
        (429, _) => ErrorKind::Busy,
        (_, "Timeout" | "ServerTimeout") | (504, _) => ErrorKind::Timeout,
        (503, _) => ErrorKind::Unreachable,
        (500.., _) => ErrorKind::Protocol,
        _ => ErrorKind::Refused,
    }
}
