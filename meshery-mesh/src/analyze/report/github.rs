//! Annotations of GitHub Actions: one line per finding, which GitHub shows in the change.

use meshery_core::{Result, Severity};

use super::Format;
use crate::analyze::Analysis;

pub(super) struct GitHub;

impl Format for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let mut lines = Vec::new();
        for error in &analysis.errors {
            lines.push(format!("::error title=unreadable::{}\n", message(&error.to_string())));
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
            let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
            let said = message(&format!("{}{help}", finding.said()));
            lines.push(format!("::{level} {place},title={}::{said}\n", property(&finding.code)));
        }
        Ok(lines.concat())
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
