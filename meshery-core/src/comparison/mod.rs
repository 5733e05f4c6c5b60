//! Comparisons: arms under the same load in interleaved blocks, and verdicts over whole runs.

mod effect;
mod overhead;
mod result;
mod spec;
mod telemetry;

pub use effect::{Effect, Interval, Scale, Unit, Verdict};
pub use overhead::{ProcessUse, Propagation};
pub use result::{Arm, Comparison, End, Environment, FORMAT, Run};
pub use spec::{ArmSpec, ComparisonSpec, Judge, RunLoad};
pub use telemetry::{Component, CredentialFiles, Telemetry};
