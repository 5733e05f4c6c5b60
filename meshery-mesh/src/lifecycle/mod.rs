//! The lifecycle of a mesh on a cluster.
//!
//! | module | holds |
//! |---|---|
//! | `ready` | [`health`]: how an object is, told from what it says of itself |

mod ready;

pub use ready::health;
