//! Results over time: an SQLite file that several processes may use at once, and that a crash leaves whole.
//!
//! A history keeps one value for each run, metric and arm, by what makes values comparable: workload, point of load, arm,
//! mesh, configuration and machine. It answers three questions: how a release stands among the last ones
//! ([`History::review`]), since when a level is what it is (the same, dated), and how much a series moves without any
//! cause ([`Series::noise_floor`](meshery_core::history::Series)).

mod record;
mod store;
mod table;
mod trend;

use std::io::{BufRead, Write};
use std::path::Path;

use meshery_core::history::{Review, Series, Trend};
use meshery_core::{Error, ErrorKind, Result};
use rusqlite::Connection;

use crate::report::{self, Subject};
use crate::table::Column;
use record::Record;

/// How many releases before one say what is usual.
pub const LAST: usize = 20;

/// Results over time.
///
/// ```
/// use meshery_perf::history::History;
///
/// let path = std::env::temp_dir().join(format!("meshery-doc-{}.sqlite", std::process::id()));
/// let history = History::open(&path)?;
/// assert!(history.entries()?.is_empty());
/// # drop(history);
/// # for end in ["", "-wal", "-shm"] { let _ = std::fs::remove_file(format!("{}{end}", path.display())); }
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Debug)]
pub struct History {
    connection: Connection,
}

/// A result in a history.
///
/// ```
/// let entry = meshery_perf::history::Entry { id: 1, release: "1.2.0".into(), recorded_unix_ns: 0, values: 120 };
/// assert_eq!(entry.release, "1.2.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: u64,
    /// The release's name.
    pub release: String,
    /// When it was measured, in nanoseconds since the Unix epoch.
    pub recorded_unix_ns: u64,
    /// Values of single runs that it holds.
    pub values: u64,
}

impl History {
    /// Opens a history, or begins one; one of an earlier version is brought up to date.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io), [`Busy`](ErrorKind::Busy) when another process does not let go of it for half a minute,
    /// [`Syntax`](ErrorKind::Syntax) for a file that is none, [`VersionUnsupported`](ErrorKind::VersionUnsupported) for one
    /// of a later meshery; with the path as their place.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        store::open(path.as_ref()).map(|connection| Self { connection })
    }

    /// Adds the valid runs of a result under a release's name, at the time they were measured; returns the entry's number.
    /// The same result under the same name is added once.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an empty name, and when no run can be trusted; those of
    /// [`open`](Self::open).
    pub fn add<'a>(&mut self, result: impl Into<Subject<'a>>, release: &str) -> Result<u64> {
        store::add(&mut self.connection, &Record::of(result.into(), release)?)
    }

    /// Every entry by the time it was measured.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let entry = |(id, release, recorded_unix_ns, values)| Entry { id, release, recorded_unix_ns, values };
        Ok(store::entries(&self.connection)?.into_iter().map(entry).collect())
    }

    /// Every series, by its key.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn series(&self) -> Result<Vec<Series>> {
        store::series(&self.connection, None)
    }

    /// How a release stands among the [`LAST`] ones before it, series by series, and every lasting change up to it.
    ///
    /// A release is suspected when it lies outside of where 95 of 100 like the ones before would fall, after correction
    /// for the number of series, and by more than the metric's margin. A change is lasting when E-divisive finds it with
    /// at least three releases on either side of it.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an entry that is not there; those of [`open`](Self::open).
    pub fn review(&self, entry: u64) -> Result<Review> {
        let series = store::series(&self.connection, Some(entry))?;
        if series.is_empty() {
            return Err(Error::invalid("entry", "no such entry in this history").found(entry.to_string()));
        }
        let changes = series.iter().map(trend::changes).collect::<Result<Vec<_>>>()?.concat();
        Ok(Review { trends: trend::trends(&series, LAST)?, changes })
    }

    /// Every series with its lasting changes as a page of HTML, without network and readable without script.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn html(&self) -> Result<String> {
        let series = self.series()?;
        let changes = series.iter().map(trend::changes).collect::<Result<Vec<_>>>()?.concat();
        Ok(report::history::render(&series, &changes))
    }

    /// Every value of every series as a row of a flat table, series by series in the order of time.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn table(&self) -> Result<Vec<Column>> {
        Ok(table::values(&self.series()?))
    }

    /// How a result that is not in the history would stand among the [`LAST`] releases up to a baseline, or up to the
    /// latest without one.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a name that no entry has, and when no run of the result can be
    /// trusted; those of [`open`](Self::open).
    pub fn standing<'a>(&self, result: impl Into<Subject<'a>>, baseline: Option<&str>) -> Result<Vec<Trend>> {
        let record = Record::of(result.into(), "this")?;
        let until = match baseline {
            None => None,
            Some(name) => Some(
                self.baseline(name)?
                    .ok_or_else(|| Error::invalid("baseline", "no entry of this history has that name").found(name))?,
            ),
        };
        let known = store::series(&self.connection, until)?;
        let joined = record.series.into_iter().map(|values| {
            let before = known.iter().find(|series| series.key == values.key).map(|series| series.points.clone());
            let point = store::point(record.recorded_unix_ns, values.values.into_values().collect());
            trend::series(values.key, before.into_iter().flatten().chain([point]).collect())
        });
        trend::trends(&joined.collect::<Result<Vec<_>>>()?, LAST)
    }

    /// Names an entry, such as `main`; the name moves with each call.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) for an entry that is not there; those of [`open`](Self::open).
    pub fn set_baseline(&mut self, name: &str, entry: u64) -> Result<()> {
        store::set_baseline(&self.connection, name, entry)
    }

    /// The entry of that name.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn baseline(&self, name: &str) -> Result<Option<u64>> {
        store::baseline(&self.connection, name)
    }

    /// Writes every entry as a line of JSON.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io); those of [`open`](Self::open).
    pub fn export(&self, mut to: impl Write) -> Result<()> {
        for entry in self.entries()? {
            let line = serde_json::to_string(&store::record(&self.connection, entry.id)?)?;
            writeln!(to, "{line}")?;
        }
        Ok(())
    }

    /// Adds what [`export`](Self::export) wrote; what is there already stays as it is. How many lines there were.
    ///
    /// # Errors
    /// [`Syntax`](ErrorKind::Syntax) with the line for what is no entry; all lines before it are added.
    pub fn import(&mut self, from: impl BufRead) -> Result<usize> {
        let mut lines = 0;
        for (index, line) in from.lines().enumerate() {
            let record: Record = serde_json::from_str(&line?).map_err(|error| {
                let place = format!("{}:{}", index + 1, error.column());
                Error::new(ErrorKind::Syntax, format!("not an entry of a history: {error}")).at(place)
            })?;
            store::add(&mut self.connection, &record)?;
            lines += 1;
        }
        Ok(lines)
    }
}
