//! What the rules over the objects of SMI and of Open Service Mesh share. Both projects have ended.
//!
//! | module | holds |
//! |---|---|
//! | `kinds` | their kinds |

pub(super) mod kinds;

pub(super) use super::place::place;
