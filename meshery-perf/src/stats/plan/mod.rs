//! Before the runs: how many are needed, and what can be seen with those there are.

pub mod power;
