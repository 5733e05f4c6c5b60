//! Requests must have been sent by the law that was asked for, as far as can be told from the sends themselves.
//!
//! Random arrivals are held against their distribution (Anderson & Darling 1952); arrivals whose times are given are held
//! against these. Either is a warning: what spoils the figures themselves is lateness, and has a rule of its own.

use meshery_core::Pace;
use meshery_core::measurement::{Doubt, Reason, Validity};
use statrs::distribution::{ContinuousCDF, Gamma};

use super::{Run, percent};
use crate::engine::sample::Sampled;
use crate::stats::fit::anderson_darling::{AndersonDarling, Distribution};

/// As Lancet: twice what 1 % of true samples exceed. A clock that counts nanoseconds is no true sample.
const CRITICAL: f64 = 2.0;
/// More gaps would find what does not matter.
const GAPS: usize = 1000;
/// A gap that is off by a larger part of the mean gap is a wrong one.
const OFF: f64 = 0.5;
/// The largest share of wrong gaps.
const WRONG: f64 = 0.05;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let spec = &run.measurement.spec;
    let found = match (&spec.pace, run.measurement.asked) {
        (Pace::Closed, _) | (_, None) => None,
        (Pace::Poisson(_) | Pace::PoissonExact(_), Some(rate)) => random(run.blocks, rate.get(), spec.threads),
        (_, Some(_)) => given(run.blocks),
    };
    validity.warnings.extend(found);
}

/// The gaps between the sends of one thread of `threads` are sums of as many exponential ones (superposition).
fn random(blocks: &[Vec<Sampled>], rate: f64, threads: u32) -> Option<Reason> {
    let gaps: Vec<f64> = gaps(blocks, |sampled| sampled.sent).take(GAPS).map(|nanos| nanos / 1e9).collect();
    let law = Gamma::new(f64::from(threads), rate).ok()?;
    let uniform: Vec<f64> = gaps.iter().map(|gap| law.cdf(*gap)).collect();
    let fit = AndersonDarling::of(&uniform, Distribution::Uniform { low: 0.0, high: 1.0 }).ok()?;
    let limit = CRITICAL * fit.critical_1_percent;
    (fit.modified > limit).then(|| {
        Reason::new(Doubt::Arrivals, "requests were not sent by the law that was asked for")
            .expected(format!("an Anderson–Darling statistic of at most {limit:.2}"))
            .found(format!("{:.2} over {} gaps", fit.modified, gaps.len()))
    })
}

fn given(blocks: &[Vec<Sampled>]) -> Option<Reason> {
    let intended: Vec<f64> = gaps(blocks, |sampled| sampled.intended).collect();
    let limit = OFF * crate::stats::mean(&intended)?;
    let wrong =
        gaps(blocks, |sampled| sampled.sent).zip(&intended).filter(|(gap, wanted)| (gap - **wanted).abs() > limit);
    let share = wrong.count() as f64 / intended.len() as f64;
    (share > WRONG).then(|| {
        Reason::new(Doubt::Arrivals, "requests were not sent at the distances that were asked for")
            .expected(format!("at most {} of all off by more than half a gap", percent(WRONG)))
            .found(percent(share))
    })
}

/// The times between neighbours, in nanoseconds.
fn gaps(blocks: &[Vec<Sampled>], of: fn(&Sampled) -> u64) -> impl Iterator<Item = f64> {
    let pairs = blocks.iter().flat_map(|block| block.windows(2));
    pairs.map(move |pair| of(&pair[1]) as f64 - of(&pair[0]) as f64)
}
