//! Comparisons: arms under the same load in interleaved blocks, and verdicts over whole runs.

mod effect;
mod result;
mod spec;

pub use effect::{Effect, Interval, Scale, Unit, Verdict};
pub use result::{Arm, Comparison, End, Environment, FORMAT, ProcessUse, Run};
pub use spec::{ArmSpec, ComparisonSpec, Judge, RunLoad};
