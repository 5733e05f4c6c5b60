//! A mergeable latency histogram with a stated error bound.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer as HdrReader, Serializer as _, V2DeflateSerializer};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};

const DIGITS: u8 = 3;
const HIGHEST: u64 = 3_600_000_000_000;

/// Latencies from 1 ns to 1 h at three significant digits: every quantile is within 0.1 % of a recorded value.
///
/// Merging is exact: the quantiles of a merge are those of all values recorded into either side. Serialized as the
/// HdrHistogram V2 deflate format in base64, which every HdrHistogram port reads.
///
/// ```
/// use meshery_core::Latencies;
/// use std::time::Duration;
///
/// let mut latencies = Latencies::new();
/// for millis in 1..=100 {
///     latencies.record(Duration::from_millis(millis));
/// }
/// let p99 = latencies.quantile(0.99).unwrap();
/// assert!(p99.abs_diff(Duration::from_millis(99)) < Duration::from_micros(100));
/// assert_eq!(Latencies::new().quantile(0.5), None, "nothing recorded, nothing claimed");
/// ```
#[derive(Clone, PartialEq)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// An empty histogram. Allocates about 200 KiB at once, so that recording never does.
    #[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "the three bounds are constants that hold")]
    pub fn new() -> Self {
        Self(Histogram::new_with_bounds(1, HIGHEST, DIGITS).expect("1 <= 1 h at 3 digits is a valid range"))
    }

    /// Records one value; below 1 ns counts as 1 ns, above 1 h as 1 h.
    pub fn record(&mut self, value: Duration) {
        self.record_nanos(u64::try_from(value.as_nanos()).unwrap_or(HIGHEST));
    }

    /// Records one value in nanoseconds, the form of the hot path.
    #[inline]
    pub fn record_nanos(&mut self, nanos: u64) {
        self.0.saturating_record(nanos.max(1));
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value at quantile `q` in 0..=1, or `None` when nothing was recorded.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.0.value_at_quantile(q)))
    }

    /// The arithmetic mean, or `None` when nothing was recorded.
    pub fn mean(&self) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.0.mean().round() as u64))
    }

    /// The smallest value, or `None` when nothing was recorded.
    pub fn min(&self) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.0.min()))
    }

    /// The largest value, or `None` when nothing was recorded.
    pub fn max(&self) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.0.max()))
    }

    /// How many values are at most `limit`.
    pub fn count_at_most(&self, limit: Duration) -> u64 {
        let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.0.count_between(0, limit)
    }

    /// Adds every value of `other`.
    pub fn merge(&mut self, other: &Self) {
        // Both sides have the same constant bounds, the only thing `add` could refuse.
        let _ = self.0.add(&other.0);
    }

    /// The histogram itself, in nanoseconds: for whoever writes a format of the HdrHistogram family.
    ///
    /// ```
    /// let mut latencies = meshery_core::Latencies::new();
    /// latencies.record_nanos(70_000);
    /// assert_eq!(latencies.as_hdr().iter_recorded().count(), 1);
    /// ```
    pub fn as_hdr(&self) -> &Histogram<u64> {
        &self.0
    }

    /// Takes a histogram in nanoseconds over, at this type's own resolution.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) when it holds values above 1 h.
    pub fn from_hdr(histogram: &Histogram<u64>) -> Result<Self> {
        let mut own = Self::new();
        own.0.add(histogram).map_err(|_| {
            Error::new(ErrorKind::InvalidInput, "a latency is too large")
                .expected(format!("at most {HIGHEST} ns"))
                .found(format!("{} ns", histogram.max()))
        })?;
        Ok(own)
    }

    fn encode(&self) -> Result<String> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&self.0, &mut bytes)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("histogram does not serialize: {error}")))?;
        Ok(BASE64.encode(bytes))
    }

    fn decode(text: &str) -> Result<Self> {
        let refuse = |why: String| Error::new(ErrorKind::InvalidInput, "not an HdrHistogram V2 deflate log").found(why);
        let bytes = BASE64.decode(text).map_err(|error| refuse(error.to_string()))?;
        let read: Histogram<u64> =
            HdrReader::new().deserialize(&mut bytes.as_slice()).map_err(|error| refuse(error.to_string()))?;
        Self::from_hdr(&read)
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latencies")
            .field("count", &self.count())
            .field("p50", &self.quantile(0.5))
            .field("p99", &self.quantile(0.99))
            .field("max", &self.max())
            .finish()
    }
}

/// The form in a document: the exact histogram, and the figures a reader looks for first.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Latencies", deny_unknown_fields)]
struct Document {
    /// HdrHistogram V2 deflate in base64; unit nanoseconds, three significant digits.
    hdr: String,
    /// Number of values.
    count: u64,
    #[serde(flatten)]
    figures: Figures,
}

/// Readable figures, in nanoseconds; `null` when nothing was recorded. Derived: a reader trusts `hdr`.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document, where the unit must be read")]
struct Figures {
    min_ns: Option<u64>,
    mean_ns: Option<u64>,
    p50_ns: Option<u64>,
    p90_ns: Option<u64>,
    p99_ns: Option<u64>,
    p999_ns: Option<u64>,
    max_ns: Option<u64>,
}

impl Serialize for Latencies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanos = |value: Option<Duration>| value.map(|value| value.as_nanos() as u64);
        let document = Document {
            hdr: self.encode().map_err(serde::ser::Error::custom)?,
            count: self.count(),
            figures: Figures {
                min_ns: nanos(self.min()),
                mean_ns: nanos(self.mean()),
                p50_ns: nanos(self.quantile(0.5)),
                p90_ns: nanos(self.quantile(0.9)),
                p99_ns: nanos(self.quantile(0.99)),
                p999_ns: nanos(self.quantile(0.999)),
                max_ns: nanos(self.max()),
            },
        };
        document.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Latencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::decode(&Document::deserialize(deserializer)?.hdr).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Latencies {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Latencies".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Document::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Latencies {
        let mut latencies = Latencies::new();
        for &nanos in values {
            latencies.record_nanos(nanos);
        }
        latencies
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_merge_is_a_concatenation(a in prop::collection::vec(0u64..1 << 42, 0..50), b in prop::collection::vec(0u64..1 << 42, 0..50)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(&merged, &of(&[a, b].concat()));
        }

        #[test]
        fn a_document_round_trip_keeps_everything(values in prop::collection::vec(0u64..1 << 42, 0..50)) {
            let latencies = of(&values);
            let text = serde_json::to_string(&latencies).unwrap();
            prop_assert_eq!(serde_json::from_str::<Latencies>(&text).unwrap(), latencies);
        }

        #[test]
        fn quantiles_are_within_a_thousandth(value in 1u64..HIGHEST) {
            let found = of(&[value]).quantile(0.5).unwrap().as_nanos() as f64;
            prop_assert!((found - value as f64).abs() <= value as f64 / 1000.0 + 1.0);
        }
    }

    #[test]
    fn garbage_is_refused_with_a_reason() {
        let error = serde_json::from_str::<Latencies>(r#"{"hdr":"AAAA","count":0}"#).unwrap_err().to_string();
        assert!(error.contains("HdrHistogram V2"), "{error}");
    }
}
