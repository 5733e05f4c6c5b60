//! A comparison as a reader looks at it: who is compared with whom, in which order and colour, on which metrics.

use meshery_core::comparison::{Arm, Effect, Interval, Run, Scale};
use meshery_core::measurement::Measurement;
use meshery_core::{ArmSpec, Comparison, Verdict};

use super::text::{bounded, finite};

/// Colours that an arm can have, besides that of the baseline; further arms begin again at the first.
const COLOURS: usize = 5;

/// A comparison as a reader looks at it.
#[derive(Clone, Copy)]
pub(super) struct View<'a>(pub(super) &'a Comparison);

impl<'a> View<'a> {
    /// What is asked to be compared, in the order of the specification.
    pub(super) fn specs(self) -> &'a [ArmSpec] {
        &self.0.spec.arms
    }

    /// The name of the baseline.
    pub(super) fn baseline(self) -> &'a str {
        self.specs().first().map_or("the baseline", |arm| &arm.name)
    }

    /// The A/A control.
    pub(super) fn control(self) -> Option<&'a ArmSpec> {
        self.specs().iter().find(|arm| arm.control)
    }

    /// Those that are compared with the baseline, without the control.
    pub(super) fn meshes(self) -> impl Iterator<Item = &'a ArmSpec> {
        self.specs().iter().skip(1).filter(|arm| !arm.control)
    }

    /// All that are compared with the baseline, the control first.
    pub(super) fn challengers(self) -> impl Iterator<Item = &'a ArmSpec> {
        self.control().into_iter().chain(self.meshes())
    }

    /// The class of an arm's colour. The control has that of the baseline, which it is a second time.
    pub(super) fn colour(self, arm: &str) -> String {
        match self.meshes().position(|spec| spec.name == arm) {
            Some(index) => format!("arm-{}", index % COLOURS + 1),
            None => "arm-0".into(),
        }
    }

    /// Whether an arm is the A/A control.
    pub(super) fn is_control(self, arm: &str) -> bool {
        self.control().is_some_and(|control| control.name == arm)
    }

    /// The effects of an arm, in the order of the result.
    pub(super) fn effects(self, arm: &'a str) -> impl Iterator<Item = &'a Effect> {
        self.0.effects.iter().filter(move |effect| effect.arm == arm)
    }

    /// The metrics of the whole, without those of single processes, in the order of the result.
    pub(super) fn metrics(self) -> Vec<Metric<'a>> {
        let mut metrics: Vec<Metric<'a>> = Vec::new();
        for metric in self.0.effects.iter().map(|effect| Metric::of(&effect.metric)) {
            if metric.process.is_none() && !metrics.contains(&metric) {
                metrics.push(metric);
            }
        }
        metrics
    }

    /// Runs that were begun, and runs that were planned.
    pub(super) fn runs(self) -> (usize, usize) {
        let made = self.0.arms.iter().map(|arm| arm.runs.len()).sum();
        (made, self.specs().len() * self.0.spec.rounds as usize)
    }

    /// The arm with what was measured of it.
    pub(super) fn arm(self, name: &str) -> Option<&'a Arm> {
        self.0.arms.iter().find(|arm| arm.spec.name == name)
    }
}

/// The measurement of a run that can be trusted.
pub(super) fn trusted(run: &Run) -> Option<&Measurement> {
    run.measurement.as_ref().filter(|measurement| run.error.is_none() && measurement.validity.is_valid())
}

/// A metric's name, in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metric<'a> {
    /// What is measured.
    pub(super) name: &'a str,
    /// Of which process; `None` for the whole.
    pub(super) process: Option<&'a str>,
}

impl<'a> Metric<'a> {
    /// The parts of `NAME` or `NAME/PROCESS`.
    pub(super) fn of(metric: &'a str) -> Self {
        match metric.split_once('/') {
            Some((name, process)) => Self { name, process: Some(process) },
            None => Self { name: metric, process: None },
        }
    }

    /// For a heading or a column: `p99 latency`, `Memory`, `Memory of the control plane`.
    pub(super) fn title(self) -> String {
        let (base, of) = self.role();
        let title = match base.split_once('.') {
            Some(("latency", percentile)) => format!("{percentile} latency"),
            Some(("propagation", percentile)) => format!("{percentile} propagation"),
            _ => match base {
                "throughput" => "Throughput",
                "errors" => "Failed requests",
                "cpu_per_1000_requests" => "CPU / 1,000 requests",
                "cpu_per_connection" => "CPU / connection",
                "memory" => "Memory",
                "memory_per_connection" => "Memory / connection",
                other => other,
            }
            .into(),
        };
        title + of
    }

    /// Within a sentence: `the median`, `p99`, `CPU per 1,000 requests`, `memory of the control plane`.
    pub(super) fn phrase(self) -> String {
        let (base, of) = self.role();
        let phrase = match base.split_once('.') {
            Some(("latency", "p50")) => "the median".into(),
            Some(("latency", percentile)) => percentile.into(),
            Some(("propagation", percentile)) => format!("{percentile} of config propagation"),
            _ => match base {
                "errors" => "failed requests",
                "cpu_per_1000_requests" => "CPU per 1,000 requests",
                "cpu_per_connection" => "CPU per connection",
                "memory_per_connection" => "memory per connection",
                other => other,
            }
            .into(),
        };
        phrase + of
    }

    /// The name without whose it is, and whose it is.
    fn role(self) -> (&'a str, &'static str) {
        let of = |prefix| self.name.strip_prefix(prefix);
        match (of("control_plane."), of("node.")) {
            (Some(base), _) => (base, " of the control plane"),
            (_, Some(base)) => (base, " of the nodes"),
            _ => (self.name, ""),
        }
    }
}

/// The difference in the unit of the metric, whatever the scale of the comparison.
pub(super) fn amount(effect: &Effect) -> Option<f64> {
    finite(effect.difference).and_then(|difference| in_unit(effect, difference))
}

/// The 95 % interval of that difference.
pub(super) fn amounts(effect: &Effect) -> Option<Interval> {
    let interval = bounded(effect.ci95)?;
    Some(Interval { low: in_unit(effect, interval.low)?, high: in_unit(effect, interval.high)? })
}

/// A relative change counts against the baseline's value.
fn in_unit(effect: &Effect, difference: f64) -> Option<f64> {
    match effect.scale {
        Scale::Absolute => Some(difference),
        Scale::Relative => finite(effect.baseline_value).map(|baseline| baseline * difference),
    }
}

/// Whether a verdict says that there is a difference.
pub(super) fn differs(effect: &Effect) -> bool {
    matches!(effect.verdict, Verdict::Improved | Verdict::Regressed)
}
