//! The HTTP API: <https://prometheus.io/docs/prometheus/latest/querying/api/>.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use meshery_core::{Context, Error, ErrorKind, Result};
use serde::Deserialize;

use super::counter::Sample;
use super::http::Endpoint;

/// The most points that Prometheus gives for one series.
const MOST_POINTS: u32 = 11_000;

/// A Prometheus.
///
/// ```no_run
/// # async fn example() -> meshery_core::Result<()> {
/// use meshery_core::Context;
/// use meshery_perf::telemetry::prometheus::{Endpoint, Prometheus};
///
/// let prometheus = Prometheus::new(Endpoint::new("http://127.0.0.1:9090"))?;
/// let clock = prometheus.clock(&Context::default()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Prometheus {
    endpoint: Endpoint,
}

/// A series: its labels, and its samples in the order of time.
///
/// ```
/// let series = meshery_perf::telemetry::prometheus::Series { labels: vec![("job".into(), "node".into())], samples: vec![] };
/// assert_eq!(series.label("job"), Some("node"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Names and values; the metric's name is `__name__`.
    pub labels: Vec<(String, String)>,
    /// Times and values. Where the series was stale there is nothing.
    pub samples: Vec<Sample>,
}

impl Series {
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

/// How the server's clock stands to ours.
///
/// ```
/// use std::time::Duration;
///
/// let clock = meshery_perf::telemetry::prometheus::Clock { ahead: 0.5, within: Duration::from_millis(2) };
/// assert_eq!(clock.there(Duration::from_secs(10)), Duration::from_millis(10_500));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// How far it is ahead of ours, in seconds.
    pub ahead: f64,
    /// How far off that may be: half of the time that asking took.
    pub within: Duration,
}

impl Clock {
    /// An instant of our clock, as the server's tells it.
    pub fn there(self, here: Duration) -> Duration {
        Duration::try_from_secs_f64(here.as_secs_f64() + self.ahead).unwrap_or(here)
    }
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    data: Option<Data>,
    #[serde(rename = "errorType")]
    error_type: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Matrix(Vec<Row>),
    Vector(Vec<Row>),
    Scalar(Point),
}

/// Seconds since the Unix epoch, and a number as text.
type Point = (f64, String);

#[derive(Deserialize)]
struct Row {
    metric: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<Point>,
    value: Option<Point>,
}

impl Prometheus {
    /// A Prometheus at an endpoint; nothing is asked yet.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) at `target` for a URL that is none.
    pub fn new(endpoint: Endpoint) -> Result<Self> {
        endpoint.target()?;
        Ok(Self { endpoint })
    }

    /// How the server's clock stands to ours.
    ///
    /// # Errors
    /// Those of a request: [`Unreachable`](ErrorKind::Unreachable), [`Timeout`](ErrorKind::Timeout),
    /// [`Tls`](ErrorKind::Tls), [`Refused`](ErrorKind::Refused) without the right credentials or for a query that it does
    /// not take, [`Protocol`](ErrorKind::Protocol) for an answer that is none.
    pub async fn clock(&self, context: &Context) -> Result<Clock> {
        let before = now();
        let data = self.ask("query", &[("query", "time()".into())], context).await?;
        let after = now();
        let Data::Scalar((_, there)) = data else { return Err(self.strange("a scalar")) };
        let middle = (before + after) / 2;
        Ok(Clock { ahead: number(&there)? - middle.as_secs_f64(), within: after.abs_diff(before) / 2 })
    }

    /// The raw samples of a selector between two instants of the server's clock, with the times of their scrapes.
    ///
    /// # Errors
    /// As [`clock`](Self::clock).
    pub async fn samples(
        &self,
        selector: &str,
        (start, end): (Duration, Duration),
        context: &Context,
    ) -> Result<Vec<Series>> {
        let reach = end.saturating_sub(start).as_millis().max(1);
        let query = [("query", format!("{selector}[{reach}ms]")), ("time", seconds(end))];
        self.matrix(self.ask("query", &query, context).await?)
    }

    /// The values of an expression at every step, in as many requests as the server's limit of points asks for.
    ///
    /// # Errors
    /// As [`clock`](Self::clock); [`InvalidInput`](ErrorKind::InvalidInput) at `step` for zero.
    pub async fn range(
        &self,
        expression: &str,
        (start, end): (Duration, Duration),
        step: Duration,
        context: &Context,
    ) -> Result<Vec<Series>> {
        if step.is_zero() {
            return Err(Error::invalid("step", "out of range").expected("above zero").found("0s"));
        }
        let mut all: Vec<Series> = Vec::new();
        let mut from = start;
        while from <= end {
            let to = (from + step * (MOST_POINTS - 1)).min(end);
            let query = [
                ("query", expression.to_owned()),
                ("start", seconds(from)),
                ("end", seconds(to)),
                ("step", seconds(step)),
            ];
            for part in self.matrix(self.ask("query_range", &query, context).await?)? {
                match all.iter_mut().find(|series| series.labels == part.labels) {
                    Some(series) => series.samples.extend(part.samples),
                    None => all.push(part),
                }
            }
            from += step * MOST_POINTS;
        }
        Ok(all)
    }

    fn matrix(&self, data: Data) -> Result<Vec<Series>> {
        let (Data::Matrix(rows) | Data::Vector(rows)) = data else { return Err(self.strange("a matrix")) };
        rows.into_iter().map(series).collect()
    }

    fn strange(&self, expected: &str) -> Error {
        Error::new(ErrorKind::Protocol, "not the answer of a Prometheus").at(&self.endpoint.url).expected(expected)
    }

    async fn ask(&self, call: &str, query: &[(&str, String)], context: &Context) -> Result<Data> {
        let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let (status, body) = self.endpoint.get(&format!("/api/v1/{call}?{}", pairs.join("&")), context).await?;
        let refused = |message: String| Error::new(ErrorKind::Refused, message).at(&self.endpoint.url);
        let Ok(answer) = serde_json::from_slice::<Answer>(&body) else {
            if status.is_success() {
                return Err(self
                    .strange("JSON")
                    .found(String::from_utf8_lossy(&body).chars().take(200).collect::<String>()));
            }
            let error = if matches!(status.as_u16(), 401 | 403) {
                refused("the server does not let us in".into())
            } else {
                Error::new(ErrorKind::Unreachable, "the server does not answer yet").at(&self.endpoint.url)
            };
            return Err(error.found(status.to_string()));
        };
        match answer.data {
            Some(data) if answer.status == "success" => Ok(data),
            _ => {
                let (kind, error) = (answer.error_type.unwrap_or_default(), answer.error.unwrap_or_default());
                Err(refused(format!("{kind}: {error}")).found(status.to_string()))
            }
        }
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// Prometheus writes numbers as text, for JSON has no infinity.
fn number(text: &str) -> Result<f64> {
    text.parse().map_err(|_| Error::new(ErrorKind::Protocol, "not a number").found(text))
}

fn series(row: Row) -> Result<Series> {
    let points = row.values.into_iter().chain(row.value);
    let sample = |(at, value): Point| {
        let at = Duration::try_from_secs_f64(at)
            .map_err(|error| Error::new(ErrorKind::Protocol, "not a time").found(error.to_string()))?;
        Ok((at, number(&value)?))
    };
    Ok(Series { labels: row.metric.into_iter().collect(), samples: points.map(sample).collect::<Result<_>>()? })
}

/// Percent-encoded but for what RFC 3986 leaves alone.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            other => encoded.extend(format!("%{other:02X}").chars()),
        }
    }
    encoded
}
