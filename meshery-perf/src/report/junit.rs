//! `junit.xml`: a suite for each comparison and a case for each effect, for the test views of CI systems. Regressed fails,
//! inconclusive is skipped, invalid is an error.

use meshery_core::comparison::Effect;
use meshery_core::{Comparison, Result, Verdict};

use super::markup::{Element, tag};
use super::text;
use super::view::Metric;
use super::{Format, Subject};

/// A test report.
pub(super) struct Junit;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn file_name(&self) -> &'static str {
        "junit.xml"
    }

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let suites = subject.cells().into_iter().map(|(title, comparison)| suite(&title, comparison));
        let all = tag("testsuites").attr("name", "meshery").children(suites);
        Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{all}\n"))
    }
}

fn suite(title: &str, comparison: &Comparison) -> Element {
    let count = |verdict| comparison.effects.iter().filter(|effect| effect.verdict == verdict).count();
    tag("testsuite")
        .attr("name", if title.is_empty() { "comparison" } else { title })
        .attr("tests", comparison.effects.len())
        .attr("failures", count(Verdict::Regressed))
        .attr("errors", count(Verdict::Invalid))
        .attr("skipped", count(Verdict::Inconclusive))
        .attr("time", comparison.took.as_secs_f64())
        .children(comparison.effects.iter().map(case))
}

fn case(effect: &Effect) -> Element {
    let found = format!(
        "{}: {} against {}, {} (95 % interval {})",
        Metric::of(&effect.metric).title(),
        text::value(effect.unit, effect.arm_value),
        text::value(effect.unit, effect.baseline_value),
        text::change(effect, effect.difference),
        text::changes(effect, effect.ci95),
    );
    let reasons: Vec<String> = effect.reasons.iter().map(text::reason).collect();
    let outcome = match effect.verdict {
        Verdict::Regressed => Some(tag("failure").attr("type", "regressed").attr("message", &found)),
        Verdict::Invalid => Some(tag("error").attr("type", "invalid").attr("message", reasons.join("; "))),
        Verdict::Inconclusive => Some(tag("skipped").attr("message", reasons.join("; "))),
        Verdict::Improved | Verdict::Equivalent => None,
    };
    let said = outcome.is_none().then(|| tag("system-out").text(format!("{}: {found}", effect.verdict)));
    tag("testcase").attr("classname", &effect.arm).attr("name", &effect.metric).child(outcome).child(said)
}
