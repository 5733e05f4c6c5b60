//! gRPC over HTTP/2: unary and streaming calls, by raw bytes, or in JSON by a schema from a file or from the server.
//!
//! A request is a method and its messages: one for a unary call, several for a stream of the client's, which are said all
//! at once or in turns with the server's, and then the stream is half closed. Answers of any number of messages are taken. A call ends in its
//! `grpc-status`, which is what statuses are counted by; an HTTP answer without one is mapped as gRPC's own clients do.

mod message;
mod reflection;
mod schema;

use std::sync::Arc;

use meshery_core::{Error, ErrorKind, Fate, LoadSpec, Result};
use serde::Deserialize;
use serde_json::Value;

use super::http::{self, Request};
use super::http2::{Answers, Framing, Http2Load, Ready, Text};
use super::{Answer, Ask, Failure, Prepared, Protocol};
use crate::content::{Body, Checks, Inspection, Mix};
use crate::target::{Scheme, Target};
use message::{Message, MessageWords, Messages};
use schema::SchemaWords;

pub(super) struct Grpc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    /// `/PACKAGE.SERVICE/METHOD`; in place of the target's path.
    method: Option<String>,
    /// Where the schema of messages in JSON comes from.
    schema: Option<SchemaWords>,
    messages: Vec<MessageWords>,
    /// Whether each message but the first waits for an answer to the one before.
    in_turns: bool,
    metadata: Vec<(String, String)>,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            method: None,
            schema: None,
            messages: vec![MessageWords::default()],
            in_turns: false,
            metadata: Vec::new(),
        }
    }
}

impl Protocol for Grpc {
    fn name(&self) -> &'static str {
        "grpc"
    }

    fn schemes(&self) -> &'static [Scheme] {
        const SCHEMES: &[Scheme] = &[Scheme::plain("grpc", None), Scheme::secure("grpcs", None)];
        SCHEMES
    }

    fn alpn(&self) -> &'static [&'static [u8]] {
        &[b"h2"]
    }

    fn learn(&self, target: &Target, spec: &LoadSpec, ask: &mut Ask<'_>) -> Result<Option<LoadSpec>> {
        reflection::learn(target, spec, ask)
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        let mix = Mix::read(spec, |words| read(words, target))?;
        Ok(Http2Load::prepared(mix, spec, Arc::new(Calls(Checks::compile(spec)?))))
    }
}

fn read(words: &Value, target: &Target) -> Result<Ready> {
    let words: Words = Words::deserialize(words).map_err(|error| {
        let error = Error::new(ErrorKind::InvalidInput, error.to_string());
        error.expected("an object of method, schema, messages, in_turns and metadata")
    })?;
    let method = words.method.as_deref().unwrap_or(&target.path);
    let input = words.schema.as_ref().map(|schema| schema.input(method)).transpose()?;
    service_of(method)?;
    let mut headers = vec![http::pair(["te", "trailers"]), http::pair(["content-type", "application/grpc"])];
    headers.extend(words.metadata);
    let mut messages = Vec::new();
    for (index, message) in words.messages.into_iter().enumerate() {
        let read = Message::read(message, input.as_ref());
        messages.push(read.map_err(|error| error.at(format!("messages[{index}]")))?);
    }
    let nothing = Body::Bytes(Arc::default());
    let request = Request::post(method, &headers, nothing, target)?;
    Ok(Ready::new(request, Box::new(Messages { all: messages, in_turns: words.in_turns }), target))
}

/// The service of a method.
fn service_of(method: &str) -> Result<&str> {
    let parts: Vec<&str> = method.split('/').collect();
    if let ["", service, _] = parts.as_slice() {
        return Ok(service);
    }
    let error = Error::invalid("method", "not a method of a service");
    Err(error.expected("/PACKAGE.SERVICE/METHOD, here or as the target's path").found(method))
}

/// What is made of the answers to calls.
struct Calls(Checks);

impl Answers for Calls {
    fn keep(&self) -> Option<Inspection> {
        self.0.inspection()
    }

    fn field(&self, name: Text<'_>, value: Text<'_>, status: &mut Option<u16>) {
        if name.is("grpc-status") {
            *status = value.number().and_then(|code| u16::try_from(code).ok());
        }
    }

    fn body(&self, part: &[u8], framing: &mut Framing, kept: Option<&mut Inspection>) {
        match kept {
            Some(kept) => framing.feed(part, |message| kept.body(message)),
            None => framing.feed(part, |_| {}),
        }
    }

    fn judge(
        &self,
        http: u16,
        status: Option<u16>,
        framing: Framing,
        kept: Option<&Inspection>,
    ) -> Result<(Answer, Option<Failure>), Fate> {
        match (http, status) {
            (200, None) => Err(Fate::Protocol),
            (200, Some(0)) if !framing.is_whole() => Err(Fate::Protocol),
            (_, Some(code)) => Ok(self.0.judge(Some(code), code == 0, kept)),
            (http, None) => Ok(self.0.judge(Some(code_of_http(http)), false, kept)),
        }
    }
}

/// What a client makes of an HTTP answer that is none of gRPC's (grpc/doc/http-grpc-status-mapping.md).
fn code_of_http(status: u16) -> u16 {
    match status {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502 | 503 | 504 => 14,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_named_by_their_place() {
        let target = Target::parse("grpc://127.0.0.1:1/a.B/C", Grpc.schemes()).unwrap();
        for (request, place) in [
            (json!({ "mthod": "/a.B/C" }), "request"),
            (json!({ "method": "a.B/C" }), "request.method"),
            (json!({ "messages": ["ok", { "base64": "?" }] }), "request.messages[1].body.base64"),
            (json!({ "metadata": [["grpc encoding", "x"]] }), "request.headers[2]"),
        ] {
            let spec = LoadSpec { request, ..LoadSpec::new("") };
            let error = Grpc.prepare(&target, &spec).map(|_| ()).unwrap_err();
            assert_eq!(error.report().place.as_deref(), Some(place), "{error}");
        }
    }

    #[test]
    fn an_answer_counts_by_its_grpc_status() {
        let calls = Calls(Checks::default());
        let judge = |http, status| calls.judge(http, status, Framing::default(), None).map(|(answer, _)| answer);
        assert_eq!(judge(200, Some(0)), Ok(Answer { status: Some(0), fate: Fate::Ok }));
        assert_eq!(judge(200, Some(5)), Ok(Answer { status: Some(5), fate: Fate::Status }));
        assert_eq!(judge(503, None), Ok(Answer { status: Some(14), fate: Fate::Status }));
        assert_eq!(judge(200, None), Err(Fate::Protocol));
    }
}
