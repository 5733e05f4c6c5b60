//! Text for people: each finding with the lines that it is about.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet as Lines};
use meshery_core::{Finding, Result, Severity};

use super::repeated::{Repeated, told};
use super::snippet::{Shown, snippet};
use super::{Format, summary};
use crate::analyze::Analysis;

pub(super) struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let renderer = Renderer::plain();
        let shown = Shown::of(analysis);
        let mut parts = Vec::new();
        for error in &analysis.errors {
            parts.push(format!("error: {error}\n\n"));
        }
        for repeated in told(&analysis.findings) {
            parts.push(renderer.render(&[group(&shown, &repeated)]) + "\n\n");
        }
        Ok(parts.concat() + &summary(analysis) + "\n")
    }
}

fn group<'a>(shown: &'a Shown<'_>, repeated: &Repeated<'a>) -> Group<'a> {
    let finding: &'a Finding = repeated.finding;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = finding.said();
    let mut group = Group::with_title(level.primary_title(title).id(finding.code.as_str()));
    let of_finding = snippet(shown, &finding.location, &finding.resource)
        .map(|it| (it, &finding.location, finding.field.as_str(), true));
    let of_others = finding.related.iter().filter_map(|related| {
        let lines = snippet(shown, &related.location, &related.resource)?;
        Some((lines, &related.location, related.message.as_str(), false))
    });
    for (found, location, label, is_first) in of_finding.into_iter().chain(of_others) {
        let kind = if is_first { AnnotationKind::Primary } else { AnnotationKind::Context };
        let mark = kind.span(found.marked).label(label);
        let lines = Lines::source(found.text).line_start(found.first_line).path(location.file.as_str());
        group = group.element(lines.annotation(mark));
    }
    for assumed in &finding.assumes {
        group = group.element(Level::NOTE.message(format!("assumed that {assumed}")));
    }
    if let Some(elsewhere) = repeated.elsewhere() {
        group = group.element(Level::NOTE.message(elsewhere));
    }
    match &finding.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}
