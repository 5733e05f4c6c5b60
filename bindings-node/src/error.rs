//! From [`meshery_core::Error`] to what `index.cjs` makes a `MesheryError` of, and JSON on both ways.

use meshery_core::Error;
use serde::Serialize;

/// The code of an error whose message is a [`described`] error of the core.
const CODE: &str = "meshery";

/// The result of a call from Node.js.
pub(crate) type Result<T> = napi::Result<T, &'static str>;

/// A document of the core as JSON.
pub(crate) fn to_json(document: &impl Serialize) -> meshery_core::Result<String> {
    Ok(serde_json::to_string(document)?)
}

/// An error as JSON: its text for people, and its report.
pub(crate) fn described(error: &Error) -> String {
    serde_json::json!({ "text": error.to_string(), "report": error.report() }).to_string()
}

/// An error on its way through Node-API.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
pub(crate) fn thrown(error: Error) -> napi::Error<&'static str> {
    napi::Error::new(CODE, described(&error))
}
