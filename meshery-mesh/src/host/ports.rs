//! Loopback ports that are handed out once at a time.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meshery_core::Result;

/// The ports that a host has handed out. Two plans never get the same one, even while nobody listens on it.
#[derive(Clone, Default)]
pub(super) struct Ports(Arc<Mutex<BTreeSet<u16>>>);

impl Ports {
    pub(super) fn reserve(&self) -> Result<Port> {
        let mut refused = Vec::new();
        loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let number = listener.local_addr()?.port();
            if self.taken().insert(number) {
                return Ok(Port { number, hold: Some(listener), home: self.clone() });
            }
            // Kept until the end, so that the next try gets another number.
            refused.push(listener);
        }
    }

    fn taken(&self) -> MutexGuard<'_, BTreeSet<u16>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port that nobody else gets until this is dropped.
pub(super) struct Port {
    pub(super) number: u16,
    hold: Option<TcpListener>,
    home: Ports,
}

impl Port {
    /// Lets the port go, for a process that is about to listen on it.
    pub(super) fn release(&mut self) {
        self.hold = None;
    }

    /// Whether nobody listens on it.
    pub(super) fn is_free(&self) -> bool {
        TcpListener::bind((Ipv4Addr::LOCALHOST, self.number)).is_ok()
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.home.taken().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_held_until_it_is_released_and_remembered_until_it_is_dropped() {
        let ports = Ports::default();
        let mut port = ports.reserve().unwrap();
        assert!(!port.is_free(), "held");
        port.release();
        assert!(port.is_free(), "released");
        assert!(ports.taken().contains(&port.number), "and still remembered");
        let number = port.number;
        drop(port);
        assert!(!ports.taken().contains(&number));
    }
}
