//! Configuration under analysis, and what came of it. What takes time runs on the thread pool of Node.js.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use meshery_core::analyzer::{Options, Remark};
use meshery_core::error::ErrorReport;
use meshery_core::{Error, Severity, json};
use meshery_mesh::analyze::{self, Source, report};
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi::{Env, Task};
use napi_derive::napi;

use crate::error::{Result, thrown, to_json};

type Shared = Arc<Mutex<analyze::Session>>;

fn with<T>(session: &Shared, work: impl FnOnce(&mut analyze::Session) -> T) -> T {
    work(&mut session.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Files to look at, and what of them could not be read.
#[napi]
pub(crate) struct Files(analyze::Files);

#[napi]
impl Files {
    /// Texts, as names and contents.
    #[napi(factory)]
    pub fn of_texts(texts: Vec<(String, Buffer)>, cluster: Option<String>) -> Self {
        let sources: Vec<Source> = texts.into_iter().map(|(name, text)| Source::new(name, text.as_ref())).collect();
        Self(analyze::Files::from(sources).of_cluster(cluster.as_deref()))
    }

    /// What runs on a cluster and what of it could not be read, as JSON.
    #[napi(factory)]
    pub fn of_json(running: String) -> Result<Self> {
        let (sources, errors): (Vec<Source>, Vec<ErrorReport>) = json::read(&running).map_err(thrown)?;
        Ok(Self((sources, errors.into_iter().map(Error::from).collect()).into()))
    }
}

/// Reads the files that paths name.
#[napi]
pub(crate) fn files_of_paths(paths: Vec<String>, cluster: Option<String>) -> AsyncTask<Gather> {
    AsyncTask::new(Gather(paths.into_iter().map(PathBuf::from).collect(), cluster))
}

/// Files to read.
pub(crate) struct Gather(Vec<PathBuf>, Option<String>);

impl Task for Gather {
    type Output = Files;
    type JsValue = Files;

    fn compute(&mut self) -> napi::Result<Files> {
        Ok(Files(analyze::Files::of_paths(&self.0).of_cluster(self.1.as_deref())))
    }

    fn resolve(&mut self, _env: Env, files: Files) -> napi::Result<Files> {
        Ok(files)
    }
}

/// In which order to apply files to what runs: as text, and as JSON.
#[napi]
pub(crate) fn order(running: &Files, wanted: &Files, options: String) -> Result<Vec<String>> {
    let options: Options = json::read(&options).map_err(thrown)?;
    let order = running.0.order(&wanted.0, &options);
    Ok(vec![order.to_string(), to_json(&order).map_err(thrown)?])
}

/// Files that change, and what is wrong with them.
#[napi]
pub(crate) struct Session(Shared);

#[napi]
impl Session {
    /// Without files, by options as JSON.
    #[napi(factory)]
    pub fn of(options: String) -> Result<Self> {
        let options: Options = json::read(&options).map_err(thrown)?;
        let now = options.now.or(analyze::at_this_time().now);
        Ok(Self(Arc::new(Mutex::new(analyze::Session::new(Options { now, ..options })))))
    }

    /// Adds files, in the place of those of the same names.
    #[napi]
    pub fn put(&self, files: &Files) {
        with(&self.0, |session| session.add_files(&files.0));
    }

    /// Takes a file away.
    #[napi]
    pub fn remove(&self, name: String) {
        with(&self.0, |session| session.remove(&name));
    }

    /// All objects as rules see them, as JSON.
    #[napi]
    pub fn objects(&self) -> Result<String> {
        let objects = with(&self.0, |session| session.objects());
        to_json(&objects).map_err(thrown)
    }

    /// What rules of JavaScript have found, as JSON.
    #[napi]
    pub fn remark(&self, remarks: String) -> Result<()> {
        let remarks: Vec<Remark> = json::read(&remarks).map_err(thrown)?;
        with(&self.0, |session| session.remark(&remarks)).map_err(thrown)
    }

    /// What is wrong with the files as they are now.
    #[napi]
    pub fn analysis(&self) -> AsyncTask<Analyze> {
        AsyncTask::new(Analyze(Arc::clone(&self.0)))
    }
}

/// Files to check.
pub(crate) struct Analyze(Shared);

impl Task for Analyze {
    type Output = analyze::Analysis;
    type JsValue = Analysis;

    fn compute(&mut self) -> napi::Result<analyze::Analysis> {
        Ok(with(&self.0, analyze::Session::analysis))
    }

    fn resolve(&mut self, _env: Env, analysis: analyze::Analysis) -> napi::Result<Analysis> {
        Ok(Analysis(analysis))
    }
}

/// What came of an analysis.
#[napi]
pub(crate) struct Analysis(analyze::Analysis);

#[napi]
impl Analysis {
    /// In a format of this name.
    #[napi]
    pub fn render(&self, format: String) -> Result<String> {
        report::render(&format, &self.0).map_err(thrown)
    }

    /// What findings are known by when lines have moved.
    #[napi]
    pub fn fingerprints(&self) -> Vec<String> {
        report::fingerprints(&self.0)
    }

    /// Whether something is this bad or worse, or could not be read.
    #[napi]
    pub fn is_at_least(&self, severity: String) -> Result<bool> {
        let severity: Severity = json::from_value(severity.into()).map_err(thrown)?;
        Ok(self.0.is_at_least(severity))
    }

    /// The files that fixes change, as names and contents.
    #[napi]
    pub fn fixed(&self, unsafe_too: bool) -> Vec<(String, String)> {
        let text = |source: Source| (source.name, String::from_utf8_lossy(&source.text).into_owned());
        analyze::fixed(&self.0, unsafe_too).into_iter().map(text).collect()
    }

    /// What fixes change, as a unified diff.
    #[napi]
    pub fn diff(&self, unsafe_too: bool) -> String {
        analyze::diff(&self.0, &analyze::fixed(&self.0, unsafe_too))
    }
}
