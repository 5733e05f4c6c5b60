//! From runs to effects: paired differences by block, a test, a correction for the number of comparisons, a verdict.

use std::collections::BTreeSet;

use meshery_core::comparison::{Arm, Effect, Run, Scale, Unit};
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::units::duration;
use meshery_core::{Comparison, ComparisonSpec, Pace, Verdict};

use super::metrics::{self, Metric, Read, least_samples};
use crate::stats::choose::{self, Answer, Design, Warning};
use crate::stats::verdict::{self, Rules};
use crate::stats::{mean, multiple};

/// A comparison to be judged, at an error rate of its own: looks before the end spend a part of it.
pub(crate) struct Open<'a> {
    pub(crate) comparison: &'a mut Comparison,
    pub(crate) alpha: f64,
}

/// Fills in the effects, and the warnings that follow from them. All that is judged together is corrected together.
pub(crate) fn judge(open: &mut [Open<'_>]) {
    let mut effects: Vec<Vec<Effect>> = open.iter().map(|_| Vec::new()).collect();
    for control in [true, false] {
        // The control is a family of its own, held to the stricter rule: its only question is whether this setup sees a
        // difference where there is none, and many true effects of real meshes must not soften the answer.
        let family: Vec<Draft> = open.iter().enumerate().flat_map(|cell| drafts(cell, control)).collect();
        for (cell, effect) in finish(family, control) {
            effects[cell].push(effect);
        }
    }
    for (open, effects) in open.iter_mut().zip(effects) {
        open.comparison.effects = effects;
        open.comparison.warnings.extend(moved_control(open.comparison));
    }
}

fn moved_control(comparison: &Comparison) -> Option<Reason> {
    let control = |effect: &&Effect| comparison.arms.iter().any(|arm| arm.spec.control && arm.spec.name == effect.arm);
    let moved: Vec<&str> = comparison
        .effects
        .iter()
        .filter(control)
        .filter(|effect| matches!(effect.verdict, Verdict::Improved | Verdict::Regressed))
        .map(|effect| effect.metric.as_str())
        .collect();
    let message = "the A/A control differs from the baseline: small differences of the other arms may be artefacts too";
    let reason = || Reason::new(Doubt::ControlMoved, message).expected("no difference").found(moved.join(", "));
    (!moved.is_empty()).then(reason)
}

/// An effect that waits for its family's correction.
struct Draft {
    cell: usize,
    metric: Metric,
    effect: Effect,
    answer: Option<Answer>,
    rules: Rules,
}

/// The effects of a comparison's arms: of its control, or of all others.
fn drafts((cell, open): (usize, &Open<'_>), control: bool) -> Vec<Draft> {
    let comparison = &*open.comparison;
    let Some((baseline, others)) = comparison.arms.split_first() else { return Vec::new() };
    let of_arm = |arm| {
        let metrics = metrics_of(baseline, arm).into_iter();
        metrics.map(move |metric| draft((cell, comparison, open.alpha), baseline, arm, metric))
    };
    others.iter().filter(|arm| arm.spec.control == control).flat_map(of_arm).collect()
}

/// What is compared of two arms: what either has, and of changes of configuration what both have, for without a mesh there
/// is nothing to change.
fn metrics_of(baseline: &Arm, arm: &Arm) -> Vec<Metric> {
    let has = |arm: &Arm, metric: &Metric| arm.runs.iter().any(|run| metric.value(run).is_some());
    let runs: Vec<&Run> = baseline.runs.iter().chain(&arm.runs).collect();
    let comparable = |metric: &Metric| match metric.read {
        Read::Propagation(_) => has(baseline, metric) && has(arm, metric),
        _ => true,
    };
    metrics::of_runs(&runs).into_iter().filter(comparable).collect()
}

/// Whether a run counts: made to its end, with nothing against its figures.
pub(crate) fn is_valid(run: &Run) -> bool {
    run.error.is_none() && run.measurement.as_ref().is_some_and(|found| found.validity.is_valid())
}

/// The runs of both arms in the same block, when both count.
fn pairs<'a>(baseline: &'a Arm, arm: &'a Arm) -> Vec<(&'a Run, &'a Run)> {
    let valid = |arm: &'a Arm, block| arm.runs.iter().find(move |run| run.block == block && is_valid(run));
    let blocks: BTreeSet<u32> = arm.runs.iter().map(|run| run.block).collect();
    blocks.into_iter().filter_map(|block| Some((valid(baseline, block)?, valid(arm, block)?))).collect()
}

fn draft((cell, comparison, alpha): (usize, &Comparison, f64), baseline: &Arm, arm: &Arm, metric: Metric) -> Draft {
    let spec = &comparison.spec;
    let paired = pairs(baseline, arm);
    let values: Vec<(f64, f64)> =
        paired.iter().filter_map(|(base, run)| Some((metric.value(base)?, metric.value(run)?))).collect();
    let (base, other): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
    let scale = if metric.scale == Scale::Relative { choose::Scale::Ratio } else { choose::Scale::Difference };
    // Second opinions by resampling are for those who ask for them: an effect carries one verdict.
    let question = choose::Comparison { design: Design::Paired, scale, resamples: 0, seed: comparison.seed };
    let on_scale = |value: f64| if metric.scale == Scale::Relative { value.ln() } else { value };
    let centre = |side: fn(&(f64, f64)) -> f64| {
        let centre = mean(&values.iter().map(|pair| on_scale(side(pair))).collect::<Vec<_>>())?;
        Some(if metric.scale == Scale::Relative { centre.exp() } else { centre })
    };
    let baseline_value = centre(|pair| pair.0);
    let mut effect = Effect {
        arm: arm.spec.name.clone(),
        baseline: baseline.spec.name.clone(),
        metric: metric.name.clone(),
        unit: metric.unit,
        scale: metric.scale,
        runs: values.len() as u32,
        baseline_value,
        arm_value: centre(|pair| pair.1),
        difference: None,
        ci95: None,
        ci90: None,
        method: String::new(),
        p: None,
        p_adjusted: None,
        family: 0,
        margin: margin(spec, &metric, baseline_value),
        detectable: None,
        runs_needed: None,
        verdict: Verdict::Inconclusive,
        beyond_margin: false,
        differs: false,
        reasons: doubts(spec, &metric, (baseline, arm), &paired),
    };
    // Two runs give a test in name only; below the least number nothing is claimed.
    let enough = values.len() >= spec.judge.min_runs as usize;
    if !enough && !effect.reasons.iter().any(|reason| spoils(reason.code)) {
        let reason = Reason::new(Doubt::TooFewRuns, "too few pairs of valid runs for a verdict");
        effect.reasons.push(reason.expected(spec.judge.min_runs.to_string()).found(values.len().to_string()));
    }
    let answer = enough.then(|| question.of(&base, &other)).and_then(|answer| {
        answer.inspect_err(|error| effect.reasons.push(Reason::new(Doubt::NotComparable, error.to_string()))).ok()
    });
    let rules = Rules {
        alpha,
        margin: effect.margin,
        min_runs: spec.judge.min_runs as usize,
        higher_is_better: metric.higher_is_better,
    };
    Draft { cell, metric, effect, answer, rules }
}

/// The margin on the metric's scale; for latency never below the absolute floor.
fn margin(spec: &ComparisonSpec, metric: &Metric, baseline: Option<f64>) -> f64 {
    match (metric.unit, baseline) {
        (Unit::Nanoseconds, Some(value)) if value > 0.0 => {
            metric.margin.max(spec.judge.latency_floor.as_nanos() as f64 / value)
        }
        _ => metric.margin,
    }
}

/// Doubts that make a verdict invalid rather than inconclusive.
fn spoils(doubt: Doubt) -> bool {
    let tells =
        [Doubt::MethodDisagreement, Doubt::Outlier, Doubt::TooFewRuns, Doubt::TooFewSamples, Doubt::ZeroVariance];
    !tells.contains(&doubt)
}

fn doubts(
    spec: &ComparisonSpec,
    metric: &Metric,
    (baseline, arm): (&Arm, &Arm),
    pairs: &[(&Run, &Run)],
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(failed) = arm.checks.iter().find(|check| !check.passed) {
        let message = format!("the mesh failed its check {}: {}", failed.name, failed.evidence);
        reasons.push(Reason::new(Doubt::SetupFailed, message));
        return reasons;
    }
    if matches!(metric.read, Read::Latency(_)) && spec.load.pace == Pace::Closed {
        let message = "latency in a closed loop hides every stall of the target: ask for a rate";
        reasons.push(Reason::new(Doubt::ClosedLoop, message));
    }
    // Invalid runs are left out for a cause stated beforehand; when they leave too few, their cause is the reason.
    if pairs.len() < spec.judge.min_runs as usize {
        let runs = || baseline.runs.iter().chain(&arm.runs);
        reasons.extend(runs().filter_map(|run| run.measurement.as_ref()?.validity.invalid.first().cloned()).take(1));
        if reasons.is_empty()
            && let Some(error) = runs().find_map(|run| run.error.as_ref())
        {
            reasons.push(Reason::new(Doubt::SetupFailed, format!("runs failed: {}", error.message)));
        }
    }
    if let Read::Latency(quantile) = metric.read {
        let smallest = pairs.iter().flat_map(|(a, b)| [a, b]).filter_map(|run| run.measurement.as_ref());
        let smallest = smallest.map(|found| found.measured.response.count()).min();
        let least = least_samples(quantile);
        if let Some(found) = smallest.filter(|count| *count < least) {
            let message = format!("too few requests a run for {}", metric.name);
            let reason = Reason::new(Doubt::TooFewSamples, message);
            reasons.push(reason.expected(format!("at least {least}")).found(found.to_string()));
        }
    }
    reasons
}

/// Corrects the family's p-values and reaches its verdicts, each with its cell.
fn finish(family: Vec<Draft>, control: bool) -> Vec<(usize, Effect)> {
    let p: Vec<f64> = family.iter().filter_map(|draft| draft.answer.as_ref().map(Answer::p)).collect();
    let (adjusted, correction) =
        if control { (multiple::holm(&p), "Holm") } else { (multiple::benjamini_hochberg(&p), "Benjamini-Hochberg") };
    let (size, mut adjusted) = (p.len() as u32, adjusted.into_iter());
    let conclude = |draft: Draft| {
        let p_adjusted = draft.answer.as_ref().and_then(|_| adjusted.next());
        (draft.cell, conclude(draft, p_adjusted, (correction, size)))
    };
    family.into_iter().map(conclude).collect()
}

fn conclude(draft: Draft, p_adjusted: Option<f64>, (correction, size): (&str, u32)) -> Effect {
    let Draft { metric, mut effect, answer, rules, .. } = draft;
    effect.family = size;
    if let (Some(answer), Some(p_adjusted)) = (answer, p_adjusted) {
        effect.method = format!("{}, {correction}", answer.method);
        effect.difference = Some(answer.change());
        (effect.ci95, effect.ci90) = (Some(answer.interval(0.95)), Some(answer.interval(0.90)));
        (effect.p, effect.p_adjusted) = (Some(answer.p()), Some(p_adjusted));
        settle(&metric, &mut effect, &answer, &rules);
        effect.reasons.extend(answer.warnings.iter().filter_map(|warning| doubt(*warning)));
        if !answer.estimate.has_spread() && answer.estimate.estimate != 0.0 {
            effect.method = format!("sign flip, {correction}");
            effect.reasons.push(Reason::new(Doubt::ZeroVariance, "every pair of runs differs by the same amount"));
        }
    }
    if effect.reasons.iter().any(|reason| spoils(reason.code)) {
        effect.verdict = Verdict::Invalid;
        (effect.beyond_margin, effect.differs) = (false, false);
    }
    effect
}

/// The verdict by the rules of [`verdict`], and what it would take to reach one.
fn settle(metric: &Metric, effect: &mut Effect, answer: &Answer, rules: &Rules) {
    let judgement = match verdict::judge(answer, effect.p_adjusted.unwrap_or(1.0), true, rules) {
        Ok(judgement) => judgement,
        Err(error) => return effect.reasons.push(Reason::new(Doubt::NotComparable, error.to_string())),
    };
    effect.verdict = judgement.verdict;
    (effect.beyond_margin, effect.differs) = (judgement.beyond_margin, judgement.detectable);
    effect.detectable = judgement.would_have_shown;
    effect.runs_needed = judgement.runs_for_difference.max(judgement.runs_for_equivalence);
    if effect.verdict == Verdict::Inconclusive
        && let (Some(detectable), Some(runs)) = (effect.detectable, effect.runs_needed)
    {
        effect.reasons.push(undecided(metric, detectable, runs));
    }
}

/// What to know when reading a verdict. That nothing varies is said where it matters.
fn doubt(warning: Warning) -> Option<Reason> {
    let (code, message) = match warning {
        Warning::MethodDisagreement => {
            (Doubt::MethodDisagreement, "the mean and the median of the differences point in opposite directions")
        }
        Warning::Outlier => (Doubt::Outlier, "a pair of runs lies far from the others: it counts; look at why"),
        Warning::Confounded | Warning::RanksCannotReach | Warning::ZeroVariance => return None,
    };
    Some(Reason::new(code, message))
}

/// What an undecided comparison could have shown.
fn undecided(metric: &Metric, detectable: f64, runs: u32) -> Reason {
    let amount = match (metric.scale, metric.unit) {
        (Scale::Relative, _) => format!("{:.1} %", detectable * 100.0),
        (Scale::Absolute, Unit::NanosecondsPerRequest | Unit::Nanoseconds | Unit::NanosecondsPerConnectionSecond) => {
            duration::format(std::time::Duration::from_nanos(detectable as u64))
        }
        (Scale::Absolute, Unit::Bytes | Unit::BytesPerConnection) => format!("{:.1} MiB", detectable / 1024.0 / 1024.0),
        (Scale::Absolute, Unit::Share) => format!("{:.3} points", detectable * 100.0),
        (Scale::Absolute, _) => format!("{detectable:.3}"),
    };
    Reason::new(
        Doubt::TooFewRuns,
        format!(
            "these runs would have shown a difference of {amount} in four cases out of five; {runs} runs an arm would settle it"
        ),
    )
}

#[cfg(test)]
mod tests;
