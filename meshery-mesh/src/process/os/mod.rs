//! What only an operating system knows and can do: end a child when its parent dies, and what it has started with it.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{first_ephemeral_port, has_ended, kill_group, supported, tether};
#[cfg(target_os = "linux")]
pub(super) use linux::{first_ephemeral_port, has_ended, kill_group, supported, tether};
