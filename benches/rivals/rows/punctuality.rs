//! Whether requests are sent when they are due, as the server sees it.

use crate::client::{Ask, Client, fortio, hey, meshery, oha};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::witness::Witness;

const RATE: u32 = 2000;
/// wrk keeps no rate.
const CLIENTS: [&Client; 4] = [&meshery::CLIENT, &fortio::CLIENT, &oha::CLIENT, &hey::CLIENT];

pub(super) const ROW: Row = Row {
    name: "punctuality",
    asks: "distance of arrivals from an even schedule, as a server notes them, not the client\n  2,000 requests/s, 20 connections, 5 s",
    columns: &[
        Column { name: "p50", unit: Unit::Time },
        Column { name: "p99", unit: Unit::Time },
        Column { name: "arrived", unit: Unit::PerSecond },
    ],
    contestants: || {
        let contestant = |client: &'static Client| {
            Contestant::of(client, move || {
                let witness = Witness::start()?;
                client.run(&Ask::paced(&witness.url(), RATE, 20, 5))?;
                let found = witness.judge(f64::from(RATE)).ok_or("too few requests arrived")?;
                Ok(vec![found.p50, found.p99, found.rate])
            })
        };
        Ok(CLIENTS.map(contestant).into())
    },
    goals: &[
        Goal::ratio(1, "hey", "meshery", 1.0),
        Goal::ratio(1, "fortio", "meshery", 1.0),
        Goal::ratio(1, "oha", "meshery", 1.0),
    ],
};
