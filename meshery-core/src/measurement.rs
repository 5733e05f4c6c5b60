//! What a load test found: mergeable histograms, the fate of every request, and whether it can be trusted.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::detail::{GeneratorUse, Percentile, Slot};
use crate::histogram::Latencies;
use crate::load::{LoadSpec, Tool};
use crate::response_check::CheckFailures;
use crate::threshold::ThresholdOutcome;
use crate::units::{Rate, duration, duration_schema};
pub use crate::validity::{Doubt, Reason, Validity};

/// How a scheduled request ended. Every one ends in exactly one fate.
///
/// ```
/// use meshery_core::Fate;
///
/// assert!(Fate::Status.was_sent() && !Fate::NotSent.was_sent());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fate {
    /// Answered with a success.
    Ok,
    /// Answered with an error status (HTTP 400 and above, gRPC other than 0).
    Status,
    /// Answered, and a check failed.
    CheckFailed,
    /// The connection was reset before the answer was complete.
    Reset,
    /// The peer closed the connection before the answer was complete.
    EarlyClose,
    /// Sent, and not completely answered within the timeout, or before the load was cancelled.
    Timeout,
    /// The answer broke the protocol.
    Protocol,
    /// The peer ended TLS with an alert after the request was written, as some do that refuse a client's identity.
    TlsAlert,
    /// Failed in a way that the tool which measured does not tell. Counted as sent; the native engine never says it.
    Unspecified,
    /// Never written: the name of the target was not found.
    Dns,
    /// Never written: nobody listens at the target.
    ConnectRefused,
    /// Never written: the connection it was waiting for did not open in time.
    ConnectTimeout,
    /// Never written: the connection it was waiting for could not be opened for another reason, such as no route, or no
    /// descriptor left.
    Connect,
    /// Never written: the handshake of the connection it was waiting for failed.
    Tls,
    /// Never written: no connection came free within the timeout, or the load was cancelled first.
    NotSent,
}

impl Fate {
    /// Every fate, in the order of reports.
    pub const ALL: [Self; 15] = [
        Self::Ok,
        Self::Status,
        Self::CheckFailed,
        Self::Reset,
        Self::EarlyClose,
        Self::Timeout,
        Self::Protocol,
        Self::TlsAlert,
        Self::Unspecified,
        Self::Dns,
        Self::ConnectRefused,
        Self::ConnectTimeout,
        Self::Connect,
        Self::Tls,
        Self::NotSent,
    ];

    /// Whether the request reached a connection.
    pub fn was_sent(self) -> bool {
        use Fate::{Connect, ConnectRefused, ConnectTimeout, Dns, NotSent, Tls};
        !matches!(self, Dns | ConnectRefused | ConnectTimeout | Connect | Tls | NotSent)
    }

    /// Whether a complete answer came.
    pub fn was_answered(self) -> bool {
        matches!(self, Self::Ok | Self::Status | Self::CheckFailed)
    }
}

/// How many requests there were and how each ended. `scheduled` is the sum of all fates, `sent` the sum of those that
/// reached a connection: [`Counts::is_conserved`] says so of itself.
///
/// ```
/// use meshery_core::{Counts, Fate};
///
/// let mut counts = Counts::default();
/// counts.add(Fate::Ok, Some(200));
/// counts.add(Fate::Status, Some(503));
/// counts.add(Fate::NotSent, None);
/// assert_eq!((counts.scheduled, counts.sent, counts.failed()), (3, 2, 2));
/// assert!(counts.is_conserved());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Requests that the pace asked for.
    pub scheduled: u64,
    /// Requests that reached a connection.
    pub sent: u64,
    /// Requests by fate.
    pub fates: BTreeMap<Fate, u64>,
    /// Answers by status code.
    pub statuses: BTreeMap<u16, u64>,
}

impl Counts {
    /// Counts a request that has ended.
    pub fn add(&mut self, fate: Fate, status: Option<u16>) {
        self.scheduled += 1;
        self.sent += u64::from(fate.was_sent());
        *self.fates.entry(fate).or_default() += 1;
        if let Some(status) = status {
            *self.statuses.entry(status).or_default() += 1;
        }
    }

    /// How many ended in this fate.
    pub fn of(&self, fate: Fate) -> u64 {
        self.fates.get(&fate).copied().unwrap_or(0)
    }

    /// How many did not end well.
    pub fn failed(&self) -> u64 {
        self.scheduled - self.of(Fate::Ok)
    }

    /// The share that did not end well, 0..=1; 0 when nothing was scheduled.
    pub fn failure_share(&self) -> f64 {
        if self.scheduled == 0 { 0.0 } else { self.failed() as f64 / self.scheduled as f64 }
    }

    /// Whether no request was lost or counted twice.
    pub fn is_conserved(&self) -> bool {
        let sum = |sent_only: bool| -> u64 {
            self.fates.iter().filter(|(fate, _)| !sent_only || fate.was_sent()).map(|(_, count)| count).sum()
        };
        sum(false) == self.scheduled && sum(true) == self.sent
    }

