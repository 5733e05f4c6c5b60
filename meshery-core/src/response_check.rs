//! What an answer must be like to count as good.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::units::{duration, duration_schema};

/// What an answer must be like. An answer that fails a check ends in [`Fate::CheckFailed`](crate::Fate::CheckFailed).
///
/// ```
/// use meshery_core::{ResponseCheck, response_check::Text};
///
/// let check: ResponseCheck = serde_json::from_str(r#"{ "body": { "contains": "\"ok\":true" } }"#).unwrap();
/// assert_eq!(check, ResponseCheck::Body(Text::Contains("\"ok\":true".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseCheck {
    /// The status is one of these. It replaces the protocol's own rule of what a success is.
    Status(Vec<u16>),
    /// A header is there, and one of its values is like this.
    Header(HeaderCheck),
    /// The body is like this. Read as UTF-8; its first MiB is looked at.
    Body(Text),
    /// The body is JSON and has this at a place.
    Json(JsonCheck),
    /// The size of the body in bytes.
    Size(SizeCheck),
    /// The response time is at most this.
    Latency(
        #[serde(with = "duration")]
        #[schemars(schema_with = "duration_schema")]
        Duration,
    ),
}

/// What a text is like.
///
/// ```
/// use meshery_core::response_check::Text;
///
/// assert_eq!(serde_json::from_str::<Text>(r#"{ "matches": "^v[0-9]+$" }"#).unwrap(), Text::Matches("^v[0-9]+$".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Text {
    /// This, exactly.
    Equals(String),
    /// This is in it.
    Contains(String),
    /// This regular expression is found in it.
    Matches(String),
}

/// A header and what its value is like.
///
/// ```
/// let check: meshery_core::response_check::HeaderCheck =
///     serde_json::from_str(r#"{ "name": "server", "value": { "equals": "envoy" } }"#).unwrap();
/// assert_eq!(check.name, "server");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderCheck {
    /// The header's name, in any case.
    pub name: String,
    /// What its value is like; `None`: it only has to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
}

/// A place in a JSON body and what stands there.
///
/// ```
/// let check: meshery_core::response_check::JsonCheck =
///     serde_json::from_str(r#"{ "pointer": "/items/0/id", "equals": 7 }"#).unwrap();
/// assert_eq!(check.equals, Some(7.into()));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonCheck {
    /// A JSON pointer (RFC 6901).
    pub pointer: String,
    /// What stands there; `None`: there only has to be something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<serde_json::Value>,
}

/// How large a body is, in bytes.
///
/// ```
/// let check: meshery_core::response_check::SizeCheck = serde_json::from_str(r#"{ "at_least": 1 }"#).unwrap();
/// assert_eq!((check.at_least, check.at_most), (Some(1), None));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeCheck {
    /// No smaller than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// No larger than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

impl ResponseCheck {
    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field's path below the check as its place.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Status(codes) if codes.is_empty() => {
                Err(Error::invalid("status", "no status would do").expected("at least one"))
            }
            Self::Header(header) if header.name.is_empty() => Err(Error::invalid("header.name", "no name")),
            Self::Json(json) if !json.pointer.is_empty() && !json.pointer.starts_with('/') => {
                let error = Error::invalid("json.pointer", "not a JSON pointer");
                Err(error.expected("\"\" or text that begins with /").found(&json.pointer))
            }
            Self::Size(size) if size.at_least.unwrap_or(0) > size.at_most.unwrap_or(u64::MAX) => {
                Err(Error::invalid("size", "no size would do").expected("at_least <= at_most"))
            }
            Self::Latency(limit) if limit.is_zero() => {
                Err(Error::invalid("latency", "out of range").expected("more than 0s").found("0s"))
            }
            _ => Ok(()),
        }
    }
}

/// How often a check failed, with a few of the answers that failed it.
///
/// ```
/// let failures: meshery_core::response_check::CheckFailures = serde_json::from_str(
///     r#"{ "check": { "size": { "at_least": 1 } }, "count": 1, "samples": [{ "request": 4, "found": "0 bytes" }] }"#,
/// ).unwrap();
/// assert_eq!(failures.samples[0].request, 4);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckFailures {
    /// The check, as it was asked for.
    pub check: ResponseCheck,
    /// How many measured answers failed it first.
    pub count: u64,
    /// The first few of them.
    pub samples: Vec<Evidence>,
}

impl CheckFailures {
    /// How many samples are kept.
    pub const SAMPLES: usize = 5;
}

/// An answer that failed a check.
///
/// ```
/// let evidence: meshery_core::response_check::Evidence =
///     serde_json::from_str(r#"{ "request": 4, "found": "0 bytes" }"#).unwrap();
/// assert_eq!(evidence.found, "0 bytes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The number of the request in the load, from 0, warm-up included.
    pub request: u64,
    /// What was found, cut to 200 characters.
    pub found: String,
}
