//! What a client says of a calm server.

use std::rc::Rc;

use crate::client::{Ask, Client, fortio, hey, meshery, oha, spin};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

const CLIENTS: [&Client; 6] =
    [&meshery::CLIENT, &spin::CLIENT, &fortio::CLIENT, &fortio::FINE, &oha::CLIENT, &hey::CLIENT];

pub(super) const ROW: Row = Row {
    name: "calm",
    asks: "the response time that a client reports of a calm server\n  2,000 requests/s, 16 connections, 5 s, one nginx worker on a processor of its own, 200 bytes",
    columns: &[Column { name: "p50", unit: Unit::Time }, Column { name: "p99", unit: Unit::Time }],
    contestants: || {
        let nginx = Rc::new(Nginx::start_apart()?);
        let contestant = |client: &'static Client| {
            let nginx = Rc::clone(&nginx);
            Contestant::of(client, move || {
                let (said, _) = client.run(&Ask { apart: true, ..Ask::paced(&nginx.url(), 2000, 16, 5) })?;
                Ok(vec![said.p50, said.p99])
            })
        };
        Ok(CLIENTS.map(contestant).into())
    },
    goals: &[Goal::within(0, "meshery", "spin reference", 0.1)],
};
