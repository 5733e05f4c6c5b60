//! Statistics over whole runs. Pure: no I/O, no clock, every seed a parameter. Distributions from statrs.
//!
//! | module | holds |
//! |---|---|
//! | [`choose`] | the front door: state the design and the scale, get the right tests and their warnings |
//! | [`verdict`] | from an answer to improved, regressed, equivalent, inconclusive or invalid |
//! | [`registry`] | every method by name, with what it needs and answers |
//! | [`mod@test`] | tests of two samples, and budgets |
//! | [`estimate`] | quantiles, shifts, ratios and effect sizes, with intervals |
//! | [`series`] | warm-up, stationarity, dependence, change points |
//! | [`fit`] | one sample against a distribution |
//! | [`multiple`] | corrections of p-values for their number |
//! | [`plan`], [`sequential`] | power and runs needed; looking more than once |
//! | [`summary`] | plain descriptions |
//!
//! Everywhere `x` is the baseline and `y` the candidate, and one value stands for one run unless a method says otherwise.
//! Input that is not finite or too small is an `InvalidInput` error that names the place. What a sample cannot support is
//! `None`. No NaN and no infinity leaves this module.

#![allow(clippy::many_single_char_names, clippy::similar_names, reason = "the letters of the published formulas")]

pub mod choose;
pub mod estimate;
pub mod fit;
mod input;
mod merge;
pub mod multiple;
pub mod plan;
mod rank;
pub mod registry;
pub mod sequential;
pub mod series;
mod special;
pub mod summary;
pub mod test;
pub mod verdict;

pub use test::paired_t;

/// The arithmetic mean; `None` for an empty sample.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation (divisor n − 1); `None` below two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() >= 2).then(|| (squares / (values.len() - 1) as f64).sqrt())
}
