//! A table in Markdown, for a comment on a change.

use meshery_core::Result;

use super::repeated::told;
use super::{Format, summary};
use crate::analyze::Analysis;

pub(super) struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let mut lines = vec![format!("**{}**\n", summary(analysis))];
        if !analysis.findings.is_empty() {
            lines.push("\n| where | what | | help |\n|---|---|---|---|\n".into());
        }
        for repeated in told(&analysis.findings) {
            let finding = repeated.finding;
            let help = repeated.more();
            let cells = [
                code(&finding.location.to_string()),
                format!("{} {}", finding.severity, code(&finding.code)),
                plain(&finding.said()),
                plain(&help),
            ];
            lines.push(format!("| {} |\n", cells.map(|cell| cell_of(&cell)).join(" | ")));
        }
        for error in &analysis.errors {
            lines.push(format!("\n- unreadable: {}\n", plain(&error.to_string()).replace('\n', " ")));
        }
        Ok(lines.concat())
    }
}

/// A text in which nothing is taken for Markdown or HTML.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>~#&".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// A text as code, between more back-ticks than it has in a row itself.
fn code(text: &str) -> String {
    if text.contains('`') {
        return format!("`` {text} ``");
    }
    format!("`{text}`")
}

fn cell_of(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "<br>")
}
