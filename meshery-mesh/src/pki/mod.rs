//! Certificates: made in process, and read.
//!
//! | module | holds |
//! |---|---|
//! | `authority` | [`Authority`]: a root, and what it issues |
//! | `certificate` | [`Certificate`]: one that is there, how long it is valid, and who has signed it |

#[cfg(feature = "cluster")]
mod authority;
mod certificate;

#[cfg(feature = "cluster")]
pub(crate) use authority::{Authority, Identity, Name, Subject, key_pair};
pub(crate) use certificate::{Certificate, Key, is_key_of, is_trusted};
