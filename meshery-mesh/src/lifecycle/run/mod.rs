//! Carrying plans out.
//!
//! | module | holds |
//! |---|---|
//! | `apply` | everything is written, each after what it needs, and becomes ready |
//! | `prune` | what is not wanted any more goes |
//! | `cause` | why something does not become ready |
//! | `one` | what is done to one object |
//! | `marks` | what is done to the marks on one, and its pods made anew |
//! | `steps` | changes step by step, on condition of how it is |
//! | `list` | all objects of a kind, whole |
//! | `feed` | what several watches say, in one stream |
//! | `wire` | requests that are made again where that helps |
//! | `recorder` | what happens, in order |

pub(super) mod apply;
pub(super) mod cause;
pub(super) mod feed;
pub(super) mod list;
pub(super) mod marks;
pub(super) mod one;
pub(super) mod prune;
pub(super) mod recorder;
pub(super) mod steps;
pub(super) mod wire;

use meshery_core::{Error, ErrorKind};
use tokio::task::JoinError;

/// What the end of a task that gave no result stands for.
pub(super) fn panicked(error: JoinError) -> Error {
    Error::new(ErrorKind::Internal, "a task ended without a result").because(error)
}
