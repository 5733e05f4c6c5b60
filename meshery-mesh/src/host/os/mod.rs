//! What only an operating system can do: end a child when its parent dies.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{supported, tether};
#[cfg(target_os = "linux")]
pub(super) use linux::{supported, tether};
