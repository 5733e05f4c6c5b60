//! Results over time.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use meshery_core::Error;
use meshery_perf::history;
use meshery_perf::report::Subject;
use napi::Either;
use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;

use crate::campaign::Campaign;
use crate::comparison::Comparison;
use crate::error::{Result, thrown, to_json};

/// A history.
#[napi]
pub(crate) struct History(history::History);

/// A comparison or a campaign.
type Found<'a> = Either<ClassInstance<'a, Comparison>, ClassInstance<'a, Campaign>>;

fn subject<'a>(found: &'a Found<'_>) -> Subject<'a> {
    match found {
        Either::A(comparison) => (&comparison.0).into(),
        Either::B(campaign) => (&campaign.0).into(),
    }
}

fn file(path: &str, found: std::io::Result<File>) -> meshery_core::Result<File> {
    found.map_err(|error| Error::from(error).at(path))
}

#[napi]
impl History {
    /// Opens a history, or begins one.
    #[napi(constructor)]
    pub fn new(path: String) -> Result<Self> {
        history::History::open(Path::new(&path)).map(Self).map_err(thrown)
    }

    /// Adds a result; the entry's number.
    #[napi]
    pub fn add(&mut self, result: Found<'_>, release: String) -> Result<f64> {
        self.0.add(subject(&result), &release).map(|entry| entry as f64).map_err(thrown)
    }

    /// Every entry, as JSON.
    #[napi]
    pub fn entries(&self) -> Result<String> {
        let entry = |entry: history::Entry| serde_json::json!({ "id": entry.id, "release": entry.release, "recorded_unix_ns": entry.recorded_unix_ns });
        let entries = self.0.entries().map(|entries| entries.into_iter().map(entry).collect::<Vec<_>>());
        entries.and_then(|entries| to_json(&entries)).map_err(thrown)
    }

    /// Every series, as JSON.
    #[napi]
    pub fn series(&self) -> Result<String> {
        self.0.series().and_then(|series| to_json(&series)).map_err(thrown)
    }

    /// Every series as a page of HTML.
    #[napi]
    pub fn html(&self) -> Result<String> {
        self.0.html().map_err(thrown)
    }

    /// How an entry stands among the ones before it, as JSON.
    #[napi]
    pub fn review(&self, entry: f64) -> Result<String> {
        self.0.review(entry as u64).and_then(|review| to_json(&review)).map_err(thrown)
    }

    /// How a result would stand, as JSON.
    #[napi]
    pub fn standing(&self, result: Found<'_>, baseline: Option<String>) -> Result<String> {
        let trends = self.0.standing(subject(&result), baseline.as_deref());
        trends.and_then(|trends| to_json(&trends)).map_err(thrown)
    }

    /// Names an entry.
    #[napi]
    pub fn set_baseline(&mut self, name: String, entry: f64) -> Result<()> {
        self.0.set_baseline(&name, entry as u64).map_err(thrown)
    }

    /// The entry of that name.
    #[napi]
    pub fn baseline(&self, name: String) -> Result<Option<f64>> {
        self.0.baseline(&name).map(|entry| entry.map(|entry| entry as f64)).map_err(thrown)
    }

    /// Writes every entry into a file.
    #[napi]
    pub fn export_to(&self, path: String) -> Result<()> {
        let write = || -> meshery_core::Result<()> {
            let mut to = BufWriter::new(file(&path, File::create(&path))?);
            self.0.export(&mut to)?;
            Ok(to.flush()?)
        };
        write().map_err(thrown)
    }

    /// Adds every entry of a file; how many it has.
    #[napi]
    pub fn import_from(&mut self, path: String) -> Result<u32> {
        let opened = file(&path, File::open(&path));
        let added = opened.and_then(|opened| self.0.import(BufReader::new(opened)));
        added.map(|entries| entries as u32).map_err(thrown)
    }
}
