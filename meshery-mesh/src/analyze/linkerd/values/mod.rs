//! What texts in configuration stand for, for more than one mesh.
//!
//! | module | holds |
//! |---|---|
//! | `cidr` | networks |
//! | `dns` | names of Kubernetes objects |
//! | `duration` | durations as Go writes them |
//! | `http` | names and values of HTTP headers |
//! | `pattern` | regular expressions as Go reads them |
//! | `quantity` | amounts of resources |
//! | `spiffe` | SPIFFE IDs |

pub(super) mod cidr;
pub(super) mod dns;
pub(super) mod duration;
pub(super) mod http;
pub(super) mod pattern;
pub(super) mod quantity;
pub(super) mod spiffe;
