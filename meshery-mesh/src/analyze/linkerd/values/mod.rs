//! What texts in configuration stand for, for more than one mesh.
//!
//! | module | holds |
//! |---|---|
//! | `cidr` | networks |
//! | `http` | names and values of HTTP headers |
//! | `pattern` | regular expressions as Go reads them |
//! | `spiffe` | SPIFFE IDs |

pub(in crate::analyze) mod cidr;
pub(in crate::analyze) mod http;
pub(in crate::analyze) mod pattern;
pub(in crate::analyze) mod spiffe;
