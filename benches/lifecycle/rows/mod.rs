//! The rows: one file each, listed in [`ROWS`].

mod config_maps;
mod definition;
mod inventory;
mod istio;
mod memory;
mod readiness;

use std::rc::Rc;

use crate::bed::Bed;
use crate::client::Client;
use crate::life::Life;
use crate::row::{Contestant, Row};

/// Every row, sorted by name.
pub(crate) const ROWS: &[&Row] =
    &[&config_maps::ROW, &definition::ROW, &inventory::ROW, &istio::ROW, &memory::ROW, &readiness::ROW];

/// Clients that all live the same life on the same control plane.
fn living(bed: Bed, life: Life, clients: &[&'static Client]) -> Vec<Contestant> {
    let shared = Rc::new((bed, life));
    let contestant = |client: &&'static Client| {
        let (shared, client) = (Rc::clone(&shared), *client);
        Contestant { name: client.name, play: Box::new(move |round| shared.1.live(&shared.0, client, round)) }
    };
    clients.iter().map(contestant).collect()
}
