//! Does one sample follow a given distribution?

pub mod anderson_darling;
