//! Whether a measurement can be trusted, and why not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a measurement, or a part of it, is in doubt.
///
/// ```
/// use meshery_core::validity::{Doubt, Reason};
///
/// let reason = Reason::new(Doubt::RateNotAchieved, "the generator fell behind").expected("2000/s").found("812/s");
/// assert_eq!(reason.to_string(), "rate_not_achieved: the generator fell behind: expected 2000/s, found 812/s");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// What kind of doubt, to branch on.
    pub code: Doubt,
    /// One sentence.
    pub message: String,
    /// What would have been fine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Kinds of doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Doubt {
    /// A threshold stopped it before its end.
    Aborted,
    /// Requests were not sent by the law, or at the times, that were asked for.
    Arrivals,
    /// The caller stopped it before its end.
    Cancelled,
    /// Latency in a closed loop: a stall holds the load back, so the figures hide it.
    ClosedLoop,
    /// The A/A control differs from the baseline: the setup sees differences where there are none.
    ControlMoved,
    /// Answers resemble their predecessors, so that there are fewer independent ones than there are.
    Dependent,
    /// Others took the processor away from the generator.
    Disturbed,
    /// The machine is not the one it was begun on, or was changed.
    EnvironmentChanged,
    /// Too many requests failed.
    Errors,
    /// The generator's threads were nearly out of processor time.
    GeneratorBusy,
    /// The generator's own lateness is too large a part of what it reports.
    GeneratorLate,
    /// A percentile is not known as precisely as was asked.
    Imprecise,
    /// The mean and the median of the differences point in opposite directions.
    MethodDisagreement,
    /// Nothing was answered.
    NoAnswers,
    /// The values cannot be compared, such as a ratio to zero.
    NotComparable,
    /// The run had not settled when its window began.
    NotSettled,
    /// The response time changed in the course of the run.
    NotSteady,
    /// A pair of runs lies far from the others. It counts; look at why.
    Outlier,
    /// A proxy or the upstream ended during the run.
    ProcessDied,
    /// The asked rate was not reached.
    RateNotAchieved,
    /// The mesh could not be installed, or failed its checks.
    SetupFailed,
    /// Not enough runs for a verdict.
    TooFewRuns,
    /// Not enough requests for this percentile.
    TooFewSamples,
    /// The tool that measured does not say this: the part is empty, not zero.
    Unknown,
    /// The target's identity was not verified, because that was switched off.
    Unverified,
    /// All differences are equal, so the usual test has no spread to work with.
    ZeroVariance,
}

impl Reason {
    /// A reason with its sentence.
    pub fn new(code: Doubt, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), expected: None, found: None }
    }

    /// Says what would have been fine.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what was seen.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = serde_json::to_value(self.code).unwrap_or_default();
        write!(f, "{}: {}", code.as_str().unwrap_or_default(), self.message)?;
        if let (Some(expected), Some(found)) = (&self.expected, &self.found) {
            write!(f, ": expected {expected}, found {found}")?;
        }
        Ok(())
    }
}

/// Whether a measurement can be trusted, and why not.
///
/// ```
/// use meshery_core::validity::{Doubt, Reason, Validity};
///
/// let mut validity = Validity::default();
/// assert!(validity.is_valid());
/// validity.invalid.push(Reason::new(Doubt::Errors, "too many failures"));
/// assert!(!validity.is_valid());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// Reasons not to use the figures at all. Empty: the measurement is valid.
    pub invalid: Vec<Reason>,
    /// Things to know when using them.
    pub warnings: Vec<Reason>,
}

impl Validity {
    /// Whether nothing speaks against the figures.
    pub fn is_valid(&self) -> bool {
        self.invalid.is_empty()
    }
}
