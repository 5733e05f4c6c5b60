//! Hosts.
/// x
#[derive(Debug)]
pub struct LocalHost;
