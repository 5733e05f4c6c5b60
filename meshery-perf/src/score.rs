//! The overhead of a mesh as one figure from 0 to 100.
//!
//! Each [`Term`] is what the mesh adds, divided by a reference scale: so many times the reference. Their weighted mean is
//! the cost, and
//!
//! ```text
//!          100                    Σ weight × max(0, added) / scale
//! score = ────────        cost = ──────────────────────────────────
//!         1 + cost                           Σ weight
//! ```
//!
//! so that the score is
//! - bounded: 100 at no cost, 50 at that of the reference, towards 0 with no end to the cost;
//! - monotone: whatever adds more latency, processor time or memory never scores higher;
//! - honest at the top: it is 100 only if no term adds anything. What a mesh saves on one term does not pay for another.
//!
//! | term | added is | scale | weight |
//! |---|---|---|---|
//! | [`LatencyP50`](Term::LatencyP50) | median with the mesh ÷ without − 1 | 1: twice as slow | 1 |
//! | [`LatencyP99`](Term::LatencyP99) | 99th percentile with the mesh ÷ without − 1 | 1: twice as slow | 1 |
//! | [`Cpu`](Term::Cpu) | seconds of processor time for 1,000 requests | 0.35 | 1 |
//! | [`Memory`](Term::Memory) | bytes | 40,000,000 | 1 |
//!
//! The scales of processor time and memory are what Istio's documentation
//! ([1.16](https://istio.io/v1.16/docs/ops/deployment/performance-and-scalability)) says of one Envoy at 1,000 requests per
//! second: 0.35 vCPU and 40 MB. So 50 is a mesh that doubles the latency with the processes of one such sidecar. All terms
//! weigh the same, for nothing tells which matters more to you; [`ScoreSpec`] changes that, and scores of different
//! specifications cannot be compared. Nor can those of different workloads: the faster the application, the larger the
//! same delay is beside it.
//!
//! A term that is not known is never taken for zero: then there is no score, only [`at_most`](Score::at_most), which the
//! missing terms could but lower.

use std::fmt;

use meshery_core::{Comparison, Error, Result, Verdict};
use serde::{Deserialize, Serialize};

/// A kind of overhead.
///
/// ```
/// assert_eq!(meshery_perf::score::Term::ALL.len(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// The median of the response time.
    LatencyP50,
    /// The 99th percentile of the response time.
    LatencyP99,
    /// Processor time for 1,000 requests.
    Cpu,
    /// Resident memory.
    Memory,
}

impl Term {
    /// Every term, in the order of results.
    pub const ALL: [Self; 4] = [Self::LatencyP50, Self::LatencyP99, Self::Cpu, Self::Memory];

    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::LatencyP50 => "latency_p50",
            Self::LatencyP99 => "latency_p99",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }

    /// The metric of a comparison that it is read from, and what its unit is multiplied by.
    fn metric(self) -> (&'static str, f64) {
        match self {
            Self::LatencyP50 => ("latency.p50", 1.0),
            Self::LatencyP99 => ("latency.p99", 1.0),
            // From nanoseconds for one request to seconds for 1,000.
            Self::Cpu => ("cpu_per_1000_requests", 1e-6),
            Self::Memory => ("memory", 1.0),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a mesh adds. `None` is not known.
///
/// ```
/// use meshery_perf::score::{Overhead, score};
///
/// let istio_1_16 = Overhead {
///     latency_p50: Some(1.0),
///     latency_p99: Some(1.0),
///     cpu_seconds_per_1000_requests: Some(0.35),
///     memory_bytes: Some(40e6),
/// };
/// assert_eq!(score(&istio_1_16).unwrap().value, Some(50.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overhead {
    /// The median with the mesh, divided by that without, less 1: 0.25 is 25 % slower. At least -1.
    pub latency_p50: Option<f64>,
    /// The same of the 99th percentile.
    pub latency_p99: Option<f64>,
    /// Processor time that is added for 1,000 requests, in seconds.
    pub cpu_seconds_per_1000_requests: Option<f64>,
    /// Memory that is added, in bytes.
    pub memory_bytes: Option<f64>,
}

impl Overhead {
    /// What an arm of a comparison adds to its baseline: the differences that were measured, whatever their verdict, but
    /// for invalid ones.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) for an arm that is not in the comparison.
    pub fn of_arm(comparison: &Comparison, arm: &str) -> Result<Self> {
        if !comparison.arms.iter().any(|known| known.spec.name == arm) {
            let names: Vec<_> = comparison.arms.iter().map(|arm| arm.spec.name.as_str()).collect();
            let expected = format!("one of {}", names.join(", "));
            return Err(Error::invalid("arm", "unknown arm").expected(expected).found(arm));
        }
        let added = |term: Term| {
            let (metric, factor) = term.metric();
            let effect = comparison.effect(arm, metric).filter(|effect| effect.verdict != Verdict::Invalid)?;
            effect.difference.map(|difference| difference * factor)
        };
        Ok(Self {
            latency_p50: added(Term::LatencyP50),
            latency_p99: added(Term::LatencyP99),
            cpu_seconds_per_1000_requests: added(Term::Cpu),
            memory_bytes: added(Term::Memory),
        })
    }

    /// What it adds on a term.
    pub fn of(&self, term: Term) -> Option<f64> {
        match term {
            Term::LatencyP50 => self.latency_p50,
            Term::LatencyP99 => self.latency_p99,
            Term::Cpu => self.cpu_seconds_per_1000_requests,
            Term::Memory => self.memory_bytes,
        }
    }
}

/// By how much each term is divided, and how much it weighs.
///
/// ```
/// use meshery_perf::score::{Overhead, ScoreSpec, Weighing};
///
/// let mut latency_only = ScoreSpec::default();
/// latency_only.cpu.weight = 0.0;
/// latency_only.memory.weight = 0.0;
/// let overhead = Overhead { latency_p50: Some(0.5), latency_p99: Some(1.5), ..Overhead::default() };
/// assert_eq!(latency_only.score(&overhead).unwrap().value, Some(50.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScoreSpec {
    /// Of the median.
    pub latency_p50: Weighing,
    /// Of the 99th percentile.
    pub latency_p99: Weighing,
    /// Of processor time.
    pub cpu: Weighing,
    /// Of memory.
    pub memory: Weighing,
}

