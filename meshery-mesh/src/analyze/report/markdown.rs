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
            let help =
                [finding.help.clone(), repeated.elsewhere()].into_iter().flatten().collect::<Vec<_>>().join("; ");
            let cells = [
                format!("`{}`", finding.location),
                format!("{} `{}`", finding.severity, finding.code),
                finding.said(),
                help,
            ];
            lines.push(format!("| {} |\n", cells.map(|cell| cell_of(&cell)).join(" | ")));
        }
        for error in &analysis.errors {
            lines.push(format!("\n- unreadable: {}\n", error.to_string().replace('\n', " ")));
        }
        Ok(lines.concat())
    }
}

fn cell_of(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "<br>")
}
