//! Protocols as state machines without I/O: bytes out, bytes in, answers or a fault.
//!
//! The engine owns sockets, time and counting; a protocol knows only what to write and when an answer is complete. So
//! each can be tested by feeding it bytes, split anywhere; and TLS is a session around a session.

mod grpc;
pub(crate) mod http;
mod http1;
mod http2;
#[cfg(feature = "http3")]
mod http3;
mod raw;
mod websocket;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use meshery_core::{Error, Fate, LoadSpec, Result};

use crate::target::{Scheme, Target};

/// Every protocol, sorted by name.
pub static PROTOCOLS: &[&dyn Protocol] = &[
    &grpc::Grpc,
    &http1::Http1,
    &http2::Http2,
    #[cfg(feature = "http3")]
    &http3::Http3,
    &raw::Tcp,
    &raw::Udp,
    &websocket::WebSocket,
];

/// A protocol: from a request in its own words to sessions on connections.
///
/// ```
/// let names: Vec<_> = meshery_perf::protocol::PROTOCOLS.iter().map(|protocol| protocol.name()).collect();
/// assert!(names.contains(&"http1"));
/// ```
pub trait Protocol: Sync {
    /// Its name in [`LoadSpec::protocol`](meshery_core::LoadSpec).
    fn name(&self) -> &'static str;

    /// The URL schemes it speaks. Those that ask for TLS get it from the engine, around the protocol's own session.
    fn schemes(&self) -> &'static [Scheme];

    /// What it is carried by.
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    /// What it is called in TLS (ALPN, RFC 7301); empty: nothing is said.
    fn alpn(&self) -> &'static [&'static [u8]] {
        &[]
    }

    /// Whether it brings its own TLS, so that the engine must not put it inside another.
    fn encrypts(&self) -> bool {
        false
    }

    /// Asks the target for what the specification leaves to it, such as a schema: the specification with the answers in
    /// it, or `None` when nothing is left to the target.
    ///
    /// # Errors
    /// Those of asking, and an answer that does not help.
    fn learn(&self, target: &Target, spec: &LoadSpec, ask: &mut Ask<'_>) -> Result<Option<LoadSpec>> {
        let _ = (target, spec, ask);
        Ok(None)
    }

    /// Reads the requests in the protocol's own words ([`request`](LoadSpec::request) or [`mix`](LoadSpec::mix)) and
    /// makes ready for sessions.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the field as its place.
    fn prepare(&self, target: &Target, spec: &LoadSpec) -> Result<Arc<dyn Prepared>>;
}

/// Makes a request on a connection of its own, before the load; what of the answer matters, the session keeps.
pub type Ask<'a> = dyn FnMut(Arc<dyn Prepared>) -> Result<Answer> + 'a;

/// What carries a protocol.
///
/// ```
/// use meshery_perf::protocol::Transport;
///
/// assert_ne!(Transport::Stream, Transport::Datagram);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A stream of bytes: TCP, or a Unix socket.
    Stream,
    /// Datagrams: UDP. Each request is one, and so is what is received at once.
    Datagram,
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

    /// How many more requests can be begun now: none before a greeting is over. `None` when the connection takes no
    /// more, ever.
    fn room(&self) -> Option<usize>;

    /// Begins a request. Only called while there is room.
    fn begin(&mut self, call: Call, turn: &mut Turn);

    /// What was said has been written: says more of what is too large to be said at once, if there is more.
    fn more(&mut self, turn: &mut Turn) {
        let _ = turn;
    }

    /// Whether a timer of its own has run out: it is then asked for [`more`](Self::more), though nothing was received.
    fn is_due(&mut self) -> bool {
        false
    }

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

/// The number of a request on its connection: small, and used again after the request has ended.
pub type Number = u32;

/// A request to be sent.
///
/// ```
/// let call = meshery_perf::protocol::Call { number: 0, ordinal: 41 };
/// assert_eq!(call.ordinal, 41);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number on the connection.
    pub number: Number,
    /// Its number in the whole load, warm-up included. What differs from request to request follows from it and the
    /// seed, so that a load can be repeated whichever connection carries what.
    pub ordinal: u64,
}

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
    /// Why an answer among the signs failed a check; the session appends.
    pub failures: Vec<(Number, Failure)>,
}

impl Turn {
    /// A request's answer is complete.
    pub(crate) fn ended(&mut self, request: Number, answer: Answer, failure: Option<Failure>) {
        self.signs.push((request, Sign::Ended(answer)));
        self.failures.extend(failure.map(|failure| (request, failure)));
    }
}

/// Why an answer failed a check.
///
/// ```
/// let failure = meshery_perf::protocol::Failure { check: 0, found: "0 bytes".into() };
/// assert_eq!(failure.check, 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which check, by its place in [`LoadSpec::checks`].
    pub check: usize,
    /// What was found.
    pub found: String,
}

/// A sign of life of a request.
///
/// ```
/// use meshery_core::Fate;
/// use meshery_perf::protocol::{Answer, Sign};
///
/// assert_ne!(Sign::Begun, Sign::Ended(Answer { status: None, fate: Fate::Ok }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The first byte of its answer is here.
    Begun,
    /// Its answer is complete.
    Ended(Answer),
    /// It failed, and the connection goes on.
    Failed(Fate),
}

/// A complete answer.
///
/// ```
/// use meshery_core::Fate;
///
/// let answer = meshery_perf::protocol::Answer { status: Some(200), fate: Fate::Ok };
/// assert!(answer.fate.was_answered());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code, for protocols that have one.
    pub status: Option<u16>,
    /// How it counts: as a success, an error status, or a failed check.
    pub fate: Fate,
}

/// The peer broke the protocol, or TLS below it.
///
/// ```
/// use meshery_core::Fate;
/// use meshery_perf::protocol::Fault;
///
/// let fault = Fault::protocol("two different content-lengths");
/// assert_eq!((fault.fate, fault.to_string().as_str()), (Fate::Protocol, "two different content-lengths"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What becomes of the requests on the connection.
    pub fate: Fate,
    /// One sentence without a full stop.
    pub message: Cow<'static, str>,
}

impl Fault {
    /// The peer broke the protocol.
    pub fn protocol(message: impl Into<Cow<'static, str>>) -> Self {
        Self { fate: Fate::Protocol, message: message.into() }
    }

    /// The peer broke TLS, or refused it.
    pub fn tls(message: impl Into<Cow<'static, str>>) -> Self {
        Self { fate: Fate::TlsAlert, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every example of the page on requests is one that its protocol takes.
    #[test]
    fn the_examples_of_requests_are_taken() {
        let page = include_str!("../../REQUESTS.md");
        let mut seen = std::collections::BTreeSet::new();
        for block in page.split("```json ").skip(1) {
            let (name, rest) = block.split_once('\n').unwrap();
            let request = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
            if name == "http3" && !cfg!(feature = "http3") {
                continue;
            }
            let protocol = by_name(name).unwrap();
            let url = format!("{}://127.0.0.1:1/a.B/C", protocol.schemes()[0].name);
            let target = Target::parse(&url, protocol.schemes()).unwrap();
            let spec = LoadSpec { request, ..LoadSpec::new(url) };
            assert!(protocol.prepare(&target, &spec).is_ok(), "{name}: {}", spec.request);
            seen.insert(protocol.name());
        }
        let all: std::collections::BTreeSet<_> = PROTOCOLS.iter().map(|protocol| protocol.name()).collect();
        assert_eq!(seen, all, "every protocol has an example");
    }
}
