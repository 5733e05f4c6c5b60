//! Estimates of one number, with intervals, one file each.

pub mod bootstrap;
pub mod cliffs_delta;
pub mod energy;
pub mod fieller;
pub mod harrell_davis;
pub mod hodges_lehmann;
pub mod quantile;
mod selection;
pub mod shift_function;
pub mod within_run;
