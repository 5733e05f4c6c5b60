//! Estimates of one number, with intervals, one file each.

pub mod quantile;
