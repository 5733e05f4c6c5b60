//! Values in the order of time: whether they depend on each other, whether they settled, whether they drift.

pub mod adf;
pub mod autocorrelation;
pub mod baseline;
pub mod change;
pub mod effective_sample_size;
pub mod kpss;
mod least_squares;
pub mod mann_kendall;
pub mod mser;
pub mod settling;
pub mod spearman;
