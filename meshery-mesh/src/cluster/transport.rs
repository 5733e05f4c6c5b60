//! The one door to an API server, and how it is opened.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use meshery_core::{Error, ErrorKind, Result};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::answer::{Answer, Chunks};
use super::request::Request;

/// What carries requests to an API server. Tests put one between that counts, breaks or ends everything.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request and waits for the head of the answer, whatever its status.
    ///
    /// # Errors
    /// [`Unreachable`](ErrorKind::Unreachable), [`Tls`](ErrorKind::Tls) and others for which there is no answer.
    async fn send(&self, request: Request) -> Result<Answer>;
}

/// Requests through the client of kube-rs, which knows every way to prove who one is.
pub(super) struct Kube {
    pub(super) client: Client,
    pub(super) user_agent: String,
}

#[async_trait]
impl Transport for Kube {
    async fn send(&self, request: Request) -> Result<Answer> {
        let place = format!("{} {}", request.method.name(), request.target);
        let answer = self.client.send(self.built(request)?).await.map_err(|error| unanswered(error, &place))?;
        let (head, body) = answer.into_parts();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let seconds = text(hyper::header::RETRY_AFTER).and_then(|value| value.parse().ok());
        let date = text(hyper::header::DATE).and_then(|value| OffsetDateTime::parse(value, &Rfc2822).ok());
        let body = Box::new(Stream { body, place });
        Ok(Answer {
            status: head.status.as_u16(),
            retry_after: seconds.map(Duration::from_secs),
            date: date.map(SystemTime::from),
            body,
        })
    }
}

impl Kube {
    fn built(&self, request: Request) -> Result<hyper::Request<Body>> {
        let mut built = hyper::Request::builder()
            .method(request.method.name())
            .uri(&request.target)
            .header(hyper::header::USER_AGENT, &self.user_agent)
            .header(hyper::header::ACCEPT, request.accept.unwrap_or("application/json"));
        let body = match request.body {
            Some((content_type, body)) => {
                built = built.header(hyper::header::CONTENT_TYPE, content_type);
                Body::from(body)
            }
            None => Body::empty(),
        };
        let malformed = |error: hyper::http::Error| Error::invalid(&request.target, error.to_string()).because(error);
        built.body(body).map_err(malformed)
    }
}

struct Stream {
    body: Body,
    place: String,
}

#[async_trait]
impl Chunks for Stream {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        while let Some(frame) = self.body.frame().await {
            let cut = |error: kube::Error| {
                Error::new(ErrorKind::Unreachable, format!("the answer was cut off: {}", chain(&error)))
                    .at(&self.place)
                    .because(error)
            };
            if let Ok(data) = frame.map_err(cut)?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

/// The error of a request that got no answer.
fn unanswered(error: kube::Error, place: &str) -> Error {
    let words = chain(&error);
    let lower = words.to_ascii_lowercase();
    let kind = match &error {
        kube::Error::Auth(_) => ErrorKind::Refused,
        kube::Error::RustlsTls(_) => ErrorKind::Tls,
        _ if lower.contains("certificate") || lower.contains("tls") => ErrorKind::Tls,
        _ if lower.contains("timed out") || lower.contains("deadline") => ErrorKind::Timeout,
        _ => ErrorKind::Unreachable,
    };
    Error::new(kind, words).at(place).because(error)
}

/// An error with all its causes: the outer ones of a connection say little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        source = inner.source();
    }
    words.join(": ")
}
