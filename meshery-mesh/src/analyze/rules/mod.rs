//! The rules, one file each.

pub(super) mod nearest;
pub(super) mod virtualservice_host_unknown;
