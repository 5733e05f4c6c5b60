//! One answer for CI, pass or fail.

use meshery_core::comparison::{Effect, Interval, Scale, Unit};
use meshery_core::gate::{Budget, Gate, GateNote, GateResult, Limit};
use meshery_core::threshold::{ThresholdOutcome, Thresholds};
use meshery_core::{Comparison, Error, Measurement, Result, Verdict};

use crate::report::{Subject, text};

/// Judges a result by its verdicts and by what the mesh may add.
///
/// A budget is over when the one-sided 95 % limit of the difference lies beyond it, kept when the other one lies within,
/// and undecided otherwise: what a few noisy runs cannot show is not taken for kept.
///
/// ```
/// # fn example(comparison: &meshery_core::Comparison) -> meshery_core::Result<()> {
/// use meshery_core::gate::Gate;
///
/// let gate = Gate { fail_on: vec![], budgets: vec!["latency.p99 < 1ms".parse()?], ..Gate::default() };
/// let result = meshery_perf::gate::judge(comparison, &gate)?;
/// if !result.passed { /* the build fails */ }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) at `metrics[i]` or `budgets[i]` for an arm or a metric that the
/// result does not have, and for a limit in a unit that is not the metric's.
pub fn judge<'a>(result: impl Into<Subject<'a>>, gate: &Gate) -> Result<GateResult> {
    let cells = result.into().cells();
    let mut answer = GateResult { passed: true, failures: Vec::new(), undecided: Vec::new() };
    for (index, metric) in gate.metrics.iter().enumerate() {
        let known = cells.iter().any(|(_, cell)| cell.effects.iter().any(|effect| effect.metric == *metric));
        if !known {
            return Err(unknown(metric).at(format!("metrics[{index}]")));
        }
    }
    for (title, comparison) in &cells {
        answer.failures.extend(asked(comparison, gate).map(|effect| {
            note(title, effect, format!("not {}", effect.verdict), text::change(effect, effect.difference))
        }));
    }
    for (index, budget) in gate.budgets.iter().enumerate() {
        spend(&cells, budget, &mut answer).map_err(|error| error.at(format!("budgets[{index}]")))?;
    }
    answer.passed = answer.failures.is_empty() && (!gate.strict || answer.undecided.is_empty());
    Ok(answer)
}

/// What a measurement reached of what it had to reach, by the grammar of k6: for thresholds that its load did not have.
///
/// ```
/// # fn example(measurement: &meshery_core::Measurement) -> meshery_core::Result<()> {
/// let wanted = meshery_core::json::read(r#"{ "response": ["p(99)<250"] }"#)?;
/// let holds = meshery_perf::gate::thresholds(measurement, &wanted).iter().all(|outcome| outcome.holds);
/// # Ok(())
/// # }
/// ```
pub fn thresholds(measurement: &Measurement, wanted: &Thresholds) -> Vec<ThresholdOutcome> {
    crate::engine::judge_thresholds(wanted, &measurement.measured, measurement.window)
}

fn unknown(metric: &str) -> Error {
    Error::invalid("metric", "no such metric in this result").found(metric)
}

fn note(cell: &str, effect: &Effect, rule: String, found: String) -> GateNote {
    GateNote { cell: cell.into(), arm: effect.arm.clone(), metric: effect.metric.clone(), rule, found }
}

/// The effects whose verdict fails.
fn asked<'a>(comparison: &'a Comparison, gate: &'a Gate) -> impl Iterator<Item = &'a Effect> {
    let counts = |effect: &&Effect| {
        if gate.metrics.is_empty() { !effect.metric.contains('/') } else { gate.metrics.contains(&effect.metric) }
    };
    let challengers = comparison.effects.iter().filter(|effect| !is_control(comparison, &effect.arm));
    challengers.filter(counts).filter(|effect| gate.fail_on.contains(&effect.verdict))
}

fn is_control(comparison: &Comparison, arm: &str) -> bool {
    comparison.spec.arms.iter().any(|spec| spec.control && spec.name == arm)
}

fn spend(cells: &[(String, &Comparison)], budget: &Budget, answer: &mut GateResult) -> Result<()> {
    let mut known = false;
    for (title, comparison) in cells {
        let arm_asked = |effect: &&Effect| match &budget.arm {
            Some(arm) => effect.arm == *arm,
            None => !is_control(comparison, &effect.arm),
        };
        for effect in comparison.effects.iter().filter(arm_asked).filter(|effect| effect.metric == budget.metric) {
            known = true;
            let found = found(effect, budget)?;
            let said = match effect.ci90 {
                Some(ends) => format!("90 % interval {}", text::changes(effect, Some(ends))),
                None => "no interval: too few valid runs".into(),
            };
            let note = note(title, effect, budget.to_string(), said);
            match found {
                Some(true) => {}
                Some(false) => answer.failures.push(note),
                None => answer.undecided.push(note),
            }
        }
    }
    if known { Ok(()) } else { Err(unknown(&budget.metric).found(budget.to_string())) }
}

/// Whether a budget is kept; `None` when the runs cannot tell.
fn found(effect: &Effect, budget: &Budget) -> Result<Option<bool>> {
    let Some((Interval { low, high }, limit)) = on_one_scale(effect, budget)? else { return Ok(None) };
    if effect.verdict == Verdict::Invalid {
        return Ok(None);
    }
    let (kept, over) = if budget.at_least { (low > limit, high < limit) } else { (high < limit, low > limit) };
    Ok(if kept || over { Some(kept) } else { None })
}

/// The 90 % interval, whose ends are the one-sided 95 % limits, and the limit, in the same unit.
fn on_one_scale(effect: &Effect, budget: &Budget) -> Result<Option<(Interval, f64)>> {
    let Some(ends) = effect.ci90 else { return Ok(None) };
    let scaled = |by: f64| Interval { low: ends.low * by, high: ends.high * by };
    match (budget.limit, effect.scale) {
        (Limit::Share(share), Scale::Relative) => Ok(Some((ends, share))),
        (Limit::Share(share), Scale::Absolute) if effect.unit == Unit::Share => Ok(Some((ends, share))),
        (Limit::Amount(amount), Scale::Absolute) if effect.unit != Unit::Share => Ok(Some((ends, amount))),
        (Limit::Amount(amount), Scale::Relative) => Ok(effect.baseline_value.map(|base| (scaled(base), amount))),
        _ => Err(Error::invalid("limit", "not in the unit of the metric")
            .expected(format!("an amount that {} is measured in", effect.metric))
            .found(budget.to_string())),
    }
}
