//! Asking a server for its schema (grpc/doc/server-reflection.md): the file of the service, and then every file that is
//! imported and did not come along.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use meshery_core::{Error, ErrorKind, Fate, LoadSpec, Result};
use prost::Message;
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};
use serde_json::{Value, json};

use super::super::http2::{Answers, Framing, Http2Load, Ready, Text};
use super::super::{Answer, Ask, Failure, http};
use super::message::{Message as Said, Messages};
use super::{Calls, Request, service_of};
use crate::content::{Body, Checks, Inspection, Mix};
use crate::target::Target;

/// The service by its name of today, and by the one that older servers know.
const METHODS: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];
const UNIMPLEMENTED: u16 = 12;
/// More files than any schema has.
const MAX_FILES: usize = 10_000;
/// More than any answer has, in bytes.
const MAX_ANSWER: usize = 64 << 20;

#[derive(Clone, PartialEq, Message)]
struct Question {
    #[prost(oneof = "Wanted", tags = "3, 4")]
    wanted: Option<Wanted>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Wanted {
    #[prost(string, tag = "3")]
    File(String),
    #[prost(string, tag = "4")]
    FileOf(String),
}

#[derive(Clone, PartialEq, Message)]
struct Reply {
    #[prost(message, optional, tag = "4")]
    files: Option<Files>,
    #[prost(message, optional, tag = "7")]
    error: Option<Refusal>,
}

#[derive(Clone, PartialEq, Message)]
struct Files {
    #[prost(bytes = "vec", repeated, tag = "1")]
    files: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct Refusal {
    #[prost(string, tag = "2")]
    message: String,
}

/// The specification with schemas in place of `"reflection"`.
pub(super) fn learn(target: &Target, spec: &LoadSpec, ask: &mut Ask<'_>) -> Result<Option<LoadSpec>> {
    let mut learned = spec.clone();
    let mut any = false;
    let single = std::iter::once((&mut learned.request, "request".to_owned()));
    let mix = learned.mix.iter_mut().enumerate();
    let mix = mix.map(|(index, weighted)| (&mut weighted.request, format!("mix[{index}].request")));
    for (request, place) in single.chain(mix) {
        if request.get("schema") != Some(&json!("reflection")) {
            continue;
        }
        let method = request.get("method").and_then(Value::as_str).unwrap_or(&target.path).to_owned();
        let set = service_of(&method)
            .and_then(|service| Server { target, ask: &mut *ask, method: METHODS[0] }.schema_of(service))
            .map_err(|error| error.at(format!("{place}.schema")))?;
        let text = base64::engine::general_purpose::STANDARD.encode(set.encode_to_vec());
        request["schema"] = json!({ "base64": text });
        any = true;
    }
    Ok(any.then_some(learned))
}

struct Server<'a, 'b> {
    target: &'a Target,
    ask: &'a mut Ask<'b>,
    method: &'static str,
}

impl Server<'_, '_> {
    /// The file of a service, and all that it imports.
    fn schema_of(&mut self, service: &str) -> Result<FileDescriptorSet> {
        let mut files = BTreeMap::new();
        let mut wanted = Some(Wanted::FileOf(service.to_owned()));
        while let Some(question) = wanted {
            for file in self.answer(question)? {
                files.insert(file.name().to_owned(), file);
            }
            let imported = files.values().flat_map(|file: &FileDescriptorProto| &file.dependency);
            wanted = imported.into_iter().find(|name| !files.contains_key(*name)).cloned().map(Wanted::File);
            if files.len() > MAX_FILES {
                return Err(refuse(format!("more than {MAX_FILES} files")));
            }
        }
        Ok(FileDescriptorSet { file: files.into_values().collect() })
    }

    fn answer(&mut self, wanted: Wanted) -> Result<Vec<FileDescriptorProto>> {
        let name = match &wanted {
            Wanted::File(name) | Wanted::FileOf(name) => name.clone(),
        };
        let question = Question { wanted: Some(wanted) }.encode_to_vec();
        let (mut answer, mut reply) = self.call(&question)?;
        if answer.status == Some(UNIMPLEMENTED) && self.method == METHODS[0] {
            self.method = METHODS[1];
            (answer, reply) = self.call(&question)?;
        }
        if answer.fate != Fate::Ok {
            return Err(refuse(format!("grpc-status {}", answer.status.unwrap_or_default())));
        }
        let reply = Reply::decode(reply.as_slice()).map_err(|error| refuse(error.to_string()))?;
        if let Some(error) = reply.error {
            return Err(refuse(error.message));
        }
        let files = reply.files.unwrap_or_default().files;
        let read: std::result::Result<Vec<_>, _> =
            files.iter().map(|file| FileDescriptorProto::decode(file.as_slice())).collect();
        match read {
            Ok(files) if files.is_empty() => Err(refuse(format!("no file for {name}"))),
            Ok(files) => Ok(files),
            Err(error) => Err(refuse(error.to_string())),
        }
    }

    /// One question and its answer, the message as it came.
    fn call(&mut self, question: &[u8]) -> Result<(Answer, Vec<u8>)> {
        let headers = [http::pair(["te", "trailers"]), http::pair(["content-type", "application/grpc"])];
        let request = Request::post(self.method, &headers, Body::Bytes(Arc::default()), self.target)?;
        let messages = Messages { all: vec![Said::Bytes(Body::Bytes(question.into()))], in_turns: false };
        let ready = Ready::new(request, Box::new(messages), self.target);
        let kept = Arc::new(Mutex::new(Vec::new()));
        let spec = LoadSpec::new("");
        let mut once = Some(ready);
        let mix = Mix::read(&spec, |_| once.take().ok_or_else(|| refuse("asked twice".into())))?;
        let answers = Keep { calls: Calls(Checks::default()), kept: Arc::clone(&kept) };
        let answer = (self.ask)(Http2Load::prepared(mix, &spec, Arc::new(answers)))?;
        let reply = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((answer, reply))
    }
}

fn refuse(found: String) -> Error {
    let error = Error::new(ErrorKind::Unreachable, "the server does not tell its schema by reflection");
    error.expected("a server with reflection, or a schema from a file").found(found)
}

/// Keeps the message of an answer.
struct Keep {
    calls: Calls,
    kept: Arc<Mutex<Vec<u8>>>,
}

impl Answers for Keep {
    fn keep(&self) -> Option<Inspection> {
        None
    }

    fn field(&self, name: Text<'_>, value: Text<'_>, status: &mut Option<u16>) {
        self.calls.field(name, value, status);
    }

    fn body(&self, part: &[u8], framing: &mut Framing, _: Option<&mut Inspection>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        framing.feed(part, |message| {
            if kept.len() + message.len() <= MAX_ANSWER {
                kept.extend_from_slice(message);
            }
        });
    }

    fn judge(
        &self,
        http: u16,
        status: Option<u16>,
        framing: Framing,
        kept: Option<&Inspection>,
    ) -> Result<(Answer, Option<Failure>), Fate> {
        self.calls.judge(http, status, framing, kept)
    }
}
