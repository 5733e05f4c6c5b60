//! What a look is told beside the objects.

use std::time::Duration;

/// What a look is told beside the objects.
///
/// ```
/// use meshery_core::world::Settings;
///
/// let settings = Settings::default();
/// assert!(!settings.closed && settings.now.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whether the objects are all that there are: a whole cluster. Otherwise what is not among them may still exist.
    pub closed: bool,
    /// What time it is, since 1970 in UTC; without it nothing is called expired.
    pub now: Option<Duration>,
    /// Whether rules that know better than the tool whose code they answer to say what that tool says all the same.
    pub compatible: bool,
}
