//! What the rules over Cilium's objects share.
//!
//! | module | holds |
//! |---|---|
//! | `kinds` | the kinds of Cilium |
//! | `policies` | the rules of its network policies, and their parts |

pub(super) mod kinds;
pub(super) mod policies;
