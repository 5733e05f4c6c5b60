//! Output formats of a comparison or a campaign: one file each, and one line in [`FORMATS`].
//!
//! A format is a pure function from a [`Subject`] to text; [`save`] puts all of them into a folder.

mod campaign;
mod chart;
mod csv;
mod effects;
mod fragment;
mod headline;
pub(crate) mod history;
mod html;
mod json;
mod junit;
mod markdown;
mod markup;
mod section;
mod subject;
mod svg;
mod table;
pub(crate) mod text;
mod verdict;
mod view;

use std::path::{Path, PathBuf};

use meshery_core::{Error, Result};

pub use effects::effects;
pub use subject::Subject;

/// Every format, sorted by name.
pub static FORMATS: &[&dyn Format] =
    &[&csv::Csv, &html::Html, &json::Json, &junit::Junit, &markdown::Markdown, &table::Table];

/// An output format of a comparison or a campaign.
///
/// ```
/// use meshery_perf::report::{FORMATS, Subject};
///
/// fn everything(subject: Subject<'_>) -> meshery_core::Result<Vec<(&'static str, String)>> {
///     FORMATS.iter().map(|format| Ok((format.file_name(), format.render(subject)?))).collect()
/// }
/// assert!(FORMATS.iter().any(|format| format.file_name() == "result.json"));
/// ```
pub trait Format: Sync {
    /// Its name in the registry.
    fn name(&self) -> &'static str;

    /// The name of the file that it is usually written to.
    fn file_name(&self) -> &'static str;

    /// The subject in this format.
    ///
    /// # Errors
    /// [`Internal`](meshery_core::ErrorKind::Internal) when a histogram cannot be serialized.
    fn render(&self, subject: Subject<'_>) -> Result<String>;
}

/// The format of that name.
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) that lists the names there are.
pub fn by_name(name: &str) -> Result<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name()).collect();
        Error::invalid("format", "unknown format").expected(format!("one of {}", names.join(", "))).found(name)
    })
}

/// A comparison or a campaign in the format of that name.
///
/// ```
/// # fn example(comparison: &meshery_core::Comparison) -> meshery_core::Result<()> {
/// let table = meshery_perf::report::render("table", comparison)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of [`by_name`] and of [`Format::render`].
pub fn render<'a>(format: &str, subject: impl Into<Subject<'a>>) -> Result<String> {
    by_name(format)?.render(subject.into())
}

/// Writes a comparison or a campaign into a folder in every format, and makes the folder if need be. The paths, in the order of
/// [`FORMATS`].
///
/// ```no_run
/// # fn example(comparison: &meshery_core::Comparison) -> meshery_core::Result<()> {
/// let paths = meshery_perf::report::save(comparison, "out")?;
/// assert!(paths.iter().any(|path| path.ends_with("report.html")));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of [`Format::render`], and [`Io`](meshery_core::ErrorKind::Io) with the path that cannot be written.
pub fn save<'a>(subject: impl Into<Subject<'a>>, folder: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let (subject, folder) = (subject.into(), folder.as_ref());
    let at = |path: &Path, error: std::io::Error| Error::from(error).at(path.display().to_string());
    std::fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
    let write = |format: &&dyn Format| {
        let path = folder.join(format.file_name());
        std::fs::write(&path, format.render(subject)?).map_err(|error| at(&path, error))?;
        Ok(path)
    };
    FORMATS.iter().map(write).collect()
}

/// A comparison for a notebook cell: sentences, verdicts and the percentile curves as HTML without script. A campaign: its
/// verdicts.
///
/// # Errors
/// None today; a later version may refuse a result that it cannot show.
pub fn html_fragment<'a>(subject: impl Into<Subject<'a>>) -> Result<String> {
    Ok(fragment::render(subject.into()))
}
