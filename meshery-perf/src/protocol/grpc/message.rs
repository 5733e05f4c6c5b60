//! The messages of a call: bytes, or JSON that a schema makes bytes of.

use std::sync::Arc;

use meshery_core::{Error, Result};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde::Deserialize;
use serde_json::Value;

use super::super::http2::Bodies;
use crate::content::{Body, BodyWords, Draw, Template};

/// A message as it is written in a request.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum MessageWords {
    /// In protobuf's JSON; its strings are templates.
    Json { json: Value },
    /// A protocol buffer, in the words of a body.
    Bytes(BodyWords),
}

impl Default for MessageWords {
    fn default() -> Self {
        Self::Bytes(BodyWords::default())
    }
}

/// A message, ready to be said.
pub(super) enum Message {
    Bytes(Body),
    Json { template: Template, schema: MessageDescriptor },
}

/// How a fault in JSON can be found before the load: so many draws are tried.
const TRIED: u64 = 100;

impl Message {
    /// # Errors
    /// At `json`: no schema, or JSON that it refuses. Those of [`Body::read`].
    pub(super) fn read(words: MessageWords, schema: Option<&MessageDescriptor>) -> Result<Self> {
        let json = match words {
            MessageWords::Bytes(words) => return Ok(Self::Bytes(Body::read(words)?)),
            MessageWords::Json { json } => json,
        };
        let schema = schema.ok_or_else(|| {
            let error = Error::invalid("json", "a message in JSON needs a schema");
            error.expected("a schema beside it: a file, base64 or \"reflection\"")
        })?;
        let template = Template::parse(&json.to_string()).map_err(|error| error.at("json"))?;
        for ordinal in 0..TRIED {
            encode(&template, Draw { seed: 0, ordinal }, schema)
                .map_err(|why| Error::invalid("json", format!("not a {}", schema.full_name())).found(why))?;
        }
        if template.constant().is_some() {
            let bytes = encode(&template, Draw { seed: 0, ordinal: 0 }, schema);
            return Ok(Self::Bytes(Body::Bytes(bytes.unwrap_or_default().into())));
        }
        Ok(Self::Json { template, schema: schema.clone() })
    }

    fn bytes(&self, draw: Draw) -> Option<Arc<[u8]>> {
        match self {
            Self::Bytes(body) => Some(body.bytes(draw)),
            Self::Json { template, schema } => Some(encode(template, draw, schema).ok()?.into()),
        }
    }
}

/// Tells the draws of messages apart from those of headers.
const SALT: u64 = u32::MAX as u64;

fn encode(template: &Template, draw: Draw, schema: &MessageDescriptor) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    template.render(draw, SALT, &mut text);
    let mut json = serde_json::Deserializer::from_slice(&text);
    let message = DynamicMessage::deserialize(schema.clone(), &mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    Ok(message.encode_to_vec())
}

/// The messages of a call in one body, each with its length before it.
pub(super) struct Messages {
    pub(super) all: Vec<Message>,
    pub(super) in_turns: bool,
}

impl Bodies for Messages {
    fn body(&self, draw: Draw) -> Option<Arc<[u8]>> {
        let mut out = Vec::new();
        for message in &self.all {
            let message = message.bytes(draw)?;
            out.push(0);
            out.extend_from_slice(&(message.len() as u32).to_be_bytes());
            out.extend_from_slice(&message);
        }
        Some(out.into())
    }

    fn is_constant(&self) -> bool {
        self.all.iter().all(|message| matches!(message, Message::Bytes(Body::Bytes(_))))
    }

    fn in_turns(&self) -> bool {
        self.in_turns
    }
}
