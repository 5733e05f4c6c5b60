//! A request as a header block and a body.

use std::sync::Arc;

use meshery_core::Result;
use serde_json::Value;

use super::super::http::Request;
use super::hpack;
use crate::content::{Body, Draw};
use crate::target::Target;

/// Where the body of each request comes from.
pub(in crate::protocol) trait Bodies: Send + Sync {
    /// The body of one request; `None` when what was drawn for it makes none.
    fn body(&self, draw: Draw) -> Option<Arc<[u8]>>;

    /// Whether it is the same for all of them.
    fn is_constant(&self) -> bool;

    /// Whether the next message in it is said when the one before has been answered, rather than all at once.
    fn in_turns(&self) -> bool {
        false
    }
}

impl Bodies for Body {
    fn body(&self, draw: Draw) -> Option<Arc<[u8]>> {
        Some(self.bytes(draw))
    }

    fn is_constant(&self) -> bool {
        matches!(self, Self::Bytes(_))
    }
}

/// Appends a field to a block.
type Encode = fn(&str, &[u8], &mut Vec<u8>);

/// A request, ready to be sent: what HTTP/2, HTTP/3 and gRPC share.
pub(in crate::protocol) struct Ready {
    request: Request,
    bodies: Box<dyn Bodies>,
    scheme: &'static str,
    encode: Encode,
    constant: Option<Constant>,
}

/// The block and the body of a request that is always the same.
struct Constant {
    block: Box<[u8]>,
    body: Arc<[u8]>,
}

impl Ready {
    pub(in crate::protocol) fn read(words: &Value, target: &Target, encode: Encode) -> Result<Self> {
        let request = Request::read(words, target)?;
        let body = Box::new(request.body.clone());
        Ok(Self::encoded(request, body, target, encode))
    }

    /// A request of something that is built on HTTP/2.
    pub(in crate::protocol) fn new(request: Request, bodies: Box<dyn Bodies>, target: &Target) -> Self {
        Self::encoded(request, bodies, target, hpack::encode)
    }

    fn encoded(request: Request, bodies: Box<dyn Bodies>, target: &Target, encode: Encode) -> Self {
        let scheme = if target.scheme.tls { "https" } else { "http" };
        let mut ready = Self { request, bodies, scheme, encode, constant: None };
        let draw = Draw { seed: 0, ordinal: 0 };
        if ready.request.is_constant()
            && ready.bodies.is_constant()
            && let Some(body) = ready.bodies.body(draw)
        {
            let mut block = Vec::new();
            ready.write(draw, body.len(), &mut block);
            ready.constant = Some(Constant { block: block.into(), body });
        }
        ready
    }

    pub(in crate::protocol) fn to_head(&self) -> bool {
        self.request.method == "HEAD"
    }

    pub(super) fn in_turns(&self) -> bool {
        self.bodies.in_turns()
    }

    /// The block, written to `scratch` unless it is always the same, and the body; `None` when there is none to say.
    pub(in crate::protocol) fn say<'a>(
        &'a self,
        draw: Draw,
        scratch: &'a mut Vec<u8>,
    ) -> Option<(&'a [u8], Arc<[u8]>)> {
        if let Some(Constant { block, body }) = &self.constant {
            return Some((block, Arc::clone(body)));
        }
        let body = self.bodies.body(draw)?;
        scratch.clear();
        self.write(draw, body.len(), scratch);
        Some((scratch, body))
    }

    fn write(&self, draw: Draw, length: usize, block: &mut Vec<u8>) {
        let request = &self.request;
        let mut value = Vec::new();
        (self.encode)(":method", request.method.as_bytes(), block);
        (self.encode)(":scheme", self.scheme.as_bytes(), block);
        request.path.render(draw, 0, &mut value);
        (self.encode)(":path", &value, block);
        value.clear();
        request.authority.render(draw, 1, &mut value);
        (self.encode)(":authority", &value, block);
        for (index, (name, template)) in request.headers.iter().enumerate() {
            value.clear();
            template.render(draw, 2 + index as u64, &mut value);
            (self.encode)(name, &value, block);
        }
        if request.says_length() {
            (self.encode)("content-length", length.to_string().as_bytes(), block);
        }
    }
}
