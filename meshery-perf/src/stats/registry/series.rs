//! Methods of values in the order of time.

use meshery_core::Result;

use super::{Figures, Settings};
use crate::stats::estimate::within_run;
use crate::stats::series::adf::{self, Adf};
use crate::stats::series::autocorrelation::{LjungBox, autocorrelation as correlations};
use crate::stats::series::baseline;
use crate::stats::series::change::detector::Detector;
use crate::stats::series::change::hunter::Hunter;
use crate::stats::series::change::permutation::{self, EDivisive, Form};
use crate::stats::series::effective_sample_size::EffectiveSampleSize;
use crate::stats::series::kpss::{self, Kpss};
use crate::stats::series::mann_kendall::MannKendall;
use crate::stats::series::mser::Mser;
use crate::stats::series::settling::Settling;
use crate::stats::series::spearman::Spearman;

pub(super) fn adf(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    // No number of lags is that of the information criterion.
    let lags = match settings.count("lags", u32::MAX)? {
        u32::MAX => adf::Lags::Akaike,
        lags => adf::Lags::Fixed(lags as usize),
    };
    let Some(test) = Adf::of(values, lags)? else { return Ok(Figures::default()) };
    let figures = Figures::default().with("p", test.p).with("statistic", test.statistic);
    Ok(figures.count("lags", test.lags).count("observations", test.observations).list("critical", test.critical))
}

pub(super) fn autocorrelation(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let found = correlations(values, settings.count("lags", 10)? as usize)?;
    Ok(found.map_or_else(Figures::default, |found| Figures::default().list("autocorrelation", found)))
}

/// The settings of the detector of change points.
pub(super) const CHANGES: &[&str] = &["max_p", "min_segment", "min_shift", "permutations", "seed"];

pub(super) fn change_points(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let usual = Detector::default();
    let detector = Detector {
        max_p: settings.number("max_p", usual.max_p)?,
        min_segment: settings.count("min_segment", usual.min_segment as u32)? as usize,
        min_shift: settings.number("min_shift", usual.min_shift)?,
        permutations: settings.count("permutations", usual.permutations)?,
        seed: settings.seed()?,
    };
    let found = detector.change_points(values)?;
    Ok(Figures::default()
        .list("at", found.iter().map(|change| change.at as f64))
        .list("p", found.iter().map(|change| change.p))
        .list("before", found.iter().map(|change| change.before))
        .list("after", found.iter().map(|change| change.after)))
}

pub(super) fn e_divisive(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let search = EDivisive {
        form: settings.word("form", &[("any_following", Form::AnyFollowing), ("whole_rest", Form::WholeRest)])?,
        max_p: settings.number("max_p", 0.05)?,
        permutations: settings.count("permutations", 999)?,
        seed: settings.seed()?,
    };
    Ok(Figures::default().list("at", search.change_points(values)?.into_iter().map(|at| at as f64)))
}

pub(super) fn first_candidate(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let (at, divergence) = permutation::first_candidate(values)?;
    Ok(Figures::default().count("at", at).with("divergence", divergence))
}

pub(super) fn effective_sample_size(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let Some(found) = EffectiveSampleSize::of(values)? else { return Ok(Figures::default()) };
    Ok(Figures::default()
        .with("size", found.size)
        .with("inefficiency", found.inefficiency)
        .with("variance", found.variance)
        .with("variance_of_mean", found.variance_of_mean)
        .count("batch", found.batch)
        .count("batches", found.batches))
}

pub(super) fn hunter(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let hunter = Hunter {
        window: settings.count("window", 50)? as usize,
        max_p: settings.number("max_p", 0.001)?,
        min_magnitude: settings.number("min_magnitude", 0.0)?,
    };
    let (found, weak) = (hunter.change_points(values)?, hunter.weak_points(values)?);
    Ok(Figures::default()
        .list("at", found.iter().map(|change| change.at as f64))
        .list("p", found.iter().map(|change| change.p))
        .list("before", found.iter().map(|change| change.mean_before))
        .list("after", found.iter().map(|change| change.mean_after))
        .list("weak", weak.iter().map(|change| change.at as f64)))
}

pub(super) fn kpss(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let lags = settings.word("lags", &[("automatic", kpss::Lags::Automatic), ("schwert", kpss::Lags::Schwert)])?;
    let Some(test) = Kpss::of(values, lags)? else { return Ok(Figures::default()) };
    Ok(Figures::default().with("p", test.p).with("statistic", test.statistic).count("lags", test.lags))
}

pub(super) fn ljung_box(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let found = LjungBox::of(values, settings.count("lags", 10)? as usize)?;
    let (p, q) = (found.as_ref().map(|found| found.p), found.as_ref().map(|found| found.q));
    Ok(Figures::default().with("p", p).with("q", q))
}

pub(super) fn mann_kendall(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = MannKendall::of(values)?;
    let (p, tau) = (found.as_ref().map(|found| found.p), found.as_ref().map(|found| found.tau));
    Ok(Figures::default().with("p", p).with("tau", tau))
}

pub(super) fn mser(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Mser::of(values)?;
    Ok(Figures::default()
        .count("truncation", found.truncation)
        .count("cut", found.cut)
        .count("batches", found.batches)
        .with("error", found.error)
        .with("error_uncut", found.error_uncut)
        .with("at_limit", f64::from(u8::from(found.at_limit))))
}

pub(super) fn noise_floor(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    Ok(Figures::default().with("step", baseline::noise_floor(values)?))
}

pub(super) fn prediction(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let found = baseline::prediction(values, settings.number("confidence", 0.95)?)?;
    let figures = Figures::default().with("low", found.map(|interval| interval.low));
    Ok(figures.with("high", found.map(|interval| interval.high)))
}

pub(super) fn settling(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Settling::of(values)?;
    let figures = Figures::default().count("cut", found.cut).with("p_level", found.level_p);
    Ok(figures.with("p_trend", found.trend_p).with("p_unit_root", found.unit_root_p))
}

pub(super) fn spearman_lag_one(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Spearman::lag_one(values)?;
    let (p, rho) = (found.as_ref().map(|found| found.p), found.as_ref().map(|found| found.rho));
    Ok(Figures::default().with("p", p).with("rho", rho))
}

pub(super) fn within_run_error(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    Ok(Figures::default().with("error", within_run::quantile_error(values, settings.number("q", 0.5)?)?))
}