/// How a term counts.
///
/// ```
/// let weighing: meshery_perf::score::Weighing = serde_json::from_str(r#"{ "scale": 2, "weight": 0.5 }"#).unwrap();
/// assert_eq!(weighing.scale, 2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighing {
    /// What counts as once the reference, in the unit of the term. Above 0.
    pub scale: f64,
    /// How much the term counts among the others. At least 0; at 0 it is left out.
    pub weight: f64,
}

impl Default for ScoreSpec {
    fn default() -> Self {
        let once = |scale| Weighing { scale, weight: 1.0 };
        Self { latency_p50: once(1.0), latency_p99: once(1.0), cpu: once(0.35), memory: once(40e6) }
    }
}

/// A score, and all that it comes from.
///
/// ```
/// use meshery_perf::score::{Overhead, Term, score};
///
/// let found = score(&Overhead { latency_p50: Some(1.0), latency_p99: Some(1.0), ..Overhead::default() }).unwrap();
/// assert_eq!((found.value, found.missing.as_slice()), (None, [Term::Cpu, Term::Memory].as_slice()));
/// assert!(found.at_most < 67.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// 0..=100, higher is less overhead; `None` when a term is missing.
    pub value: Option<f64>,
    /// The score if the missing terms added nothing: no value of theirs could make it higher.
    pub at_most: f64,
    /// Every term that is known and counts.
    pub parts: Vec<Part>,
    /// Every term that counts and is not known.
    pub missing: Vec<Term>,
}

/// What a term contributes.
///
/// ```
/// use meshery_perf::score::{Overhead, score};
///
/// let found = score(&Overhead { memory_bytes: Some(80e6), ..Overhead::default() }).unwrap();
/// assert_eq!(found.parts[0].cost, 0.5, "twice the reference, of a quarter of the weight");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which.
    pub term: Term,
    /// What is added, in the unit of the term; below 0 where the mesh saves.
    pub added: f64,
    /// The reference.
    pub scale: f64,
    /// The weight.
    pub weight: f64,
    /// Its part of the cost.
    pub cost: f64,
}

/// The score of an overhead by the default specification.
///
/// # Errors
/// Those of [`ScoreSpec::score`].
pub fn score(overhead: &Overhead) -> Result<Score> {
    ScoreSpec::default().score(overhead)
}

impl ScoreSpec {
    /// The score of an overhead.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the term as its place for a value that is no finite
    /// number, a latency below nothing, a scale that is not above 0 or a weight that is below.
    pub fn score(&self, overhead: &Overhead) -> Result<Score> {
        self.check()?;
        let total: f64 = Term::ALL.iter().map(|term| self.of(*term).weight).sum();
        let (mut parts, mut missing) = (Vec::new(), Vec::new());
        for term in Term::ALL.into_iter().filter(|term| self.of(*term).weight > 0.0) {
            let Weighing { scale, weight } = self.of(term);
            match overhead.of(term) {
                Some(added) => {
                    check_added(term, added)?;
                    let cost = (weight / total) * (added.max(0.0) / scale);
                    parts.push(Part { term, added, scale, weight, cost });
                }
                None => missing.push(term),
            }
        }
        let at_most = from_cost(&parts);
        Ok(Score { value: missing.is_empty().then_some(at_most), at_most, parts, missing })
    }

