//! What texts stand for, whichever mesh reads them.
//!
//! | module | holds |
//! |---|---|
//! | `address` | IP addresses, ranges of them, URLs and files |
//! | `dns` | names of hosts |
//! | `duration` | stretches of time, as Go reads them |
//! | `go_duration` | the same, where who reads them is strict |
//! | `labels` | names and values of labels |
//! | `number` | numbers that may stand in quotes |
//! | `pem` | certificates as text |
//! | `quantity` | amounts of resources |
//! | `spiffe` | identities |

pub(in crate::analyze) mod address;
pub(in crate::analyze) mod dns;
pub(in crate::analyze) mod duration;
mod go_duration;
pub(in crate::analyze) mod labels;
pub(in crate::analyze) mod number;
pub(in crate::analyze) mod pem;
pub(in crate::analyze) mod quantity;
pub(in crate::analyze) mod spiffe;

pub(super) use go_duration::go_duration;
