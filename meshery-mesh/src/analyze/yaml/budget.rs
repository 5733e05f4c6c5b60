//! How much a document may grow by its aliases, and how deep it may be.

use meshery_core::{Error, ErrorKind};

/// Deeper than any object the API server stores, and shallow enough for every walk over the nodes.
const MAX_DEPTH: usize = 128;

/// Below these counts a document is small, whatever its aliases do.
const FREE_ALIASED: usize = 100;
const FREE_NODES: usize = 1_000;
/// From so many nodes on the allowed share of aliased ones falls, linearly, from `FULL_SHARE` to `LEAST_SHARE`.
const FULL_NODES: usize = 400_000;
const LEAST_NODES: usize = 4_000_000;
const FULL_SHARE: f64 = 0.99;
const LEAST_SHARE: f64 = 0.10;

/// Counts the nodes of a document as if its aliases were written out: the rule of go-yaml, which the API server uses.
#[derive(Default)]
pub(super) struct Budget {
    nodes: usize,
    aliased: usize,
}

impl Budget {
    /// Counts a node.
    pub(super) fn node(&mut self) {
        self.nodes = self.nodes.saturating_add(1);
    }

    /// Counts an alias to so many nodes.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] when too much of the document is repetition.
    pub(super) fn alias(&mut self, nodes: usize) -> Result<(), Error> {
        self.nodes = self.nodes.saturating_add(nodes);
        self.aliased = self.aliased.saturating_add(nodes);
        let share = self.aliased as f64 / self.nodes as f64;
        let allowed = allowed_share(self.nodes);
        if self.aliased <= FREE_ALIASED || self.nodes <= FREE_NODES || share <= allowed {
            return Ok(());
        }
        Err(Error::new(ErrorKind::LimitExceeded, "the document consists of too many repetitions by aliases")
            .expected(format!("at most {:.0} % of {} nodes", allowed * 100.0, self.nodes))
            .found(format!("{:.2} %", share * 100.0)))
    }
}

/// Checks a depth.
///
/// # Errors
/// [`ErrorKind::LimitExceeded`] beyond [`MAX_DEPTH`].
pub(super) fn check_depth(depth: usize) -> Result<(), Error> {
    if depth <= MAX_DEPTH { Ok(()) } else { Err(too_deep()) }
}

/// The error beyond [`MAX_DEPTH`].
pub(super) fn too_deep() -> Error {
    Error::new(ErrorKind::LimitExceeded, "the document is nested too deeply")
        .expected(format!("at most {MAX_DEPTH} levels"))
}

fn allowed_share(nodes: usize) -> f64 {
    if nodes <= FULL_NODES {
        return FULL_SHARE;
    }
    let beyond = (nodes - FULL_NODES) as f64 / (LEAST_NODES - FULL_NODES) as f64;
    (FULL_SHARE - (FULL_SHARE - LEAST_SHARE) * beyond).max(LEAST_SHARE)
}
