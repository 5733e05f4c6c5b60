//! The inventory while we are at work: ours alone, as long as we say so in time.

use std::sync::Arc;
use std::time::Duration;

use meshery_core::lifecycle::OperationKind;
use meshery_core::{Object, Result};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::lifecycle::inventory::lease::{Lease, MARGIN, RENEWAL, TERM, holder};
use crate::lifecycle::inventory::store::{Draft, Store, Stored};
use crate::lifecycle::inventory::{Events, State};
use crate::lifecycle::run::wire::Wire;
use crate::process::sign::Sign;

/// An operation that is about to begin.
pub(super) struct Begun<'a> {
    pub(super) store: &'a Store,
    /// The inventory as it was read.
    pub(super) before: Option<&'a Stored>,
    /// When that was, by the server's clock, in seconds since 1970.
    pub(super) now: u64,
    pub(super) kind: OperationKind,
}

/// The inventory in our hands. Dropping it ends the renewal of the lease; others on this machine see that at once, and
/// others elsewhere after its term.
pub(super) struct Held {
    wire: Wire,
    store: Store,
    stored: Arc<Mutex<Stored>>,
    /// Renews the lease.
    renewal: JoinSet<()>,
    /// Held for as long as we are at work.
    #[allow(dead_code, reason = "what counts is that it is there")]
    sign: Sign,
}

impl Held {
    /// Takes the lease, and writes down all that there may be before any of it is there.
    pub(super) async fn take(wire: &Wire, operation: &Begun<'_>, state: State, new: Vec<Object>) -> Result<Self> {
        let Begun { store, before, now, kind } = *operation;
        let (sign, begun) = (Sign::new()?, Instant::now());
        let operation = wire.recorder().operation().to_owned();
        let lease = Lease { operation, kind, holder: holder(), sign: sign.text().to_owned(), renewed: now };
        let draft = Draft { state, lease: Some(lease.clone()), new, events: None };
        let stored = store.write(wire, before, draft).await?;
        wire.lease_until(Some(begun + TERM.saturating_sub(MARGIN)));
        let stored = Arc::new(Mutex::new(stored));
        let mut renewal = JoinSet::new();
        renewal.spawn(renew(wire.clone(), store.clone(), Arc::clone(&stored), lease, begun));
        Ok(Self { wire: wire.clone(), store: store.clone(), stored, renewal, sign })
    }

    /// Writes down what there is now, and gives the lease back.
    pub(super) async fn release(mut self, state: State, events: Events) -> Result<()> {
        let before = self.rest().await;
        let draft = Draft { state, lease: None, new: Vec::new(), events: Some(events) };
        self.store.write(&self.wire, Some(&before), draft).await.map(drop)
    }

    /// The inventory as it is, once nobody renews the lease any more. A renewal under way is waited for: one that is given up
    /// may have been written all the same, and would look like somebody else's.
    async fn rest(&mut self) -> Stored {
        let stored = self.stored.lock().await;
        self.renewal.shutdown().await;
        stored.clone()
    }

    /// There is nothing left to be remembered.
    pub(super) async fn remove(mut self) -> Result<()> {
        let before = self.rest().await;
        self.store.remove(&self.wire, &before).await
    }
}

async fn renew(wire: Wire, store: Store, stored: Arc<Mutex<Stored>>, lease: Lease, begun: Instant) {
    let first = lease.renewed;
    loop {
        sleep(RENEWAL).await;
        let at = Instant::now();
        let passed = at.duration_since(begun).as_secs();
        let lease = Lease { renewed: first + passed, ..lease.clone() };
        match store.renew(&wire, &mut *stored.lock().await, lease).await {
            Ok(()) => wire.lease_until(Some(at + TERM.saturating_sub(MARGIN))),
            // Somebody has taken it from us: not one write more.
            Err(error) if !error.is_retryable() || error.kind() == meshery_core::ErrorKind::Busy => {
                wire.lease_until(Some(at.checked_sub(Duration::from_secs(1)).unwrap_or(at)));
                return;
            }
            // It is tried again as long as the term lasts.
            Err(_) => {}
        }
    }
}
