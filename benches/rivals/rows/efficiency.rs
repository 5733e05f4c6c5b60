//! How much a request costs the client.

use std::rc::Rc;

use crate::client::{Ask, Client, fortio, hey, hyper, meshery, oha, raw, wrk};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

const CLIENTS: [&Client; 7] =
    [&meshery::CLIENT, &raw::CLIENT, &wrk::CLIENT, &hyper::CLIENT, &fortio::CLIENT, &oha::CLIENT, &hey::CLIENT];

pub(super) const ROW: Row = Row {
    name: "efficiency",
    asks: "requests per second of the client's processor time\n  closed loop, 64 connections, 5 s, one nginx worker, 200 bytes",
    columns: &[Column { name: "per CPU second", unit: Unit::Count }, Column { name: "requests", unit: Unit::Count }],
    contestants: || {
        let nginx = Rc::new(Nginx::start()?);
        let contestant = |client: &'static Client| {
            let nginx = Rc::clone(&nginx);
            Contestant::of(client, move || {
                let (said, ran) = client.run(&Ask::flat_out(&nginx.url(), 5))?;
                Ok(vec![said.requests / ran.cpu, said.requests])
            })
        };
        Ok(CLIENTS.map(contestant).into())
    },
    goals: &[
        Goal::ratio(0, "meshery", "raw epoll loop", 0.94),
        Goal::ratio(0, "meshery", "wrk", 1.05),
        Goal::ratio(0, "meshery", "hyper", 1.0),
        Goal::ratio(0, "meshery", "fortio", 1.2),
        Goal::ratio(0, "meshery", "oha", 1.5),
        Goal::ratio(0, "meshery", "hey", 1.0),
    ],
};
