//! Methods of one sample in any order, of p-values, and of no sample at all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use meshery_core::{Error, Result};

use super::{Figures, Settings};
use crate::stats::estimate::harrell_davis;
use crate::stats::estimate::quantile::{Definition, OrderInterval, quantile as quantile_of};
use crate::stats::fit::anderson_darling::{AndersonDarling, Distribution};
use crate::stats::input;
use crate::stats::plan::power::{Design, Plan};
use crate::stats::sequential::spending::ObrienFleming;
use crate::stats::summary::Summary;

pub(super) fn anderson_darling(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let test = AndersonDarling::of(values, Distribution::ExponentialOfAnyMean)?;
    Ok(Figures::default().with("p", test.p).with("statistic", test.statistic))
}

pub(super) fn harrell_davis(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    Ok(Figures::default().with("quantile", harrell_davis::harrell_davis(values, settings.number("q", 0.5)?)?))
}

pub(super) fn order_interval(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let found = OrderInterval::of(values, settings.number("q", 0.5)?, settings.number("confidence", 0.95)?)?;
    let figures = Figures::default().with("low", found.lower).with("high", found.upper);
    Ok(figures.list("ranks", [found.lower_rank as f64, found.upper_rank as f64]))
}

pub(super) fn quantile(values: &[f64], settings: Settings<'_>) -> Result<Figures> {
    let definitions =
        [("linear", Definition::Linear), ("median_unbiased", Definition::MedianUnbiased), ("rank", Definition::Rank)];
    let (q, definition) = (settings.number("q", 0.5)?, settings.word("definition", &definitions)?);
    Ok(Figures::default().with("quantile", quantile_of(values, q, definition)?))
}

pub(super) fn summary(values: &[f64], _: Settings<'_>) -> Result<Figures> {
    let found = Summary::of(values)?;
    Ok(Figures::default()
        .count("n", found.n)
        .with("sum", found.sum)
        .with("mean", found.mean)
        .with("variance", found.variance)
        .with("median", found.median)
        .with("mad", found.mad)
        .with("min", found.min)
        .with("max", found.max))
}

/// A correction for the number of tests; the sample holds their p-values.
pub(super) fn corrected(p: &[f64], correction: fn(&[f64]) -> Vec<f64>) -> Result<Figures> {
    input::sample("p", p, 1)?;
    if let Some(index) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let error = Error::invalid(format!("p[{index}]"), "not a p-value").expected("a number from 0 to 1");
        return Err(error.found(p[index].to_string()));
    }
    Ok(Figures::default().list("p_adjusted", correction(p)))
}

/// The settings of what is planned.
pub(super) const PLAN: &[&str] = &["sd", "effect", "runs", "power", "alpha", "design"];

pub(super) fn power(settings: Settings<'_>) -> Result<Figures> {
    let design = settings.word("design", &[("paired", Design::Paired), ("unpaired", Design::Unpaired)])?;
    let plan = Plan { sd: settings.number("sd", 0.03)?, alpha: settings.number("alpha", 0.05)?, design };
    let (effect, power) = (settings.number("effect", 0.05)?, settings.number("power", 0.8)?);
    let runs = settings.count("runs", 10)?;
    Ok(Figures::default()
        .with("power", plan.power(effect, f64::from(runs))?)
        .with("runs", plan.runs(effect, power)?)
        .with("runs_for_equivalence", plan.runs_for_equivalence(effect, power)?.map(f64::from))
        .with("detectable", plan.detectable(runs, power)?))
}

pub(super) fn obrien_fleming(settings: Settings<'_>) -> Result<Figures> {
    let looks = settings.numbers("looks", &[5.0, 10.0, 15.0, 20.0])?;
    let looks: Vec<u32> = looks.iter().map(|look| look.clamp(0.0, f64::from(u32::MAX)) as u32).collect();
    Ok(Figures::default().list("levels", ObrienFleming::new(&looks, settings.number("alpha", 0.05)?)?.levels))
}

pub(super) fn hdr_histogram(settings: Settings<'_>) -> Result<Figures> {
    let wrong = |why: String| Error::invalid("encoded", "not an HdrHistogram V2 deflate log").found(why);
    let bytes = BASE64.decode(settings.text("encoded", "")?).map_err(|error| wrong(error.to_string()))?;
    let found: Histogram<u64> =
        Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(|error| wrong(error.to_string()))?;
    let q = settings.number("q", 0.5)?;
    input::share("q", q)?;
    let figures = Figures::default().with("count", found.len() as f64);
    if found.is_empty() {
        return Ok(figures);
    }
    Ok(figures
        .with("min", found.min() as f64)
        .with("mean", found.mean())
        .with("max", found.max() as f64)
        .with("quantile", found.value_at_quantile(q) as f64))
}
