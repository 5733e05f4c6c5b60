//! Formats of load-test results: one file each, and one line in [`FORMATS`].
//!
//! A reader makes an [`Outcome`] of a text, a writer a text of an [`Outcome`]: so whatever can be read can be written in
//! every format that does not ask for more than is known. An outcome holds no request, header or credential, and what a
//! format does not say is `None`.

mod csv;
mod decimal;
mod distribution;
mod fortio;
mod hdr_log;
mod hgrm;
mod instant;
mod k6;
mod measurement;
mod oha;
mod openmetrics;
mod outcome;
mod redact;
pub mod smp;
mod spectrum;
mod wrk2;

pub use distribution::{Bucket, Distribution, Percentile, Shape};
use meshery_core::{Error, ErrorKind, Result};
pub use outcome::{Asked, Outcome, Over, Timed, Timing};
pub(crate) use redact::text as without_secrets;

/// Every format, sorted by name.
pub static FORMATS: &[&Format] = &[
    &csv::FORMAT,
    &fortio::FORMAT,
    &hdr_log::FORMAT,
    &hgrm::FORMAT,
    &k6::FORMAT,
    &oha::FORMAT,
    &openmetrics::FORMAT,
    &wrk2::FORMAT,
];

/// The largest text that is read, in bytes.
pub const LARGEST: usize = 64 << 20;

/// A format of load-test results.
///
/// ```
/// use meshery_perf::exchange::FORMATS;
///
/// let read: Vec<_> = FORMATS.iter().filter(|format| format.reads()).map(|format| format.name).collect();
/// assert_eq!(read, ["fortio", "hdr-log", "hgrm", "k6", "oha", "wrk2"]);
/// ```
#[derive(Debug)]
pub struct Format {
    /// Its name in the registry.
    pub name: &'static str,
    /// The name of the file that it is usually written to.
    pub file_name: &'static str,
    read: Option<Read>,
    write: Option<Write>,
}

type Read = fn(&str, Hints) -> Result<Outcome>;
type Write = fn(&Outcome) -> Result<String>;

/// What whoever reads a file knows of it, for formats that do not say so themselves.
///
/// ```
/// use meshery_perf::exchange::{Hints, Unit};
///
/// let hints = Hints { unit: Some(Unit::Milliseconds), ..Hints::default() };
/// assert_eq!(hints.timing, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The unit of the values: histogram formats are bare numbers.
    pub unit: Option<Unit>,
    /// What the values are: histogram formats do not tell, and oha's does not tell where its clock began.
    pub timing: Option<Timing>,
}

/// A unit of time.
///
/// ```
/// assert_eq!(meshery_perf::exchange::Unit::Microseconds.nanos(), 1e3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1 ns.
    Nanoseconds,
    /// 1,000 ns.
    Microseconds,
    /// 1,000,000 ns.
    Milliseconds,
    /// 1,000,000,000 ns.
    Seconds,
}

impl Unit {
    /// Its length in nanoseconds.
    pub fn nanos(self) -> f64 {
        match self {
            Self::Nanoseconds => 1.0,
            Self::Microseconds => 1e3,
            Self::Milliseconds => 1e6,
            Self::Seconds => 1e9,
        }
    }
}

impl Format {
    /// Whether it can be read.
    pub fn reads(&self) -> bool {
        self.read.is_some()
    }

    /// Whether it can be written.
    pub fn writes(&self) -> bool {
        self.write.is_some()
    }

    /// Reads a result in this format.
    ///
    /// ```
    /// use meshery_core::ErrorKind;
    /// use meshery_perf::exchange::{Hints, by_name};
    ///
    /// let error = by_name("fortio").unwrap().read(r#"{ "ActualQPS": "many" }"#, Hints::default()).unwrap_err();
    /// assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("fortio: ActualQPS")));
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) for a format that is only written,
    /// [`LimitExceeded`](ErrorKind::LimitExceeded) above [`LARGEST`], [`Syntax`](ErrorKind::Syntax) or
    /// [`InvalidInput`](ErrorKind::InvalidInput) with the format and the field or line as its place.
    pub fn read(&self, text: &str, hints: Hints) -> Result<Outcome> {
        let read = self.read.ok_or_else(|| self.refuse("is written, not read", Self::reads))?;
        if text.len() > LARGEST {
            let error = Error::new(ErrorKind::LimitExceeded, "larger than what is read").at(self.name);
            return Err(error.expected(format!("at most {LARGEST} bytes")).found(format!("{} bytes", text.len())));
        }
        read(text, hints).map_err(|error| self.place(error))
    }

    /// Writes a result in this format.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) for a format that is only read, and for an outcome that does not know what
    /// the format has to say.
    pub fn write(&self, outcome: &Outcome) -> Result<String> {
        let write = self.write.ok_or_else(|| self.refuse("is read, not written", Self::writes))?;
        write(&outcome.redacted()).map_err(|error| self.place(error))
    }

    fn refuse(&self, what: &str, can: fn(&Self) -> bool) -> Error {
        let names: Vec<_> = FORMATS.iter().filter(|format| can(format)).map(|format| format.name).collect();
        Error::new(ErrorKind::Unsupported, format!("the format {} {what}", self.name))
            .at("format")
            .expected(format!("one of {}", names.join(", ")))
            .found(self.name)
    }

    /// Puts the format before the place in it.
    fn place(&self, error: Error) -> Error {
        let mut report = error.report().clone();
        let inner = report.place.take();
        report.place = Some(inner.map_or_else(|| self.name.into(), |inner| format!("{}: {inner}", self.name)));
        Error::from(report).because(error)
    }
}

/// A measurement in the format of that name.
///
/// ```
/// use meshery_core::{LoadSpec, Measurement, load::Tool};
///
/// let tool = Tool { name: "meshery".into(), version: "0.1.0".into() };
/// let empty = Measurement::new(tool, &LoadSpec::new("http://127.0.0.1/"));
/// assert!(meshery_perf::exchange::export(&empty, "csv").unwrap().contains("meshery"));
/// ```
///
/// # Errors
/// Those of [`by_name`] and [`Format::write`].
pub fn export(measurement: &meshery_core::Measurement, format: &str) -> Result<String> {
    by_name(format)?.write(&Outcome::from(measurement))
}

/// A result in one format as a text in another.
///
/// ```
/// use meshery_core::{LoadSpec, Measurement, load::Tool};
/// use meshery_perf::exchange::{Hints, convert, export};
///
/// let tool = Tool { name: "meshery".into(), version: "0.1.0".into() };
/// let mut found = Measurement::new(tool, &LoadSpec::new("http://127.0.0.1/"));
/// found.measured.response.record_nanos(70_000);
/// let fortio = export(&found, "fortio").unwrap();
/// assert!(convert(&fortio, "fortio", "csv", Hints::default()).unwrap().contains("requests"));
/// ```
///
/// # Errors
/// Those of [`by_name`], [`Format::read`] and [`Format::write`].
pub fn convert(text: &str, from: &str, to: &str, hints: Hints) -> Result<String> {
    by_name(to)?.write(&by_name(from)?.read(text, hints)?)
}

/// The format of that name.
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) that lists the names there are.
pub fn by_name(name: &str) -> Result<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        Error::invalid("format", "unknown format").expected(format!("one of {}", names.join(", "))).found(name)
    })
}