    /// Adds the counts of another part of the same load.
    pub fn merge(&mut self, other: &Self) {
        self.scheduled += other.scheduled;
        self.sent += other.sent;
        for (fate, count) in &other.fates {
            *self.fates.entry(*fate).or_default() += count;
        }
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
    }
}

/// One part of a load: the warm-up, or the measured window. A request belongs to the part that holds its intended send
/// time.
///
/// ```
/// use meshery_core::{Fate, Phase};
/// use std::time::Duration;
///
/// let (mut a, mut b) = (Phase::default(), Phase::default());
/// a.counts.add(Fate::Ok, Some(200));
/// b.counts.add(Fate::Ok, Some(200));
/// b.response.record(Duration::from_micros(80));
/// a.merge(&b);
/// assert_eq!((a.counts.scheduled, a.response.count()), (2, 1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// What became of every request.
    pub counts: Counts,
    /// From the *intended* send time to the last byte of the answer. A request that timed out or was never sent is in
    /// it with its age when it was given up, so that a target cannot look fast by not answering; one that ended in a
    /// connection fault has no response time and is only counted.
    pub response: Latencies,
    /// From the real send time to the last byte of the answer, for answered requests.
    pub service: Latencies,
    /// From the intended to the real send time, for whatever reason: a late generator or no free connection.
    pub send_lag: Latencies,
    /// The generator's own part of the send lag: from the intended time to the moment the engine took the request up.
    pub own_lag: Latencies,
    /// From the real send time to the first byte of the answer.
    #[serde(default)]
    pub first_byte: Latencies,
    /// The response time by class of status: `2xx`; a code below 100, such as gRPC's, is a class of its own.
    #[serde(default)]
    pub classes: BTreeMap<String, Latencies>,
    /// Time to open each connection that was opened in this part, or before the load for it.
    #[serde(default)]
    pub connect: Latencies,
    /// From the open connection to one that takes requests: TLS, or a protocol's own greeting.
    #[serde(default)]
    pub handshake: Latencies,
    /// Bytes written to connections, TLS included.
    #[serde(default)]
    pub bytes_sent: u64,
    /// Bytes read from connections, TLS included.
    #[serde(default)]
    pub bytes_received: u64,
}

impl Phase {
    /// Adds another part of the same phase, for example that of another thread. Exact, and order-free.
    pub fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.send_lag.merge(&other.send_lag);
        self.own_lag.merge(&other.own_lag);
        self.first_byte.merge(&other.first_byte);
        self.connect.merge(&other.connect);
        self.handshake.merge(&other.handshake);
        for (class, latencies) in &other.classes {
            self.classes.entry(class.clone()).or_default().merge(latencies);
        }
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
    }
}

/// What a load test found.
///
/// ```
/// use meshery_core::{LoadSpec, Measurement};
/// use meshery_core::load::Tool;
///
/// let tool = Tool { name: "meshery".into(), version: "0.1.0".into() };
/// let empty = Measurement::new(tool, &LoadSpec::new("http://127.0.0.1/"));
/// assert_eq!(empty.measured.counts.scheduled, 0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Which tool measured.
    pub tool: Tool,
    /// What it was asked to do.
    pub spec: LoadSpec,
    /// When the measured window began, in nanoseconds since the Unix epoch.
    pub started_unix_ns: u64,
    /// Length of the measured window.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub window: Duration,
    /// The mean rate of the schedule over the window; `None` in a closed loop.
    pub asked: Option<Rate>,
    /// Requests put on a connection per second of the window; `None` when there were none.
    pub achieved: Option<Rate>,
    /// Answers per second of the window, from its start to the last answer; `None` when there were none.
    pub throughput: Option<Rate>,
    /// The part before the window.
    pub warm_up: Phase,
    /// The window.
    pub measured: Phase,
    /// The percentiles of the response time that people ask for, each with its interval.
    #[serde(default)]
    pub percentiles: Vec<Percentile>,
    /// The window in parts of about a second.
    #[serde(default)]
    pub series: Vec<Slot>,
    /// The checks that failed, with evidence.
    #[serde(default)]
    pub check_failures: Vec<CheckFailures>,
    /// What became of the thresholds.
    #[serde(default)]
    pub thresholds: Vec<ThresholdOutcome>,
    /// What the generator used.
    pub generator: GeneratorUse,
    /// Whether all this can be trusted.
    pub validity: Validity,
}

impl Measurement {
    /// A measurement with nothing in it yet. It keeps the specification [without its
    /// secrets](LoadSpec::without_secrets).
    pub fn new(tool: Tool, spec: &LoadSpec) -> Self {
        Self {
            tool,
            asked: spec.pace.rate(),
            spec: spec.without_secrets(),
            started_unix_ns: 0,
            window: Duration::ZERO,
            achieved: None,
            throughput: None,
            warm_up: Phase::default(),
            measured: Phase::default(),
            percentiles: Vec::new(),
            series: Vec::new(),
            check_failures: Vec::new(),
            thresholds: Vec::new(),
            generator: GeneratorUse::default(),
            validity: Validity::default(),
        }
    }
}
