//! Certificates: made in process, and read.
//!
//! | module | holds |
//! |---|---|
//! | `authority` | [`Authority`]: a root, and what it issues |
//! | `certificate` | [`Certificate`]: one that is there, how long it is valid, and who has signed it |

mod authority;
mod certificate;

pub(crate) use authority::{Authority, Identity, Name, Subject, key_pair};
pub(crate) use certificate::{Certificate, is_key_of, is_trusted};
