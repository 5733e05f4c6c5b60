//! Everything that is on a cluster at a time.

use napi_derive::napi;

use crate::error::{Result, thrown, to_json};

/// A snapshot.
#[napi]
pub(crate) struct Snapshot(pub(crate) meshery_mesh::lifecycle::Snapshot);

#[napi]
impl Snapshot {
    /// What differs in a later one, as JSON.
    #[napi]
    pub fn compare(&self, later: &Snapshot) -> Result<String> {
        to_json(&self.0.compare(&later.0)).map_err(thrown)
    }

    /// How many objects it holds.
    #[napi]
    pub fn size(&self) -> f64 {
        self.0.len() as f64
    }
}