    /// How a term counts.
    pub fn of(&self, term: Term) -> Weighing {
        match term {
            Term::LatencyP50 => self.latency_p50,
            Term::LatencyP99 => self.latency_p99,
            Term::Cpu => self.cpu,
            Term::Memory => self.memory,
        }
    }

    fn check(&self) -> Result<()> {
        for term in Term::ALL {
            let Weighing { scale, weight } = self.of(term);
            let range = |field: &str, expected: &str, found: f64| {
                let place = format!("{term}.{field}");
                Err(Error::invalid(place, "out of range").expected(expected).found(found.to_string()))
            };
            if !(scale.is_finite() && scale > 0.0) {
                return range("scale", "above 0", scale);
            }
            if !(0.0..=1e9).contains(&weight) {
                return range("weight", "0 to 1e9", weight);
            }
        }
        if Term::ALL.iter().all(|term| self.of(*term).weight <= 0.0) {
            return Err(Error::invalid("weight", "no term counts").expected("at least one weight above 0").found("0"));
        }
        Ok(())
    }
}

fn check_added(term: Term, added: f64) -> Result<()> {
    let is_latency = matches!(term, Term::LatencyP50 | Term::LatencyP99);
    let (least, expected) = if is_latency { (-1.0, "a number from -1") } else { (f64::MIN, "a number") };
    if added.is_finite() && added >= least {
        return Ok(());
    }
    Err(Error::invalid(term.name(), "out of range").expected(expected).found(added.to_string()))
}

