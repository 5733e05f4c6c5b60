//! HTTP/2 (RFC 9113), by prior knowledge in plain text and by ALPN in TLS.
//!
//! The header block of a request that is always the same is made once. Answers are walked over, and kept only as far as
//! checks want to see them. A stream that fails alone fails alone.

mod flow;
mod frame;
mod framing;
mod hpack;
mod huffman;
mod request;
mod session;
mod stream;

use std::sync::Arc;

use meshery_core::{Fate, LoadSpec, Result};

use super::{Answer, Failure, Prepared, Protocol, Session, http};
use crate::content::{Checks, Inspection, Mix};
use crate::target::{Scheme, Target};
pub(super) use framing::Framing;
pub(super) use hpack::Text;
#[cfg(feature = "http3")]
pub(super) use hpack::{integer, take_integer, take_text};
pub(super) use request::{Bodies, Ready};
use session::Http2Session;

pub(super) struct Http2;

impl Protocol for Http2 {
    fn name(&self) -> &'static str {
        "http2"
    }

    fn schemes(&self) -> &'static [Scheme] {
        http::SCHEMES
    }

    fn alpn(&self) -> &'static [&'static [u8]] {
        &[b"h2"]
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        let mix = Mix::read(spec, |words| Ready::read(words, target, hpack::encode))?;
        Ok(Http2Load::prepared(mix, spec, Arc::new(Plain(Checks::compile(spec)?))))
    }
}

/// What all connections of a load share.
pub(super) struct Http2Load {
    mix: Mix<Ready>,
    streams: u32,
    answers: Arc<dyn Answers>,
}

impl Http2Load {
    pub(super) fn prepared(mix: Mix<Ready>, spec: &LoadSpec, answers: Arc<dyn Answers>) -> Arc<dyn Prepared> {
        Arc::new(Connections(Arc::new(Self { mix, streams: spec.streams, answers })))
    }
}

struct Connections(Arc<Http2Load>);

impl Prepared for Connections {
    fn session(&self) -> Box<dyn Session> {
        Box::new(Http2Session::new(Arc::clone(&self.0)))
    }
}

/// What is made of answers: where HTTP/2 and what is built on it differ.
pub(super) trait Answers: Send + Sync {
    /// What is kept of an answer.
    fn keep(&self) -> Option<Inspection>;

    /// Looks at a field, of the head or of the trailers; the last word on the answer goes to `status`.
    fn field(&self, name: Text<'_>, value: Text<'_>, status: &mut Option<u16>);

    /// Looks at a part of the body.
    fn body(&self, part: &[u8], framing: &mut Framing, kept: Option<&mut Inspection>) {
        let _ = framing;
        if let Some(kept) = kept {
            kept.body(part);
        }
    }

    /// The verdict on a complete answer; `http` is its HTTP status.
    ///
    /// # Errors
    /// The fate of an answer that breaks the protocol.
    fn judge(
        &self,
        http: u16,
        status: Option<u16>,
        framing: Framing,
        kept: Option<&Inspection>,
    ) -> Result<(Answer, Option<Failure>), Fate>;
}

/// Answers of HTTP/2 itself.
struct Plain(Checks);

impl Answers for Plain {
    fn keep(&self) -> Option<Inspection> {
        self.0.inspection()
    }

    fn field(&self, _: Text<'_>, _: Text<'_>, _: &mut Option<u16>) {}

    fn judge(
        &self,
        http: u16,
        _: Option<u16>,
        _: Framing,
        kept: Option<&Inspection>,
    ) -> Result<(Answer, Option<Failure>), Fate> {
        Ok(self.0.judge(Some(http), http < 400, kept))
    }
}

#[cfg(test)]
mod tests;
