//! Configuration analysis.