fn from_cost(parts: &[Part]) -> f64 {
    let cost: f64 = parts.iter().map(|part| part.cost).sum();
    let score = 100.0 / (1.0 + cost);
    // A cost too small to be seen beside 1 is a cost all the same.
    let adds = parts.iter().any(|part| part.added > 0.0);
    if adds { score.min(100_f64.next_down()) } else { score }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overhead([p50, p99, cpu, memory]: [Option<f64>; 4]) -> Overhead {
        Overhead { latency_p50: p50, latency_p99: p99, cpu_seconds_per_1000_requests: cpu, memory_bytes: memory }
    }

    fn all(values: [f64; 4]) -> Overhead {
        overhead(values.map(Some))
    }

    fn value(overhead: &Overhead) -> f64 {
        score(overhead).unwrap().value.unwrap()
    }

    #[test]
    fn the_reference_scores_fifty_and_nothing_a_hundred() {
        assert_eq!(value(&all([1.0, 1.0, 0.35, 40e6])).to_bits(), 50_f64.to_bits());
        assert_eq!(value(&all([0.0; 4])).to_bits(), 100_f64.to_bits());
        assert_eq!(value(&all([-0.5, 0.0, -1.0, 0.0])).to_bits(), 100_f64.to_bits());
        assert!(value(&all([-0.9, 0.0, 0.0, 1.0])) < 100.0, "savings do not pay");
        assert!(value(&all([1e300; 4])) >= 0.0);
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_place() {
        for (added, place) in [
            ([f64::NAN, 0.0, 0.0, 0.0], "latency_p50"),
            ([0.0, -1.5, 0.0, 0.0], "latency_p99"),
            ([0.0, 0.0, f64::INFINITY, 0.0], "cpu"),
        ] {
            assert_eq!(score(&all(added)).unwrap_err().report().place.as_deref(), Some(place));
        }
        let spec = |change: fn(&mut ScoreSpec)| {
            let mut spec = ScoreSpec::default();
            change(&mut spec);
            spec.score(&all([0.0; 4])).unwrap_err().report().place.clone().unwrap()
        };
        assert_eq!(spec(|spec| spec.memory.scale = 0.0), "memory.scale");
        assert_eq!(spec(|spec| spec.cpu.weight = -1.0), "cpu.weight");
        let none = Weighing { scale: 1.0, weight: 0.0 };
        let nothing = ScoreSpec { latency_p50: none, latency_p99: none, cpu: none, memory: none };
        assert_eq!(nothing.score(&all([0.0; 4])).unwrap_err().report().place.as_deref(), Some("weight"));
    }

    #[test]
    fn a_real_comparison_has_a_score_for_each_of_its_arms() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../meshery-core/tests/golden/documents/comparison.json");
        let comparison = meshery_core::json::read_comparison(&std::fs::read_to_string(path).unwrap()).unwrap();
        for arm in comparison.arms.iter().skip(1) {
            let name = arm.spec.name.as_str();
            let found = Overhead::of_arm(&comparison, name).unwrap();
            for (metric, added, factor) in [
                ("latency.p99", found.latency_p99, 1.0),
                ("cpu_per_1000_requests", found.cpu_seconds_per_1000_requests, 1e-6),
                ("memory", found.memory_bytes, 1.0),
            ] {
                let measured = comparison.effect(name, metric).and_then(|effect| effect.difference);
                assert_eq!(added, measured.map(|difference| difference * factor), "{name} {metric}");
            }
            let scored = score(&found).unwrap();
            assert!(scored.at_most > 0.0 && scored.value.is_some() == scored.missing.is_empty(), "{name}: {scored:?}");
        }
        let mut invalid = comparison.clone();
        invalid.effects.iter_mut().for_each(|effect| effect.verdict = Verdict::Invalid);
        assert_eq!(Overhead::of_arm(&invalid, "envoy").unwrap(), Overhead::default());
        assert_eq!(Overhead::of_arm(&comparison, "nobody").unwrap_err().report().place.as_deref(), Some("arm"));
    }

    /// An amount of any size, often nothing.
    fn amount() -> impl Strategy<Value = f64> {
        prop_oneof![Just(0.0), -1.0..0.0, (-20.0..20.0_f64).prop_map(|power| 10_f64.powf(power))]
    }

    fn spec() -> impl Strategy<Value = ScoreSpec> {
        let weighing = || ((-9.0..9.0_f64), 0.0..10.0_f64).prop_map(|(power, weight)| (10_f64.powf(power), weight));
        proptest::array::uniform4(weighing()).prop_map(|weighings| {
            let [latency_p50, latency_p99, cpu, memory] = weighings.map(|(scale, weight)| Weighing { scale, weight });
            ScoreSpec { latency_p50, latency_p99, cpu, memory }
        })
    }

    proptest! {
        #[test]
        fn a_score_lies_between_0_and_100_and_its_parts_explain_it(
            added in proptest::array::uniform4(amount()), spec in spec(),
        ) {
            let found = spec.score(&all(added)).unwrap();
            let score = found.value.unwrap();
            prop_assert!((0.0..=100.0).contains(&score));
            let cost: f64 = found.parts.iter().map(|part| part.cost).sum();
            prop_assert!((100.0 / (1.0 + cost) - score).abs() < 1e-9);
            prop_assert!(found.missing.is_empty());
        }

        #[test]
        fn more_is_never_better(
            added in proptest::array::uniform4(amount()), more in 0.0..1e9_f64, term in 0..4_usize, spec in spec(),
        ) {
            let mut worse = added;
            worse[term] += more;
            let (before, after) = (spec.score(&all(added)).unwrap(), spec.score(&all(worse)).unwrap());
            prop_assert!(after.value <= before.value);
        }

        #[test]
        fn a_hundred_means_that_nothing_is_added(added in proptest::array::uniform4(amount())) {
            let perfect = value(&all(added)) >= 100.0;
            prop_assert_eq!(perfect, added.iter().all(|added| *added <= 0.0));
        }

        #[test]
        fn what_is_missing_is_named_and_could_only_lower_the_score(
            added in proptest::array::uniform4(amount()), known in proptest::array::uniform4(any::<bool>()), spec in spec(),
        ) {
            let mut some = added.map(Some);
            some.iter_mut().zip(known).filter(|(_, known)| !known).for_each(|(term, _)| *term = None);
            let found = spec.score(&overhead(some)).unwrap();
            let counts = |term: &Term| spec.of(*term).weight > 0.0;
            let unknown: Vec<Term> =
                Term::ALL.into_iter().zip(known).filter(|(_, known)| !known).map(|(term, _)| term).filter(counts).collect();
            prop_assert_eq!(&found.missing, &unknown);
            prop_assert_eq!(found.value.is_none(), !unknown.is_empty());
            prop_assert!(spec.score(&all(added)).unwrap().value <= Some(found.at_most));
        }

        #[test]
        fn a_score_survives_json(added in proptest::array::uniform4(amount())) {
            let found = score(&all(added)).unwrap();
            let text = serde_json::to_string(&found).unwrap();
            let read: Score = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.parts.len(), found.parts.len());
            prop_assert!((read.at_most - found.at_most).abs() < 1e-9);
        }
    }
}
