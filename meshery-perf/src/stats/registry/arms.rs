//! Methods of two samples, and of the differences of pairs.

use meshery_core::Result;
use meshery_core::comparison::Interval;

use super::{Figures, Settings};
use crate::stats::estimate::bootstrap::{self, Bootstrap, Resampled};
use crate::stats::estimate::cliffs_delta::Dominance;
use crate::stats::estimate::energy::Energy;
use crate::stats::estimate::fieller::Ratio;
use crate::stats::estimate::harrell_davis::harrell_davis;
use crate::stats::estimate::hodges_lehmann::{self, HodgesLehmann};
use crate::stats::sequential::confidence_sequence::ConfidenceSequence;
use crate::stats::series::spearman::Spearman;
use crate::stats::test::Alternative::{Greater, Less, TwoSided};
use crate::stats::test::anderson_darling_two_sample::{AndersonDarlingTwoSample, Steps};
use crate::stats::test::brunner_munzel::BrunnerMunzel;
use crate::stats::test::kolmogorov_smirnov::KolmogorovSmirnov;
use crate::stats::test::mann_whitney::MannWhitney;
use crate::stats::test::paired_t::PairedT;
use crate::stats::test::permutation::Permutation;
use crate::stats::test::signed_rank::SignedRank;
use crate::stats::test::t::TEstimate;
use crate::stats::test::welch;

/// The settings of t tests.
pub(super) const T: &[&str] = &["confidence", "margin"];

fn ends(figures: Figures, interval: Option<Interval>) -> Figures {
    figures.with("low", interval.map(|interval| interval.low)).with("high", interval.map(|interval| interval.high))
}

fn t(test: &TEstimate, settings: Settings<'_>) -> Result<Figures> {
    let figures = Figures::default()
        .with("p", test.p(TwoSided))
        .with("p_less", test.p(Less))
        .with("p_greater", test.p(Greater))
        .with("estimate", test.estimate)
        .with("standard_error", test.standard_error)
        .with("t", test.t())
        .with("degrees_of_freedom", test.degrees_of_freedom);
    let figures = ends(figures, Some(test.interval(settings.number("confidence", 0.95)?)));
    let equivalence = test.equivalence(settings.number("margin", 0.05)?);
    Ok(figures.with("p_above_lower", equivalence.p_lower).with("p_below_upper", equivalence.p_upper))
}

pub(super) fn welch(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    t(&welch::welch(x, y)?, settings)
}

pub(super) fn student(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    t(&welch::student(x, y)?, settings)
}

pub(super) fn log_ratio(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    t(&welch::log_ratio(x, y)?, settings)
}

pub(super) fn anderson_darling_two_sample(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let steps = settings.word("steps", &[("midrank", Steps::Midrank), ("right", Steps::Right)])?;
    let test = AndersonDarlingTwoSample::of(x, y, steps)?;
    let (p, statistic) = (test.map(|test| test.p), test.map(|test| test.statistic));
    Ok(Figures::default().with("p", p).with("statistic", statistic))
}

type Statistic = fn(&[f64], &[f64]) -> f64;
type Ends = fn(&Resampled, f64) -> Result<Option<Interval>>;

/// The settings of the bootstrap.
pub(super) const BOOTSTRAP: &[&str] = &["statistic", "interval", "resamples", "seed", "confidence"];

pub(super) fn bootstrap(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let statistics: [(&str, Statistic); 3] = [
        ("difference_of_means", bootstrap::difference_of_means),
        ("difference_of_medians", bootstrap::difference_of_medians),
        ("log_ratio_of_means", bootstrap::log_ratio_of_means),
    ];
    let intervals: [(&str, Ends); 4] = [
        ("expanded_percentile", |found, confidence| found.expanded_percentile(confidence).map(Some)),
        ("basic", |found, confidence| found.basic(confidence).map(Some)),
        ("bias_corrected", Resampled::bias_corrected),
        ("percentile", |found, confidence| found.percentile(confidence).map(Some)),
    ];
    let (statistic, interval) = (settings.word("statistic", &statistics)?, settings.word("interval", &intervals)?);
    let resamples = settings.count("resamples", 9999)? as usize;
    let found = Bootstrap { resamples, seed: settings.seed()? }.independent(x, y, statistic)?;
    let interval = interval(&found, settings.number("confidence", 0.95)?)?;
    Ok(ends(Figures::default().with("point", found.point), interval))
}

pub(super) fn brunner_munzel(x: &[f64], y: &[f64], _: Settings<'_>) -> Result<Figures> {
    let test = BrunnerMunzel::of(x, y)?;
    let (p, statistic) = (test.map(|test| test.p), test.map(|test| test.statistic));
    Ok(Figures::default().with("p", p).with("statistic", statistic))
}

pub(super) fn cliffs_delta(x: &[f64], y: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Dominance::of(x, y)?;
    Ok(Figures::default().with("delta", found.delta).with("a12", found.a12))
}

