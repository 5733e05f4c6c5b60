//! HTTP/3 (RFC 9114) over QUIC (RFC 9000), with the feature `http3`.
//!
//! QUIC itself is quinn's state machine, which like every protocol here has no I/O: datagrams in, datagrams out.

mod frame;
mod qpack;
mod quic;
mod session;

use std::sync::Arc;

use meshery_core::{LoadSpec, Result};

use super::http2::Ready;
use super::{Prepared, Protocol, Session, Transport};
use crate::content::{Checks, Mix};
use crate::target::{Scheme, Target};
use quic::Client;
use session::Http3Session;

pub(super) struct Http3;

const ALPN: &[&[u8]] = &[b"h3"];

impl Protocol for Http3 {
    fn name(&self) -> &'static str {
        "http3"
    }

    fn schemes(&self) -> &'static [Scheme] {
        const SCHEMES: &[Scheme] = &[Scheme::secure("https", Some(443))];
        SCHEMES
    }

    fn transport(&self) -> Transport {
        Transport::Datagram
    }

    fn alpn(&self) -> &'static [&'static [u8]] {
        ALPN
    }

    fn encrypts(&self) -> bool {
        true
    }

    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>> {
        let mix = Mix::read(spec, |words| Ready::read(words, target, qpack::encode))?;
        let client = Client::new(spec, target, ALPN)?;
        Ok(Arc::new(Connections(Arc::new(Http3Load {
            mix,
            checks: Checks::compile(spec)?,
            streams: spec.streams,
            client,
        }))))
    }
}

/// What all connections of a load share.
struct Http3Load {
    mix: Mix<Ready>,
    checks: Checks,
    streams: u32,
    client: Client,
}

struct Connections(Arc<Http3Load>);

impl Prepared for Connections {
    fn session(&self) -> Box<dyn Session> {
        Box::new(Http3Session::new(Arc::clone(&self.0)))
    }
}
