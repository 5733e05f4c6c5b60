//! Looking the target's name up: once before the load, or again and again beside it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use meshery_core::network::{Network, Resolve};
use meshery_core::{Cancel, Result};

use crate::target::{Address, Target};

/// How often a name is looked up beside the load.
const AGAIN: Duration = Duration::from_secs(1);
/// How soon the thread that does so hears that it shall end.
const TICK: Duration = Duration::from_millis(50);

/// Where the connections of one thread go.
#[derive(Clone)]
pub(crate) struct Addresses {
    known: Arc<Mutex<Known>>,
    spread: bool,
    next: usize,
}

/// The addresses that the last lookup found, or why it found none.
type Known = Result<Vec<Address>, String>;

impl Addresses {
    /// Looks the target up.
    ///
    /// # Errors
    /// Those of [`Target::resolve`].
    pub(crate) fn find(target: &Target, network: &Network) -> Result<Self> {
        let known = target.resolve(network)?;
        let spread = network.resolve != Resolve::First;
        Ok(Self { known: Arc::new(Mutex::new(Ok(known))), spread, next: 0 })
    }

    /// Where the next connection goes.
    ///
    /// # Errors
    /// Why the last lookup found nothing.
    pub(crate) fn next(&mut self) -> Result<Address, String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let addresses = known.as_ref().map_err(Clone::clone)?;
        let index = if self.spread { self.next } else { 0 };
        self.next += 1;
        addresses.get(index % addresses.len().max(1)).cloned().ok_or_else(|| "no address".into())
    }

    /// Looks the target up again and again, on a thread of its own so that no load thread ever waits for a name server,
    /// until the returned guard is dropped. Only for [`Resolve::Fresh`].
    ///
    /// # Errors
    /// When there can be no thread.
    pub(crate) fn refresh(&self, target: &Target, network: &Network) -> Result<Option<Refreshing>> {
        if network.resolve != Resolve::Fresh {
            return Ok(None);
        }
        let (target, network) = (target.clone(), network.clone());
        self.refresh_by(move || target.resolve(&network), AGAIN).map(Some)
    }

    fn refresh_by(
        &self,
        mut lookup: impl FnMut() -> Result<Vec<Address>> + Send + 'static,
        again: Duration,
    ) -> Result<Refreshing> {
        let (known, stop) = (Arc::clone(&self.known), Cancel::new());
        let stopped = stop.clone();
        let thread = std::thread::Builder::new().name("meshery-resolve".into()).spawn(move || {
            while !stopped.is_cancelled() {
                let found = lookup().map_err(|error| error.to_string());
                *known.lock().unwrap_or_else(PoisonError::into_inner) = found;
                let mut waited = Duration::ZERO;
                while waited < again && !stopped.is_cancelled() {
                    std::thread::sleep(TICK.min(again));
                    waited += TICK.min(again);
                }
            }
        })?;
        Ok(Refreshing { stop, thread: Some(thread) })
    }
}

/// A lookup that goes on until this is dropped.
pub(crate) struct Refreshing {
    stop: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Refreshing {
    fn drop(&mut self) {
        self.stop.cancel();
        // A name server that does not answer must not hold the end of a load up: the thread ends by itself.
        if let Some(thread) = self.thread.take().filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meshery_core::Error;
    use meshery_core::ErrorKind::Unreachable;

    fn addresses(resolve: Resolve) -> Addresses {
        let both = ["127.0.0.1:1", "127.0.0.2:1"].map(|text| Address::Ip(text.parse().unwrap())).to_vec();
        Addresses { known: Arc::new(Mutex::new(Ok(both))), spread: resolve != Resolve::First, next: 0 }
    }

    fn take(addresses: &mut Addresses, count: usize) -> Vec<String> {
        (0..count).map(|_| addresses.next().map_or_else(|why| why, |address| address.to_string())).collect()
    }

    #[test]
    fn connections_take_the_first_address_or_all_in_turn() {
        assert_eq!(take(&mut addresses(Resolve::First), 2), ["127.0.0.1:1", "127.0.0.1:1"]);
        assert_eq!(take(&mut addresses(Resolve::Spread), 3), ["127.0.0.1:1", "127.0.0.2:1", "127.0.0.1:1"]);
    }

    #[test]
    fn a_name_that_moves_or_vanishes_is_noticed() {
        let (mut addresses, (sender, answers)) = (addresses(Resolve::Fresh), std::sync::mpsc::channel());
        let (asked, questions) = std::sync::mpsc::channel();
        let refreshing = addresses.refresh_by(
            move || {
                asked.send(()).unwrap();
                answers.recv().unwrap()
            },
            Duration::ZERO,
        );
        for (answer, expected) in [
            (Ok(vec![Address::Ip("127.0.0.3:1".parse().unwrap())]), "127.0.0.3:1"),
            (Err(Error::new(Unreachable, "the host does not resolve")), "the host does not resolve"),
        ] {
            questions.recv().unwrap();
            sender.send(answer).unwrap();
            // The next question shows that the answer has been taken in.
            questions.recv().unwrap();
            assert_eq!(take(&mut addresses, 1), [expected]);
            sender.send(Ok(Vec::new())).unwrap();
        }
        questions.recv().unwrap();
        drop(refreshing);
        let _ = sender.send(Ok(Vec::new()));
    }
}
