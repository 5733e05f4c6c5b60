//! What a campaign will take and show, before it starts.

use std::time::Duration;

use meshery_core::campaign::{CampaignPlan, PredictedPower};
use meshery_core::comparison::{RunLoad, Scale};
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{CampaignSpec, ComparisonSpec, Result, Stop};

use super::looks::Looks;
use crate::compare::metrics::{self, Metric};
use crate::stats::plan::power::{Design, Plan};

/// Setting up and taking down a mesh, about.
const AROUND: Duration = Duration::from_secs(1);

/// The power at which "can be seen" is stated.
const POWER: f64 = 0.8;

/// What the campaign will take and show. Nothing is started.
///
/// ```
/// use meshery_core::CampaignSpec;
///
/// let plan = meshery_perf::campaign::plan(&CampaignSpec::default())?;
/// assert_eq!((plan.runs, plan.blocks), (40, 10));
/// let p99 = plan.power.iter().find(|power| power.metric == "latency.p99").unwrap();
/// assert!((0.5..0.9).contains(&p99.chance) && p99.runs_for_difference == Some(9));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the field as its place.
pub fn plan(spec: &CampaignSpec) -> Result<CampaignPlan> {
    spec.check()?;
    let cells = spec.cells();
    let round: Duration = cells.iter().map(|cell| block_time(&cell.comparison)).sum();
    let blocks = spec.budget.map_or(spec.rounds, |budget| {
        let affordable = budget.as_secs_f64() / round.as_secs_f64();
        (affordable as u32).min(spec.rounds)
    });
    let power = predicted(spec, blocks)?;
    let warnings = too_few(spec, blocks).into_iter().chain(weak(&power)).collect();
    let runs = spec.rounds * (cells.len() * spec.arms.len()) as u32;
    Ok(CampaignPlan { runs, takes: round * blocks, blocks, power, warnings })
}

/// About how long a block of this comparison takes: each arm once.
pub(super) fn block_time(spec: &ComparisonSpec) -> Duration {
    (AROUND + load_time(&spec.load)) * spec.arms.len() as u32
}

fn load_time(load: &RunLoad) -> Duration {
    let window = match &load.stop {
        Stop::Duration(window) => *window,
        Stop::Precision(precision) => precision.at_most,
        Stop::Count(count) => load.pace.rate().map_or(Duration::ZERO, |rate| rate.interval().mul_f64(*count as f64)),
        _ => Duration::ZERO,
    };
    load.warm_up + window
}

fn predicted(spec: &CampaignSpec, blocks: u32) -> Result<Vec<PredictedPower>> {
    if blocks < 2 {
        return Ok(Vec::new());
    }
    let alpha = Looks::new(spec)?.level_at(blocks);
    // The difference of two runs varies by the square root of two more than a run.
    let noise = Plan { sd: spec.expected_noise * std::f64::consts::SQRT_2, alpha, design: Design::Paired };
    let predict = |metric: Metric| {
        Ok(PredictedPower {
            chance: noise.power(metric.margin, f64::from(blocks))?,
            detectable: noise.detectable(blocks, POWER)?,
            runs_for_difference: noise.runs_needed(metric.margin, POWER)?,
            runs_for_equivalence: noise.runs_for_equivalence(metric.margin, POWER)?,
            margin: metric.margin,
            metric: metric.name,
        })
    };
    metrics::of_load().into_iter().filter(|metric| metric.scale == Scale::Relative).map(predict).collect()
}

fn too_few(spec: &CampaignSpec, blocks: u32) -> Option<Reason> {
    let message = if blocks < spec.rounds {
        "the budget does not suffice for a verdict in every cell"
    } else {
        "these rounds do not suffice for a verdict"
    };
    let reason = || {
        Reason::new(Doubt::TooFewRuns, message)
            .expected(format!("{} blocks a cell", spec.judge.min_runs))
            .found(blocks.to_string())
    };
    (blocks < spec.judge.min_runs).then(reason)
}

fn weak(power: &[PredictedPower]) -> Option<Reason> {
    let p99 = power.iter().find(|power| power.metric == "latency.p99" && power.chance < POWER)?;
    let message = "a difference of the margin at p99 would often be missed: make more rounds, or longer runs";
    let needed = p99.runs_for_difference.map_or_else(|| "more rounds".into(), |runs| format!("{runs} rounds"));
    let found = format!("{:.0} % of differences of {:.0} % seen", p99.chance * 100.0, p99.margin * 100.0);
    Some(Reason::new(Doubt::TooFewRuns, message).expected(needed).found(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_buys_blocks() {
        let spec = CampaignSpec { rounds: 20, ..CampaignSpec::default() };
        let whole = plan(&spec).unwrap();
        assert_eq!((whole.takes, whole.blocks, whole.runs), (Duration::from_secs(20 * 4 * 7), 20, 80));
        let half = plan(&CampaignSpec { budget: Some(whole.takes / 2), ..spec.clone() }).unwrap();
        assert_eq!((half.takes, half.blocks), (whole.takes / 2, 10));
        let chance = |plan: &CampaignPlan| plan.power[2].chance;
        assert!(chance(&half) < chance(&whole));
        let poor = plan(&CampaignSpec { budget: Some(Duration::from_secs(30)), ..spec }).unwrap();
        assert!(poor.power.is_empty() && poor.warnings[0].code == Doubt::TooFewRuns);
    }

    #[test]
    fn noise_costs_power() {
        let noisy = CampaignSpec { expected_noise: 0.1, ..CampaignSpec::default() };
        let plan = plan(&noisy).unwrap();
        assert!(plan.power[2].chance < 0.3);
        assert!(plan.warnings[0].message.contains("missed"), "{:?}", plan.warnings);
    }
}
