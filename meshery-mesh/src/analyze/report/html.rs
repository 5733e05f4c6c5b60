//! HTML for a notebook's cell: a table without script or style sheets of others.

use meshery_core::Result;

use super::repeated::told;
use super::{Format, escaped, summary};
use crate::analyze::Analysis;

pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let mut rows = Vec::new();
        for repeated in told(&analysis.findings) {
            let finding = repeated.finding;
            let help = repeated.more();
            rows.push(format!(
                "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td><td>{}<br><small>{}</small></td></tr>\n",
                escaped(&finding.location.to_string()),
                finding.severity,
                escaped(&finding.code),
                escaped(&finding.said()),
                escaped(&help),
            ));
        }
        for error in &analysis.errors {
            rows.push(format!(
                "<tr><td></td><td>unreadable</td><td></td><td>{}</td></tr>\n",
                escaped(&error.to_string())
            ));
        }
        let rows = rows.concat();
        Ok(format!("<p><b>{}</b></p>\n<table>\n{rows}</table>\n", escaped(&summary(analysis))))
    }
}
