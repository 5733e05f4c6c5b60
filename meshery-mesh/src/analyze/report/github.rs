//! Annotations of GitHub Actions: one line per finding, which GitHub shows in the change.

use meshery_core::{Result, Severity};

use super::repeated::beside;
use super::{Format, position};
use crate::analyze::Analysis;

pub(super) struct GitHub;

impl Format for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let mut lines = Vec::new();
        for error in &analysis.errors {
            let place = error.report().place.as_deref().map(placed).unwrap_or_default();
            lines.push(format!("::error {place}title=unreadable::{}\n", message(&error.to_string())));
        }
        for finding in &analysis.findings {
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "notice",
            };
            let span = finding.location.span;
            let place = format!(
                "file={},line={},endLine={},col={},endColumn={}",
                property(&finding.location.file),
                span.start.line,
                span.end.line,
                span.start.column,
                span.end.column
            );
            let mut said = vec![finding.said()];
            said.extend(finding.help.clone());
            said.extend(beside(finding));
            let said = message(&said.join("\n"));
            lines.push(format!("::{level} {place},title={}::{said}\n", property(&finding.code)));
        }
        Ok(lines.concat())
    }
}

/// The place of an error, as properties.
fn placed(place: &str) -> String {
    match position(place) {
        Some((file, line, column)) => format!("file={},line={line},col={column},", property(file)),
        None => format!("file={},", property(place)),
    }
}

/// As GitHub's runner reads what follows the second pair of colons.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As GitHub's runner reads the value of a property.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
