//! Certificates: made in process, and read.
//!
//! | module | holds |
//! |---|---|
//! | `authority` | [`Authority`]: a root, and what it issues |
//! | `certificate` | [`Certificate`]: one that is there, how long it is valid, and who has signed it |

#[cfg(any(test, feature = "cluster"))]
mod authority;
mod certificate;

#[cfg(any(test, feature = "cluster"))]
pub(crate) use authority::{Authority, Identity, Name, Subject, key_pair};
#[cfg(feature = "cluster")]
pub(crate) use certificate::is_trusted;
pub(crate) use certificate::{Certificate, is_key_of};
