//! Output formats of an analysis: one file each, and one line in [`FORMATS`].
//!
//! A format is a pure function from an [`Analysis`] to text.

mod fingerprint;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod repeated;
mod sarif;
mod snippet;
mod text;

use meshery_core::{Error, Result};

pub use fingerprint::fingerprints;

use super::Analysis;

/// Every format, sorted by name.
pub static FORMATS: &[&dyn Format] =
    &[&github::GitHub, &html::Html, &json::Json, &junit::Junit, &markdown::Markdown, &sarif::Sarif, &text::Text];

/// An output format of an analysis.
///
/// ```
/// use meshery_mesh::analyze::report::FORMATS;
///
/// assert!(FORMATS.iter().any(|format| format.name() == "sarif"));
/// assert!(FORMATS.is_sorted_by_key(|format| format.name()));
/// ```
pub trait Format: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The analysis in this format.
    ///
    /// # Errors
    /// [`Internal`](meshery_core::ErrorKind::Internal) when a finding cannot be serialized.
    fn render(&self, analysis: &Analysis) -> Result<String>;
}

/// An analysis in the format of that name.
///
/// ```
/// use meshery_mesh::analyze::{Source, analyze, report};
///
/// let analysis = analyze(&[Source::new("a.yaml", "kind: [\n")]);
/// assert!(report::render("text", &analysis)?.contains("a.yaml:2:1"));
/// assert_eq!(report::render("pdf", &analysis).unwrap_err().report().found.as_deref(), Some("pdf"));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) that lists the names there are, and those of
/// [`Format::render`].
pub fn render(format: &str, analysis: &Analysis) -> Result<String> {
    let Some(found) = FORMATS.iter().find(|it| it.name() == format) else {
        let names: Vec<_> = FORMATS.iter().map(|it| it.name()).collect();
        return Err(Error::invalid("format", "unknown format")
            .expected(format!("one of {}", names.join(", ")))
            .found(format));
    };
    found.render(analysis)
}

/// The file, the line and the column of a place such as `shop.yaml:3:1`.
fn position(place: &str) -> Option<(&str, u32, u32)> {
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

/// What XML 1.0 and HTML allow, and nothing that they would take for their own.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// How many there are of what, as in a sentence.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// How many findings of each severity, the worst first, and what could not be read.
fn summary(analysis: &Analysis) -> String {
    use meshery_core::Severity;
    let of = |severity| analysis.findings.iter().filter(|finding| finding.severity == severity).count();
    let mut parts: Vec<String> = [Severity::Error, Severity::Warning]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| count(of(severity), &severity.to_string()))
        .collect();
    match of(Severity::Info) {
        0 => {}
        notes => parts.push(count(notes, "note")),
    }
    if !analysis.errors.is_empty() {
        parts.push(format!("{} unreadable", count(analysis.errors.len(), "place")));
    }
    let files = count(analysis.files.len(), "file");
    if parts.is_empty() { format!("nothing wrong in {files}") } else { format!("{} in {files}", parts.join(", ")) }
}
