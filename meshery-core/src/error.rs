//! Errors: a kind to branch on, context to read, the place, what was expected and what was found.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The result of every fallible call in meshery.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as something to branch on. The same codes reach Python (`error.code`) and Node (`error.code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// Somebody else is at work on the same thing.
    Busy,
    /// The caller asked to stop.
    Cancelled,
    /// A mesh or a proxy does not do what its plan says it does.
    CheckFailed,
    /// What is wanted collides with what somebody else made, or wants.
    Conflict,
    /// A defect of meshery itself.
    Internal,
    /// A value is unknown, malformed, out of range or carries a wrong unit.
    InvalidInput,
    /// A file or the operating system refused.
    Io,
    /// A document is larger, deeper or more repetitive than the reader allows.
    LimitExceeded,
    /// What is asked for is not there, or not there any more.
    NotFound,
    /// Somebody else listens on the port.
    PortInUse,
    /// A process ended that should be running.
    ProcessDied,
    /// A program that the plan needs is not on this machine.
    ProgramMissing,
    /// The peer broke the protocol.
    Protocol,
    /// A server does not permit it, or takes it for wrong.
    Refused,
    /// A document cannot be parsed.
    Syntax,
    /// Something did not happen in time.
    Timeout,
    /// A certificate or a handshake was refused.
    Tls,
    /// Nobody answers at the address.
    Unreachable,
    /// This platform, or this build, cannot do it.
    Unsupported,
    /// A program is too old or too new.
    VersionUnsupported,
}

impl ErrorKind {
    /// The stable code of this kind, for example `invalid_input`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::CheckFailed => "check_failed",
            Self::Conflict => "conflict",
            Self::Internal => "internal",
            Self::InvalidInput => "invalid_input",
            Self::Io => "io",
            Self::LimitExceeded => "limit_exceeded",
            Self::NotFound => "not_found",
            Self::PortInUse => "port_in_use",
            Self::ProcessDied => "process_died",
            Self::ProgramMissing => "program_missing",
            Self::Protocol => "protocol",
            Self::Refused => "refused",
            Self::Syntax => "syntax",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Unreachable => "unreachable",
            Self::Unsupported => "unsupported",
            Self::VersionUnsupported => "version_unsupported",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An error of meshery.
///
/// ```
/// use meshery_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::InvalidInput, "unknown mesh")
///     .at("arms[1].mesh")
///     .expected("one of envoy, none")
///     .found("envoi");
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert_eq!(error.to_string(), "arms[1].mesh: unknown mesh: expected one of envoy, none, found envoi");
/// ```
#[derive(thiserror::Error)]
#[error("{report}")]
pub struct Error {
    report: Box<ErrorReport>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The serializable face of an [`Error`]: what bindings and result files carry.
///
/// ```
/// use meshery_core::{Error, ErrorKind};
///
/// let report = Error::new(ErrorKind::Timeout, "envoy was not ready").report().clone();
/// assert_eq!(serde_json::to_value(&report).unwrap()["code"], "timeout");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorReport {
    /// The kind, to branch on.
    pub code: ErrorKind,
    /// What happened, in one sentence.
    pub message: String,
    /// Where: a field path (`arms[1].mesh`), a file position (`a.yaml:3:7`) or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What would have been right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// Further facts, by name: a path, the last lines of a log, a command that helps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<(String, String)>,
}

impl Error {
    /// An error of this kind; `message` is one sentence without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let report = ErrorReport {
            code: kind,
            message: message.into(),
            place: None,
            expected: None,
            found: None,
            context: Vec::new(),
        };
        Self { report: Box::new(report), source: None }
    }

    /// Shorthand for [`ErrorKind::InvalidInput`] at a place.
    pub fn invalid(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message).at(place)
    }

    /// Names the place. An outer place goes before an inner one: `arms[1]` + `mesh` is `arms[1].mesh`.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        let outer = place.into();
        self.report.place = Some(match self.report.place.take() {
            Some(inner) if inner.starts_with('[') => outer + &inner,
            Some(inner) => format!("{outer}.{inner}"),
            None => outer,
        });
        self
    }

    /// Says what would have been right.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.report.expected = Some(expected.into());
        self
    }

    /// Says what was there instead.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.report.found = Some(found.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.report.context.push((name.into(), value.into()));
        self
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.report.code
    }

    /// Everything this error says, as data.
    pub fn report(&self) -> &ErrorReport {
        &self.report
    }

    /// Whether the caller asked for this end.
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Busy
                | ErrorKind::Timeout
                | ErrorKind::Unreachable
                | ErrorKind::PortInUse
                | ErrorKind::ProcessDied
        )
    }
}

impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => write!(f, ": expected {expected}, found {found}")?,
            (Some(expected), None) => write!(f, ": expected {expected}")?,
            (None, Some(found)) => write!(f, ": found {found}")?,
            (None, None) => {}
        }
        for (name, value) in &self.context {
            write!(f, "\n  {name}: {}", value.trim_end().replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.kind(), self.report)?;
        match &self.source {
            Some(source) => write!(f, "\n  caused by: {source}"),
            None => Ok(()),
        }
    }
}

impl From<ErrorReport> for Error {
    fn from(report: ErrorReport) -> Self {
        Self { report: Box::new(report), source: None }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::AddrInUse => ErrorKind::PortInUse,
            std::io::ErrorKind::ConnectionRefused => ErrorKind::Unreachable,
            std::io::ErrorKind::TimedOut => ErrorKind::Timeout,
            _ => ErrorKind::Io,
        };
        Self::new(kind, error.to_string()).because(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        let kind = if error.is_data() { ErrorKind::InvalidInput } else { ErrorKind::Syntax };
        Self::new(kind, error.to_string()).because(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_serde_writes() {
        for kind in [ErrorKind::Cancelled, ErrorKind::PortInUse, ErrorKind::VersionUnsupported, ErrorKind::Io] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
    }

    #[test]
    fn places_nest_from_the_inside_out() {
        let error = Error::invalid("mesh", "unknown").at("[1]").at("arms");
        assert_eq!(error.report().place.as_deref(), Some("arms[1].mesh"));
    }

    #[test]
    fn context_is_indented_below_the_message() {
        let error = Error::new(ErrorKind::ProcessDied, "envoy ended").with("log", "a\nb\n");
        assert_eq!(error.to_string(), "envoy ended\n  log: a\n    b");
    }
}
