//! What a load test found, as far as somebody's format says it.

use std::collections::BTreeMap;
use std::time::Duration;

use meshery_core::{Fate, Rate};

use super::distribution::Distribution;

/// What a load test found, as far as a format says it. `None` is "not said", never zero.
///
/// ```
/// use meshery_core::{LoadSpec, Measurement, load::Tool};
/// use meshery_perf::exchange::{Outcome, Timing};
///
/// let tool = Tool { name: "meshery".into(), version: "0.1.0".into() };
/// let outcome = Outcome::from(&Measurement::new(tool, &LoadSpec::new("http://127.0.0.1/")));
/// assert_eq!(outcome.tool.as_deref(), Some("meshery"));
/// assert!(outcome.timed(Timing::Connect).is_none(), "not measured, not claimed");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The tool that measured.
    pub tool: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The URL, without credentials.
    pub target: Option<String>,
    /// When the measured part began, in nanoseconds since the Unix epoch.
    pub started_unix_ns: Option<u64>,
    /// How long the measured part took.
    pub window: Option<Duration>,
    /// How fast requests were to be sent.
    pub asked: Option<Asked>,
    /// Requests per second, as the tool counts them.
    pub achieved: Option<Rate>,
    /// Connections.
    pub connections: Option<u64>,
    /// Load threads.
    pub threads: Option<u64>,
    /// Requests that came to an end, well or not.
    pub requests: Option<u64>,
    /// Requests that did not end well, by the tool's own idea of that.
    pub failed: Option<u64>,
    /// Requests that were due and never sent; of k6, iterations that no virtual user was free for.
    pub not_sent: Option<u64>,
    /// Answers by status code.
    pub statuses: Option<BTreeMap<u16, u64>>,
    /// Faults without an answer, by the name that the tool gives them.
    pub faults: Option<BTreeMap<String, u64>>,
    /// Every request by how it ended: only of a tool that tells the fates apart.
    pub fates: Option<BTreeMap<Fate, u64>>,
    /// Bytes received, as the tool counts them.
    pub received: Option<u64>,
    /// Every distribution of times there is.
    pub times: Vec<Timed>,
}

/// How fast requests were to be sent.
///
/// ```
/// use meshery_perf::exchange::Asked;
///
/// assert_ne!(Asked::Closed, Asked::Rate("100/s".parse().unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// In a closed loop, as fast as answers come.
    Closed,
    /// At this mean rate.
    Rate(Rate),
}

/// A distribution of times.
///
/// ```
/// use meshery_core::Latencies;
/// use meshery_perf::exchange::{Distribution, Over, Timed, Timing};
///
/// let timed = Timed { timing: Timing::Service, over: Over::Every, values: Distribution::exact(Latencies::new()) };
/// assert_eq!(timed.values.count, Some(0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// From where to where.
    pub timing: Timing,
    /// Of which requests.
    pub over: Over,
    /// The values.
    pub values: Distribution,
}

/// From where to where a time was taken.
///
/// ```
/// assert_eq!(meshery_perf::exchange::Timing::FirstByte.name(), "first_byte");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// From the intended send time to the end of the answer.
    Response,
    /// From the real send time to the end of the answer.
    Service,
    /// To the end of the answer, from a beginning that the format does not tell.
    Whole,
    /// From the intended to the real send time.
    SendLag,
    /// The generator's own part of the send lag.
    OwnLag,
    /// Waiting for a free connection.
    Blocked,
    /// Name lookup.
    Lookup,
    /// Opening a connection; with name lookup where the tool does not tell them apart.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// To the first byte of the answer.
    FirstByte,
    /// From the first to the last byte of the answer.
    Receive,
}

impl Timing {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Response,
        Self::Service,
        Self::Whole,
        Self::SendLag,
        Self::OwnLag,
        Self::Blocked,
        Self::Lookup,
        Self::Connect,
        Self::Handshake,
        Self::FirstByte,
        Self::Receive,
    ];

    /// The kind of this name.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|timing| timing.name() == name)
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Service => "service",
            Self::Whole => "whole",
            Self::SendLag => "send_lag",
            Self::OwnLag => "own_lag",
            Self::Blocked => "blocked",
            Self::Lookup => "lookup",
            Self::Connect => "connect",
            Self::Handshake => "handshake",
            Self::FirstByte => "first_byte",
            Self::Receive => "receive",
        }
    }
}

/// Of which requests the times are.
///
/// ```
/// assert_eq!(meshery_perf::exchange::Over::Failed.name(), "failed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Of all.
    Every,
    /// Of all that were answered, whatever the answer.
    Answered,
    /// Of those that ended well.
    Ok,
    /// Of those that did not.
    Failed,
    /// Of connections, not of requests.
    Connections,
    /// The format does not tell.
    Unknown,
}

impl Over {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Every => "all",
            Self::Answered => "answered",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Connections => "connections",
            Self::Unknown => "unknown",
        }
    }
}

impl Outcome {
    /// The first distribution of this kind, of whichever requests but the failed ones alone.
    pub fn timed(&self, timing: Timing) -> Option<&Timed> {
        self.times.iter().find(|timed| timed.timing == timing && timed.over != Over::Failed)
    }

    /// The distribution that a format with only one has to show: the most honest of those known.
    pub fn main(&self) -> Option<&Timed> {
        [Timing::Response, Timing::Service, Timing::Whole].into_iter().find_map(|timing| self.timed(timing))
    }
}
