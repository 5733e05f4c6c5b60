//! What is known of an instance that is there.

use meshery_core::{Error, ErrorKind, OperationOptions, Result};

use super::prepare::ground;
use crate::cluster::Discovery;
use crate::lifecycle::inventory::store::{Read, Store, Stored};
use crate::lifecycle::run::wire::Wire;

/// An instance that is there, and the server that it is on.
pub(super) struct Known {
    pub(super) discovery: Discovery,
    pub(super) store: Store,
    pub(super) stored: Stored,
    /// When it was read, by the server's clock, in seconds since 1970.
    pub(super) now: u64,
}

impl Known {
    /// Asks the server what it serves, and what it remembers.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is no such instance.
    pub(super) async fn read(wire: &Wire, name: &str, options: &OperationOptions) -> Result<Self> {
        let store = Store::new(name, &options.inventory_namespace);
        let (discovery, Read { now, stored }) = ground(wire, &store, None).await?;
        Ok(Self { discovery, store, stored: stored.ok_or_else(|| none(name))?, now })
    }
}

pub(super) fn none(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no instance of the name {name}"))
}
