//! What a client holds in memory, and whether that grows with the run.

use std::rc::Rc;

use crate::client::{Ask, Client, fortio, hey, meshery, oha, wrk};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

const CLIENTS: [&Client; 5] = [&meshery::CLIENT, &wrk::CLIENT, &fortio::CLIENT, &oha::CLIENT, &hey::CLIENT];
const SHORT: u32 = 4;
const LONG: u32 = 16;

pub(super) const ROW: Row = Row {
    name: "memory",
    asks: "the client's peak memory in a run of 16 s, and how much of that a run of 4 s does not need\n  closed loop, 64 connections, one nginx worker, 200 bytes",
    columns: &[Column { name: "peak", unit: Unit::Megabytes }, Column { name: "growth", unit: Unit::Megabytes }],
    contestants: || {
        let nginx = Rc::new(Nginx::start()?);
        let contestant = |client: &'static Client| {
            let nginx = Rc::clone(&nginx);
            Contestant::of(client, move || {
                let url = nginx.url();
                let ask = |seconds| Ask::flat_out(&url, seconds);
                let peak = |seconds| client.run(&ask(seconds)).map(|(_, ran)| ran.peak_memory);
                let (short, long) = (peak(SHORT)?, peak(LONG)?);
                Ok(vec![long, long - short])
            })
        };
        Ok(CLIENTS.map(contestant).into())
    },
    goals: &[Goal::at_most(0, "meshery", 32e6), Goal::at_most(1, "meshery", 0.5e6)],
};
