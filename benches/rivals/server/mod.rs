//! The servers that clients are put to.

pub(crate) mod grpc;
pub(crate) mod nginx;
pub(crate) mod witness;

use crate::Result;

/// Becomes a server, if that is what this process was started for.
pub(crate) fn play(arguments: &[String]) -> Option<Result> {
    (arguments.first()? == grpc::NAME).then(grpc::serve)
}
