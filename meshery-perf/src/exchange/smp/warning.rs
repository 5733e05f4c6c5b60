//! What a reader noticed, and what it took it for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that a document does not say plainly, and how it was read.
///
/// ```
/// use meshery_perf::exchange::smp::{Noticed, read};
///
/// let reading = read(r#"{ "test": { "name": "a", "clients": [{ "rps": 10 }] }, "mesh": { "type": 3 } }"#).unwrap();
/// let warning = &reading.warnings[0];
/// assert_eq!((warning.code, warning.place.as_str()), (Noticed::Numbered, "mesh.type"));
/// assert_eq!((warning.found.as_str(), warning.assumed.as_str()), ("3", "ISTIO"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// What kind of thing, to branch on.
    pub code: Noticed,
    /// Where in the document as it was written.
    pub place: String,
    /// What stands there.
    pub found: String,
    /// What it was taken for.
    pub assumed: String,
}

/// Kinds of things that are not said plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Noticed {
    /// A field of another dialect was taken for the nearest field there is.
    Assumed,
    /// An old and a new name of one field are both there; the old one is kept as unknown.
    Conflict,
    /// The value is the name of a placeholder that an exporter writes into every document.
    Placeholder,
    /// A dialect whose first name has the number 0 leaves it out, so that nothing and the first name look the same.
    LeftOut,
    /// A name stands as its number, and numbers have changed their meaning between dialects.
    Numbered,
    /// A percentile that the load generator drew as a straight line through a bucket.
    Interpolated,
    /// A time that was never set, which Go writes as the beginning of the year 1.
    NeverSet,
    /// A fraction where only whole numbers fit.
    Rounded,
    /// A number or a truth value where a text belongs.
    TextAssumed,
    /// The unit may not be what the field's name says, and nothing settles it; the values are kept.
    UnitAmbiguous,
    /// The unit was not what the field's name says; the values were converted.
    UnitRepaired,
    /// A name that no list knows.
    UnknownName,
    /// The text is not YAML as it stands: lines were moved to the left.
    Unindented,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = serde_json::to_value(self.code).unwrap_or_default();
        let code = code.as_str().unwrap_or_default();
        write!(f, "{}: {code}: found {}, assumed {}", self.place, self.found, self.assumed)
    }
}
