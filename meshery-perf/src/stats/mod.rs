//! Statistics over whole runs. Pure, one file per method, distributions from statrs. No NaN leaves this module: what is
//! not defined is `None`.

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
