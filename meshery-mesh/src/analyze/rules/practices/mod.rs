//! What the documentation of the meshes says to do, whatever the mesh, and what goes wrong between meshes: MSH801 to MSH899.

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[];
