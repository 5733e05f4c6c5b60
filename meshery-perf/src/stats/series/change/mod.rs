//! Where a series changes its level: E-divisive (Matteson & James 2014) and what was made of it.
//!
//! | module | holds |
//! |---|---|
//! | [`detector`] | the project's own: seeded, aware of autocorrelation, with a least segment and a least shift |
//! | [`hunter`] | windows, t tests and merging (Fleming et al. 2023), for comparison with tools that do the same |
//! | [`permutation`] | the plain algorithm with permutation tests, in both of its common forms |

pub mod detector;
mod divergence;
pub mod hunter;
mod null;
pub mod permutation;
