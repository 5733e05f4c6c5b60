//! Reading documents, with the place of what is wrong in them.

use serde::de::DeserializeOwned;

use crate::campaign::Campaign;
use crate::comparison::{Comparison, FORMAT};
use crate::error::{Error, ErrorKind, Result};

/// Reads a document of this crate from JSON. What is wrong is named by its field, such as `arms[1].mtls`.
///
/// ```
/// use meshery_core::{ComparisonSpec, ErrorKind, json};
///
/// let error = json::read::<ComparisonSpec>(r#"{ "load": { "warm_up": 3 } }"#).unwrap_err();
/// assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("load.warm_up")));
/// ```
///
/// # Errors
/// [`Syntax`](ErrorKind::Syntax) with line and column for what is not JSON,
/// [`InvalidInput`](ErrorKind::InvalidInput) with the field for what is not such a document.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    // First as a mere value: a document that is cut short has no wrong field.
    let value: serde_json::Value = serde_json::from_str(text)?;
    from_value(value)
}

/// Reads a document of this crate from a value.
///
/// ```
/// let spec: meshery_core::MeshSpec =
///     meshery_core::json::from_value(serde_json::json!({ "mesh": "envoy", "upstream": "127.0.0.1:80" })).unwrap();
/// assert!(!spec.mtls);
/// ```
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) with the field as its place.
pub fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let error = Error::from(error.into_inner());
        if path == "." { error } else { error.at(path) }
    })
}

/// Reads the result of a comparison.
///
/// ```
/// let error = meshery_core::json::read_comparison(r#"{ "format": 999 }"#).unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("format"));
/// ```
///
/// # Errors
/// Those of [`read`], and [`VersionUnsupported`](ErrorKind::VersionUnsupported) for a format of a later meshery.
pub fn read_comparison(text: &str) -> Result<Comparison> {
    read_result(text)
}

/// Reads the result of a campaign.
///
/// ```
/// let error = meshery_core::json::read_campaign(r#"{ "format": 999 }"#).unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("format"));
/// ```
///
/// # Errors
/// As [`read_comparison`].
pub fn read_campaign(text: &str) -> Result<Campaign> {
    read_result(text)
}

/// Reads a result, whose format has a version.
fn read_result<T: DeserializeOwned>(text: &str) -> Result<T> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => {
            Err(Error::new(ErrorKind::VersionUnsupported, "the result is of a later meshery")
                .at("format")
                .expected(format!("at most {FORMAT}"))
                .found(format.to_string()))
        }
        _ => from_value(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ComparisonSpec, LoadSpec};

    fn place<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> (ErrorKind, Option<String>) {
        let error = read::<T>(text).unwrap_err();
        (error.kind(), error.report().place.clone())
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        for (text, expected) in [
            (r#"{ "rounds": "many" }"#, "rounds"),
            (
                r#"{ "arms": [{ "name": "a", "mesh": "none" }, { "name": "b", "mesh": "none", "mtls": 1 }] }"#,
                "arms[1].mtls",
            ),
            (r#"{ "load": { "pace": { "constant": 2000 } } }"#, "load.pace.constant"),
            (r#"{ "load": { "stop": { "duration": "3 furlongs" } } }"#, "load.stop.duration"),
            (r#"{ "round": 5 }"#, "round"),
        ] {
            assert_eq!(place::<ComparisonSpec>(text), (ErrorKind::InvalidInput, Some(expected.into())), "{text}");
        }
        assert_eq!(place::<LoadSpec>("{}"), (ErrorKind::InvalidInput, None), "a missing field has no place of its own");
    }

    #[test]
    fn what_is_not_json_is_a_matter_of_syntax() {
        assert_eq!(place::<ComparisonSpec>(r#"{ "rounds": 5"#).0, ErrorKind::Syntax);
    }
}
