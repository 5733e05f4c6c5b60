//! Protocols as state machines without I/O: bytes out, bytes in, answers or a fault.
//!
//! The engine owns sockets, time and counting; a protocol knows only what to write and when an answer is complete. So
//! each can be tested by feeding it bytes, split anywhere; and TLS is a session around a session.

mod http1;

use std::fmt;
use std::sync::Arc;

use meshery_core::{Error, Result};

use crate::target::{Scheme, Target};

/// Every protocol, sorted by name.
pub static PROTOCOLS: &[&dyn Protocol] = &[&http1::Http1];

/// A protocol: from a request in its own words to sessions on connections.
///
/// ```
/// let names: Vec<_> = meshery_perf::protocol::PROTOCOLS.iter().map(|protocol| protocol.name()).collect();
/// assert!(names.contains(&"http1"));
/// ```
pub trait Protocol: Sync {
    /// Its name in [`LoadSpec::protocol`](meshery_core::LoadSpec).
    fn name(&self) -> &'static str;

    /// The URL schemes it speaks.
    fn schemes(&self) -> &'static [Scheme];

    /// Reads the request in the protocol's own words and makes ready for sessions.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the field as its place.
    fn prepare(&self, target: &Target, request: &serde_json::Value) -> Result<Arc<dyn Prepared>>;
}

/// A request that is ready to be sent on any number of connections.
pub trait Prepared: Send + Sync {
    /// The state of a new connection.
    fn session(&self) -> Box<dyn Session>;
}

/// The state of one connection above its transport. After a fault it is dropped.
pub trait Session: Send {
    /// The transport stands: what has to be said before the first request goes to `turn`.
    fn open(&mut self, turn: &mut Turn) {
        let _ = turn;
    }

    /// How many more requests can be begun now; `None` when the connection takes no more, ever.
    fn room(&self) -> Option<usize>;

    /// Begins a request. Only called while there is room; a number comes again only after its request has ended.
    fn begin(&mut self, request: Number, turn: &mut Turn);

    /// Takes bytes from the peer.
    ///
    /// # Errors
    /// A [`Fault`] when the bytes break the protocol.
    fn receive(&mut self, input: &[u8], turn: &mut Turn) -> Result<(), Fault>;

    /// The peer closed the connection in order, which is how some answers end.
    fn close(&mut self, turn: &mut Turn) {
        let _ = turn;
    }

    /// Gives a request up that took too long; whether the connection can be used on.
    fn abandon(&mut self, request: Number, turn: &mut Turn) -> bool {
        let _ = (request, turn);
        false
    }
}

/// The number of a request on its connection: small, and used again.
pub type Number = u32;

/// What a session has to say in return.
///
/// ```
/// let turn = meshery_perf::protocol::Turn::default();
/// assert!(turn.output.is_empty() && turn.signs.is_empty());
/// ```
#[derive(Debug, Default)]
pub struct Turn {
    /// Bytes for the peer; the session appends.
    pub output: Vec<u8>,
    /// What became of requests; the session appends.
    pub signs: Vec<(Number, Sign)>,
}

/// A sign of life of a request.
///
/// ```
/// use meshery_perf::protocol::{Answer, Sign};
///
/// assert_ne!(Sign::Begun, Sign::Ended(Answer { status: None, ok: true }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The first byte of its answer is here.
    Begun,
    /// Its answer is complete.
    Ended(Answer),
}

/// A complete answer.
///
/// ```
/// let answer = meshery_perf::protocol::Answer { status: Some(200), ok: true };
/// assert!(answer.ok);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code, for protocols that have one.
    pub status: Option<u16>,
    /// Whether it counts as a success.
    pub ok: bool,
}

/// The peer broke the protocol.
///
/// ```
/// let fault = meshery_perf::protocol::Fault("two different content-lengths");
/// assert_eq!(fault.to_string(), "two different content-lengths");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault(pub &'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The protocol of that name.
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) that lists the names there are.
pub fn by_name(name: &str) -> Result<&'static dyn Protocol> {
    PROTOCOLS.iter().copied().find(|protocol| protocol.name() == name).ok_or_else(|| {
        let names: Vec<_> = PROTOCOLS.iter().map(|protocol| protocol.name()).collect();
        Error::invalid("protocol", "unknown protocol").expected(format!("one of {}", names.join(", "))).found(name)
    })
}
