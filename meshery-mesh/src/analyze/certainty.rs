//! How sure it is that what is not among the objects does not exist.

use meshery_core::{Finding, Severity, World};

/// A finding that something is missing. Where there may be more than the objects it is a warning that says what it takes
/// for granted, and none at all if the reader seems not to have read objects of that kind.
pub(in crate::analyze) fn of_missing(world: &World, read: bool, finding: Finding, assumed: &str) -> Option<Finding> {
    let settings = world.settings();
    if settings.closed || settings.compatible {
        return Some(finding);
    }
    read.then(|| finding.as_bad_as(Severity::Warning).assuming(assumed))
}
