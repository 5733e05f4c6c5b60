//! Loopback ports that are handed out once at a time.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meshery_core::{ErrorKind, Result};

use super::os;

/// How often work is begun anew when somebody took a port between its reservation and its use.
const ATTEMPTS: u32 = 3;
/// How many numbers are tried before the system is asked for one.
const TRIES: u32 = 100;
/// Well-known services live below.
const LOWEST: u16 = 10_000;

/// Does work that needs ports, and begins it anew when somebody took one of them.
pub(crate) async fn retried<T, F: Future<Output = Result<T>>>(mut work: impl FnMut() -> F) -> Result<T> {
    for _ in 1..ATTEMPTS {
        match work().await {
            Err(error) if error.kind() == ErrorKind::PortInUse => {}
            done => return done,
        }
    }
    work().await
}

/// The ports that a host has handed out. Two plans never get the same one, even while nobody listens on it.
#[derive(Clone, Default)]
pub(crate) struct Ports(Arc<Mutex<BTreeSet<u16>>>);

impl Ports {
    pub(crate) fn reserve(&self) -> Result<Port> {
        let mut refused = Vec::new();
        loop {
            let listener = listen()?;
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

/// Listens on a free port. One that the system might give to an outgoing connection is avoided: under load, it would
/// often be gone before the process that it is meant for listens on it.
fn listen() -> io::Result<TcpListener> {
    let range = LOWEST..os::first_ephemeral_port().unwrap_or(LOWEST);
    let mut tries = (0..TRIES).filter_map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, any(&range)?)).ok());
    tries.next().map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok)
}

fn any(range: &Range<u16>) -> Option<u16> {
    let random = RandomState::new().hash_one(());
    random.checked_rem(range.len() as u64).map(|offset| range.start + offset as u16)
}

/// A port that nobody else gets until this is dropped.
pub(crate) struct Port {
    pub(crate) number: u16,
    hold: Option<TcpListener>,
    home: Ports,
}

impl Port {
    /// Lets the port go, for a process that is about to listen on it.
    pub(crate) fn release(&mut self) {
        self.hold = None;
    }

    /// Whether nobody listens on it.
    pub(crate) fn is_free(&self) -> bool {
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
    fn ports_come_from_where_no_outgoing_connection_takes_them() {
        let Some(end) = os::first_ephemeral_port().filter(|end| *end > LOWEST) else { return };
        let ports = Ports::default();
        let held: Vec<_> = (0..50).map(|_| ports.reserve().unwrap()).collect();
        assert!(held.iter().all(|port| (LOWEST..end).contains(&port.number)));
    }

    #[test]
    fn any_number_lies_in_its_range_if_there_is_one() {
        assert!((0..1000).all(|_| (7..9).contains(&any(&(7..9)).unwrap())));
        assert_eq!(any(&(9..9)), None);
    }

    #[tokio::test]
    async fn only_a_taken_port_is_a_reason_to_begin_anew() {
        for (kind, attempts) in [(ErrorKind::PortInUse, ATTEMPTS), (ErrorKind::ProcessDied, 1)] {
            let count = std::cell::Cell::new(0);
            let work = || {
                count.set(count.get() + 1);
                std::future::ready(Result::<()>::Err(meshery_core::Error::new(kind, "as told")))
            };
            assert_eq!(retried(work).await.unwrap_err().kind(), kind);
            assert_eq!(count.get(), attempts);
        }
    }

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
