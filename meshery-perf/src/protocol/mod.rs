//! Protocols as state machines without I/O: bytes out, bytes in, an answer or a fault.
//!
//! The engine owns sockets, time and counting; a protocol knows only what to write and when an answer is complete. So
//! each can be tested by feeding it bytes, split anywhere.

mod http1;

use std::fmt;
use std::sync::Arc;

use meshery_core::{Error, Result};

use crate::target::Target;

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

/// The state of one connection. After a fault, or an answer that is not [`reusable`](Answer::reusable), it is dropped.
pub trait Session: Send {
    /// Begins a request: the bytes to write.
    fn request(&mut self) -> &[u8];

    /// Takes bytes from the peer; an answer once it is complete.
    ///
    /// # Errors
    /// A [`Fault`] when the bytes break the protocol.
    fn receive(&mut self, input: &[u8]) -> Result<Option<Answer>, Fault>;

    /// The peer closed the connection in order: the answer, if that is how this one ends.
    fn close(&mut self) -> Option<Answer>;
}

/// A complete answer.
///
/// ```
/// let answer = meshery_perf::protocol::Answer { status: Some(200), ok: true, reusable: true };
/// assert!(answer.ok);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code, for protocols that have one.
    pub status: Option<u16>,
    /// Whether it counts as a success.
    pub ok: bool,
    /// Whether the connection can carry another request.
    pub reusable: bool,
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
