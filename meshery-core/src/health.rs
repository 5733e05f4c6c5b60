//! How an object of a cluster is.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an object is, told from what it says of itself.
///
/// ```
/// use meshery_core::Health;
///
/// let health = Health::Progressing { reason: "1 of 2 replicas are ready".into() };
/// assert!(!health.is_ready());
/// assert_eq!(health.to_string(), "progressing: 1 of 2 replicas are ready");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "health", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// It is as its specification wants it.
    Ready,
    /// It is not there yet, and may get there by itself.
    Progressing {
        /// What is missing.
        reason: String,
    },
    /// It will not get there by itself.
    Failed {
        /// What is wrong.
        reason: String,
    },
    /// It is on its way out.
    Terminating {
        /// What holds it.
        reason: String,
    },
}

impl Health {
    /// Not there yet.
    pub fn progressing(reason: impl Into<String>) -> Self {
        Self::Progressing { reason: reason.into() }
    }

    /// Never there by itself.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into() }
    }

    /// Whether it is as its specification wants it.
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }

    /// Why it is not ready; empty when it is.
    pub fn reason(&self) -> &str {
        match self {
            Self::Ready => "",
            Self::Progressing { reason } | Self::Failed { reason } | Self::Terminating { reason } => reason,
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Ready => return f.write_str("ready"),
            Self::Progressing { .. } => "progressing",
            Self::Failed { .. } => "failed",
            Self::Terminating { .. } => "terminating",
        };
        write!(f, "{word}: {}", self.reason())
    }
}
