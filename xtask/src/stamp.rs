//! Work that need not be done again while what it was made from stays the same.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::shell::Result;

/// Runs `work` unless `place` says that it was done from the same `origin`.
pub(crate) fn once(place: &Path, origin: &[&str], work: impl FnOnce() -> Result) -> Result {
    let mut hasher = DefaultHasher::new();
    origin.hash(&mut hasher);
    let wanted = format!("{:016x}\n", hasher.finish());
    if std::fs::read_to_string(place).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    work()?;
    std::fs::write(place, wanted).map_err(|error| format!("{}: {error}", place.display()))
}
