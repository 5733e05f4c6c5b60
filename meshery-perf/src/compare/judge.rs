//! From runs to effects: paired differences by block, a test, a correction for the number of comparisons, a verdict.

use std::collections::BTreeSet;

use meshery_core::comparison::{Arm, Effect, Run, Scale, Unit};
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::plan::Role;
use meshery_core::units::duration;
use meshery_core::{Comparison, ComparisonSpec, Pace, Verdict};

use super::metrics::{self, Metric, Read, least_samples};
use super::run::is_valid;
use super::verdict::{self, Evidence};
use crate::stats::{mean, multiple, paired_t::PairedT};

/// Fills in the effects, and the warnings that follow from them.
pub(super) fn judge(comparison: &mut Comparison) {
    let (spec, Some((baseline, others))) = (&comparison.spec, comparison.arms.split_first()) else { return };
    let mut effects = Vec::new();
    for control in [true, false] {
        // The control is a family of its own, held to the stricter rule: its only question is whether this setup sees a
        // difference where there is none, and many true effects of real meshes must not soften the answer.
        let family: Vec<Draft> = others
            .iter()
            .filter(|arm| arm.spec.control == control)
            .flat_map(|arm| drafts(spec, baseline, arm))
            .collect();
        effects.extend(finish(spec, family, control));
    }
    comparison.effects = effects;
    let control = |effect: &&Effect| others.iter().any(|arm| arm.spec.control && arm.spec.name == effect.arm);
    let moved: Vec<&str> = comparison
        .effects
        .iter()
        .filter(control)
        .filter(|effect| matches!(effect.verdict, Verdict::Improved | Verdict::Regressed))
        .map(|effect| effect.metric.as_str())
        .collect();
    if !moved.is_empty() {
        let message =
            "the A/A control differs from the baseline: small differences of the other arms may be artefacts too";
        comparison
            .warnings
            .push(Reason::new(Doubt::ControlMoved, message).expected("no difference").found(moved.join(", ")));
    }
}

/// An effect that waits for its family's correction.
struct Draft {
    metric: Metric,
    effect: Effect,
    test: Option<PairedT>,
}

fn drafts(spec: &ComparisonSpec, baseline: &Arm, arm: &Arm) -> Vec<Draft> {
    let proxies: BTreeSet<&str> = [baseline, arm]
        .iter()
        .flat_map(|arm| &arm.runs)
        .flat_map(|run| &run.processes)
        .filter(|used| used.role != Role::Workload)
        .map(|used| used.name.as_str())
        .collect();
    let names: Vec<String> = proxies.into_iter().map(str::to_owned).collect();
    let overhead = if names.is_empty() { Vec::new() } else { metrics::of_processes(&names) };
    metrics::of_load().into_iter().chain(overhead).map(|metric| draft(spec, baseline, arm, metric)).collect()
}

/// The runs of both arms in the same block, when both count.
fn pairs<'a>(baseline: &'a Arm, arm: &'a Arm) -> Vec<(&'a Run, &'a Run)> {
    let valid = |arm: &'a Arm, block| arm.runs.iter().find(move |run| run.block == block && is_valid(run));
    let blocks: BTreeSet<u32> = arm.runs.iter().map(|run| run.block).collect();
    blocks.into_iter().filter_map(|block| Some((valid(baseline, block)?, valid(arm, block)?))).collect()
}

fn draft(spec: &ComparisonSpec, baseline: &Arm, arm: &Arm, metric: Metric) -> Draft {
    let paired = pairs(baseline, arm);
    let values: Vec<(f64, f64)> =
        paired.iter().filter_map(|(base, run)| Some((metric.value(base)?, metric.value(run)?))).collect();
    let on_scale = |value: f64| if metric.scale == Scale::Relative { value.ln() } else { value };
    let differences: Vec<f64> = values.iter().map(|(base, value)| on_scale(*value) - on_scale(*base)).collect();
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
        verdict: Verdict::Inconclusive,
        reasons: doubts(spec, &metric, (baseline, arm), &paired),
    };
    // Two runs give a test in name only; below the least number nothing is claimed.
    let enough = values.len() >= spec.judge.min_runs as usize;
    if !enough && !effect.reasons.iter().any(|reason| spoils(reason.code)) {
        let reason = Reason::new(Doubt::TooFewRuns, "too few pairs of valid runs for a verdict");
        effect.reasons.push(reason.expected(spec.judge.min_runs.to_string()).found(values.len().to_string()));
    }
    Draft { test: PairedT::of(&differences), metric, effect }
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
    !matches!(doubt, Doubt::TooFewRuns | Doubt::TooFewSamples | Doubt::ZeroVariance)
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