pub(super) fn energy(x: &[f64], y: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Energy::of(x, y)?;
    let figures = Figures::default().with("distance", found.distance).with("statistic", found.statistic);
    Ok(figures.with("inhomogeneity", found.inhomogeneity))
}

pub(super) fn fieller(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let found = Ratio::independent(x, y, settings.number("confidence", 0.95)?)?;
    let ratio = found.as_ref().map(|found| found.ratio);
    Ok(ends(Figures::default().with("ratio", ratio), found.and_then(|found| found.interval)))
}

pub(super) fn harrell_davis_shift(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let q = settings.numbers("q", &[0.5])?;
    let of = |values| q.iter().map(|q| harrell_davis(values, *q)).collect::<Result<Vec<f64>>>();
    let (baseline, candidate) = (of(x)?, of(y)?);
    let shift = baseline.iter().zip(candidate).map(|(baseline, candidate)| candidate - baseline);
    Ok(Figures::default().list("shift", shift.collect::<Vec<_>>()).list("baseline", baseline))
}

pub(super) fn hodges_lehmann(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let found = HodgesLehmann::of(x, y, settings.number("confidence", 0.95)?)?;
    let figures = ends(Figures::default().with("shift", found.shift), Some(found.interval));
    Ok(figures.with("rank", found.rank as f64).with("achieved", found.achieved))
}

pub(super) fn kolmogorov_smirnov(x: &[f64], y: &[f64], _: Settings<'_>) -> Result<Figures> {
    let test = KolmogorovSmirnov::of(x, y)?;
    Ok(Figures::default()
        .with("p", test.p())
        .with("p_exact", test.p_exact())
        .with("p_limit", test.p_limit())
        .with("distance", test.distance)
        .with("location", test.location)
        .with("sign", if test.candidate_is_larger { 1.0 } else { -1.0 }))
}

pub(super) fn mann_whitney(x: &[f64], y: &[f64], _: Settings<'_>) -> Result<Figures> {
    let test = MannWhitney::of(x, y)?;
    Ok(Figures::default()
        .with("p", test.p(TwoSided))
        .with("p_exact", test.p_exact(TwoSided))
        .with("p_exact_less", test.p_exact(Less))
        .with("p_exact_greater", test.p_exact(Greater))
        .with("p_asymptotic", test.p_asymptotic(TwoSided, true))
        .with("p_asymptotic_less", test.p_asymptotic(Less, true))
        .with("p_asymptotic_greater", test.p_asymptotic(Greater, true))
        .with("p_without_continuity", test.p_asymptotic(TwoSided, false))
        .with("u_baseline", test.u_x)
        .with("u_candidate", test.u_y))
}

/// The settings of tests that rearrange.
pub(super) const REARRANGE: &[&str] = &["rearrangements", "seed"];

fn rearranged(settings: Settings<'_>) -> Result<Permutation> {
    Ok(Permutation { rearrangements: settings.count("rearrangements", 9999)?, seed: settings.seed()? })
}

pub(super) fn permutation(x: &[f64], y: &[f64], settings: Settings<'_>) -> Result<Figures> {
    Ok(Figures::default().with("p", rearranged(settings)?.independent(x, y)?.p))
}

pub(super) fn spearman(x: &[f64], y: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Spearman::of(x, y)?;
    let (p, rho) = (found.as_ref().map(|found| found.p), found.as_ref().map(|found| found.rho));
    Ok(Figures::default().with("p", p).with("rho", rho))
}

pub(super) fn confidence_sequence(differences: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let sequence =
        ConfidenceSequence { alpha: settings.number("alpha", 0.05)?, weight: settings.number("weight", 1.0)? };
    Ok(ends(Figures::default(), sequence.t_mixture(differences)?))
}

pub(super) fn hodges_lehmann_paired(differences: &[f64], _: Settings<'_>) -> Result<Figures> {
    Ok(Figures::default().with("shift", hodges_lehmann::paired(differences)?))
}

pub(super) fn paired_t(differences: &[f64], settings: Settings<'_>) -> Result<Figures> {
    PairedT::of(differences).map_or_else(|| Ok(Figures::default()), |test| t(&test.estimate(), settings))
}

pub(super) fn sign_flips(differences: &[f64], settings: Settings<'_>) -> Result<Figures> {
    Ok(Figures::default().with("p", rearranged(settings)?.sign_flips(differences)?.p))
}

pub(super) fn signed_rank(differences: &[f64], _: Settings<'_>) -> Result<Figures> {
    let test = SignedRank::of(differences)?;
    Ok(Figures::default()
        .with("p", test.p(TwoSided))
        .with("p_exact", test.p_exact(TwoSided))
        .with("p_asymptotic", test.p_asymptotic(TwoSided))
        .with("positive", test.positive)
        .with("negative", test.negative)
        .with("smaller", test.positive.min(test.negative)))
}
