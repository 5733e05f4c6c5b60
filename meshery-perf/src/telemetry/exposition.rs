//! Metrics as a process exposes them: Prometheus' text format 0.0.4 and OpenMetrics 1.0.
//!
//! Sources: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>, with the quoted UTF-8 names of Prometheus 3. Whatever is not
//! understood is an error with its line and column; no sample is dropped.

mod cursor;

use std::collections::HashMap;

use meshery_core::Result;

use cursor::Cursor;

/// What a family measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, but for resets.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Buckets of a current distribution.
    GaugeHistogram,
    /// Buckets that only grow.
    Histogram,
    /// Labels that say something of the process.
    Info,
    /// One of several states.
    StateSet,
    /// Quantiles that the process computed.
    Summary,
    /// Nothing was said.
    #[default]
    Unknown,
}

/// Every kind with its names, `untyped` being that of 0.0.4.
const KINDS: [(&str, Kind); 9] = [
    ("counter", Kind::Counter),
    ("gauge", Kind::Gauge),
    ("gaugehistogram", Kind::GaugeHistogram),
    ("histogram", Kind::Histogram),
    ("info", Kind::Info),
    ("stateset", Kind::StateSet),
    ("summary", Kind::Summary),
    ("unknown", Kind::Unknown),
    ("untyped", Kind::Unknown),
];

/// What a kind's samples may end in, beyond the family's name.
fn endings(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Counter => &["_total", "_created"],
        Kind::Histogram => &["_bucket", "_count", "_sum", "_created"],
        Kind::GaugeHistogram => &["_bucket", "_gcount", "_gsum"],
        Kind::Summary => &["_count", "_sum", "_created"],
        Kind::Info => &["_info"],
        Kind::Gauge | Kind::StateSet | Kind::Unknown => &[],
    }
}

/// Samples that belong together.
///
/// ```
/// use meshery_perf::telemetry::exposition::{Kind, parse};
///
/// let families = parse("# TYPE requests counter\nrequests_total{code=\"200\",path=\"/{id}\"} 3 1700000000000\n")?;
/// assert_eq!((families[0].name.as_str(), families[0].kind), ("requests", Kind::Counter));
/// let sample = &families[0].samples[0];
/// assert_eq!((sample.label("path"), sample.value), (Some("/{id}"), 3.0));
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub kind: Kind,
    /// What it is about.
    pub help: Option<String>,
    /// The unit of its values.
    pub unit: Option<String>,
    /// Its samples in their order.
    pub samples: Vec<Sample>,
}

/// A value with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The family's name, or that with an ending such as `_total`.
    pub name: String,
    /// Names and values, in their order.
    pub labels: Vec<(String, String)>,
    /// The value; may be infinite or not a number.
    pub value: f64,
    /// When it was measured, in seconds since the Unix epoch.
    pub timestamp: Option<f64>,
    /// An event that it counts, as an example: labels and value.
    pub exemplar: Option<(Vec<(String, String)>, f64)>,
}

impl Sample {
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

/// Reads what a process exposes. It is OpenMetrics when it ends in `# EOF`, which decides about the unit of timestamps.
///
/// # Errors
/// [`Syntax`](meshery_core::ErrorKind::Syntax) at `LINE:COLUMN`.
pub fn parse(text: &str) -> Result<Vec<Family>> {
    let open = text.trim_end_matches('\n').ends_with("# EOF");
    let mut found = Found::default();
    for (index, line) in text.lines().enumerate() {
        let mut cursor = Cursor::new(line, index + 1);
        cursor.spaces();
        match cursor.peek() {
            None => {}
            Some('#') => comment(&mut cursor, &mut found)?,
            Some(_) => {
                let sample = sample(&mut cursor, open)?;
                found.add(sample);
            }
        }
    }
    Ok(found.families)
}

#[derive(Default)]
struct Found {
    families: Vec<Family>,
    /// By the family's name, and by every name that its samples may have.
    places: HashMap<String, usize>,
}

impl Found {
    fn family(&mut self, name: &str) -> &mut Family {
        let index = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.families.push(Family { name: name.into(), ..Family::default() });
            self.families.len() - 1
        });
        &mut self.families[index]
    }

    fn declare(&mut self, name: &str, kind: Kind) {
        self.family(name).kind = kind;
        let index = self.places[name];
        for ending in endings(kind) {
            self.places.entry(format!("{name}{ending}")).or_insert(index);
        }
    }

    fn add(&mut self, sample: Sample) {
        let name = sample.name.clone();
        self.family(&name).samples.push(sample);
    }
}

/// `# HELP NAME TEXT`, `# TYPE NAME KIND`, `# UNIT NAME UNIT`; all else is for people.
fn comment(cursor: &mut Cursor<'_>, found: &mut Found) -> Result<()> {
    cursor.expect('#')?;
    cursor.spaces();
    let word = cursor.word();
    if !["HELP", "TYPE", "UNIT"].contains(&word) {
        return Ok(());
    }
    cursor.spaces();
    let name = if cursor.peek() == Some('"') { cursor.quoted()? } else { cursor.name()?.to_owned() };
    cursor.spaces();
    match word {
        "TYPE" => {
            let place = cursor.place();
            let kind = cursor.word();
            let known = KINDS.iter().find(|(name, _)| *name == kind);
            let (_, kind) = known.ok_or_else(|| place.error("unknown type of a metric").found(kind))?;
            found.declare(&name, *kind);
        }
        "UNIT" => found.family(&name).unit = Some(cursor.rest().to_owned()).filter(|unit| !unit.is_empty()),
        _ => found.family(&name).help = Some(cursor::unescaped(cursor.rest())),
    }
    Ok(())
}

fn sample(cursor: &mut Cursor<'_>, open: bool) -> Result<Sample> {
    let mut name = if cursor.peek() == Some('{') { None } else { Some(cursor.name()?.to_owned()) };
    cursor.spaces();
    let labels = if cursor.peek() == Some('{') { cursor.labels(&mut name)? } else { Vec::new() };
    let name = name.ok_or_else(|| cursor.place().error("a sample without a name"))?;
    cursor.spaces();
    let value = cursor.number()?;
    cursor.spaces();
    let timestamp = match cursor.peek() {
        None | Some('#') => None,
        Some(_) => Some(if open { cursor.number()? } else { cursor.number()? / 1000.0 }),
    };
    cursor.spaces();
    let exemplar = match cursor.peek() {
        Some('#') if open => Some(exemplar(cursor)?),
        _ => None,
    };
    cursor.end()?;
    Ok(Sample { name, labels, value, timestamp, exemplar })
}

/// `# {LABELS} VALUE [TIMESTAMP]`.
fn exemplar(cursor: &mut Cursor<'_>) -> Result<(Vec<(String, String)>, f64)> {
    cursor.expect('#')?;
    cursor.spaces();
    let labels = cursor.labels(&mut Some(String::new()))?;
    cursor.spaces();
    let value = cursor.number()?;
    cursor.spaces();
    if cursor.peek().is_some() {
        cursor.number()?;
    }
    Ok((labels, value))
}

#[cfg(test)]
mod tests;