/// Corrects the family's p-values and reaches its verdicts.
fn finish(spec: &ComparisonSpec, family: Vec<Draft>, control: bool) -> Vec<Effect> {
    let min_runs = spec.judge.min_runs;
    let judged = |draft: &Draft| draft.effect.runs >= min_runs && draft.test.is_some();
    let p: Vec<f64> = family.iter().filter(|draft| judged(draft)).filter_map(|draft| Some(draft.test?.p)).collect();
    let (adjusted, correction) =
        if control { (multiple::holm(&p), "Holm") } else { (multiple::benjamini_hochberg(&p), "Benjamini-Hochberg") };
    let (size, mut adjusted) = (p.len() as u32, adjusted.into_iter());
    family
        .into_iter()
        .map(|draft| {
            let p_adjusted = judged(&draft).then(|| adjusted.next()).flatten();
            conclude(spec, draft, p_adjusted, (correction, size))
        })
        .collect()
}

fn conclude(spec: &ComparisonSpec, draft: Draft, p_adjusted: Option<f64>, (correction, size): (&str, u32)) -> Effect {
    let Draft { metric, mut effect, test } = draft;
    let alpha = spec.judge.alpha;
    effect.family = size;
    if let (Some(test), Some(p_adjusted)) = (test, p_adjusted) {
        let relative = metric.scale == Scale::Relative;
        let figures = verdict::figures(&test, alpha, if relative { f64::exp_m1 } else { std::convert::identity });
        let scale = if relative { " of logarithms" } else { "" };
        effect.method = format!("paired t{scale}, {correction}");
        effect.difference = Some(figures.difference);
        (effect.ci95, effect.ci90) = (Some(figures.ci95), Some(figures.ci90));
        (effect.p, effect.p_adjusted) = (Some(test.p), Some(p_adjusted));
        effect.detectable = figures.detectable;
        effect.verdict = verdict::verdict(&Evidence {
            ci90: figures.ci90,
            ci95: figures.ci95,
            p_adjusted,
            margin: effect.margin,
            alpha,
            higher_is_better: metric.higher_is_better,
        });
        if !test.has_spread() && test.mean != 0.0 {
            effect.method = format!("sign flip, {correction}");
            effect.reasons.push(Reason::new(Doubt::ZeroVariance, "every pair of runs differs by the same amount"));
        }
        if effect.verdict == Verdict::Inconclusive
            && let Some(detectable) = effect.detectable
        {
            effect.reasons.push(undecided(&metric, detectable));
        }
    }
    if effect.reasons.iter().any(|reason| spoils(reason.code)) {
        effect.verdict = Verdict::Invalid;
    }
    effect
}

/// What an undecided comparison could have shown.
fn undecided(metric: &Metric, detectable: f64) -> Reason {
    let amount = match (metric.scale, metric.unit) {
        (Scale::Relative, _) => format!("{:.1} %", detectable * 100.0),
        (Scale::Absolute, Unit::NanosecondsPerRequest | Unit::Nanoseconds) => {
            duration::format(std::time::Duration::from_nanos(detectable as u64))
        }
        (Scale::Absolute, Unit::Bytes) => format!("{:.1} MiB", detectable / 1024.0 / 1024.0),
        (Scale::Absolute, Unit::Share) => format!("{:.3} points", detectable * 100.0),
        (Scale::Absolute, _) => format!("{detectable:.3}"),
    };
    Reason::new(
        Doubt::TooFewRuns,
        format!("these runs would have shown a difference of {amount} in four cases out of five"),
    )
}

#[cfg(test)]
mod tests;
