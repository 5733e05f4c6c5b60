//! What a mesh takes beside latency: processor time and memory of its processes, and the time that a change of its
//! configuration needs.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::histogram::Latencies;
use crate::plan::Role;
use crate::units::{duration, duration_schema};

/// What a process used during a load window.
///
/// ```
/// use meshery_core::comparison::ProcessUse;
/// use meshery_core::plan::Role;
/// use std::time::Duration;
///
/// let used = ProcessUse {
///     name: "client".into(),
///     role: Role::Proxy,
///     cpu: Duration::from_millis(300),
///     memory_bytes: 50 << 20,
///     peak_memory_bytes: 52 << 20,
/// };
/// assert_eq!(serde_json::to_value(&used).unwrap()["cpu"], "300ms");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessUse {
    /// The process's name in its plan.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// Processor time, user and system, within the window.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub cpu: Duration,
    /// Resident memory at the end of the window.
    pub memory_bytes: u64,
    /// The highest resident memory of the process so far.
    pub peak_memory_bytes: u64,
}

/// How long changes of configuration took to reach the proxies of a mesh: from the moment the control plane accepts a
/// change to the moment a proxy serves by it, one value for each change and proxy.
///
/// ```
/// use meshery_core::comparison::Propagation;
/// use std::time::Duration;
///
/// let mut propagation = Propagation { source: "envoy".into(), ..Propagation::default() };
/// for millis in [40, 55, 70] {
///     propagation.times.record(Duration::from_millis(millis));
/// }
/// propagation.unreached = 1;
/// assert_eq!(propagation.count(), 4);
/// assert!(propagation.quantile(0.5).unwrap() < Duration::from_millis(56));
/// assert_eq!(propagation.quantile(0.9), None, "one in four had not got it by the end");
/// assert_eq!(serde_json::to_value(&propagation).unwrap()["p90_ns"], serde_json::Value::Null);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Document", into = "Document")]
pub struct Propagation {
    /// Who tells that a proxy has the change: `envoy` for the proxies themselves, `istiod` for what they acknowledged,
    /// `request` for a request that was served by it.
    pub source: String,
    /// Of those that were reached.
    pub times: Latencies,
    /// Changes that a proxy had not got when the looking ended. They count as slower than all others.
    pub unreached: u64,
}

impl Propagation {
    /// How many changes and proxies there were, reached or not.
    pub fn count(&self) -> u64 {
        self.times.count() + self.unreached
    }

    /// The time after which a share `q` of them, 0..=1, was reached; `None` when fewer ever were, and when there was
    /// none.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let (count, reached) = (self.count() as f64, self.times.count() as f64);
        let share = q * count / reached;
        if share <= 1.0 { self.times.quantile(share) } else { None }
    }

    /// Adds what was seen of other changes or proxies.
    pub fn merge(&mut self, other: &Self) {
        self.times.merge(&other.times);
        self.unreached += other.unreached;
    }
}

/// The form in a document: what was seen, and the figures a reader looks for first.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Propagation", deny_unknown_fields)]
struct Document {
    /// Who tells that a proxy has the change: `envoy` for the proxies themselves, `istiod` for what they acknowledged,
    /// `request` for a request that was served by it.
    source: String,
    /// Of those that were reached.
    times: Latencies,
    /// Changes that a proxy had not got when the looking ended. They count as slower than all others.
    #[serde(default)]
    unreached: u64,
    /// After how many nanoseconds half of all changes had arrived, those that never did among them; `null` when fewer
    /// did. Derived, as the next two: a reader trusts `times` and `unreached`.
    #[serde(default)]
    p50_ns: Option<u64>,
    /// The same of nine in ten.
    #[serde(default)]
    p90_ns: Option<u64>,
    /// The same of 99 in 100.
    #[serde(default)]
    p99_ns: Option<u64>,
}

impl From<Propagation> for Document {
    fn from(seen: Propagation) -> Self {
        let [p50_ns, p90_ns, p99_ns] = [0.5, 0.9, 0.99].map(|q| seen.quantile(q).map(|time| time.as_nanos() as u64));
        Self { source: seen.source, times: seen.times, unreached: seen.unreached, p50_ns, p90_ns, p99_ns }
    }
}

impl From<Document> for Propagation {
    fn from(Document { source, times, unreached, .. }: Document) -> Self {
        Self { source, times, unreached }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: &[u64], unreached: u64) -> Propagation {
        let mut times = Latencies::new();
        for millis in millis {
            times.record(Duration::from_millis(*millis));
        }
        Propagation { source: "envoy".into(), times, unreached }
    }

    #[test]
    fn what_was_never_reached_is_slower_than_all_else() {
        let nine = of(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 1);
        let millis = |q| nine.quantile(q).map(|time| time.as_micros() as f64 / 1e3).map(f64::round);
        assert_eq!([0.5, 0.9, 0.99].map(millis), [Some(5.0), Some(9.0), None]);
        assert_eq!((of(&[], 3).quantile(0.5), of(&[], 0).quantile(0.5)), (None, None));
    }

    #[test]
    fn a_document_has_the_quantiles_of_all_and_needs_none_of_them() {
        let seen = of(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 3);
        let mut document = serde_json::to_value(&seen).unwrap();
        let nanos = |q| seen.quantile(q).map(|time| time.as_nanos());
        for (name, q) in [("p50_ns", 0.5), ("p90_ns", 0.9), ("p99_ns", 0.99)] {
            assert_eq!(document[name], serde_json::json!(nanos(q)), "{name}");
            document.as_object_mut().unwrap().remove(name);
        }
        assert_ne!(seen.quantile(0.5), seen.times.quantile(0.5), "not that of the reached alone");
        assert_eq!(serde_json::from_value::<Propagation>(document).unwrap(), seen, "an earlier meshery wrote none");
    }

    #[test]
    fn a_merge_counts_both() {
        let mut all = of(&[1, 2], 1);
        all.merge(&of(&[3], 2));
        assert_eq!((all.count(), all.unreached), (6, 3));
        assert_eq!(serde_json::from_value::<Propagation>(serde_json::to_value(&all).unwrap()).unwrap(), all);
    }
}
