//! Who notices a server that stands still.

use meshery_perf::selftest::{self, Script, Server};

use crate::client::{Ask, Client, fortio, hey, meshery, oha};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};

const SCRIPT: Script = Script::Freeze;
const CLIENTS: [&Client; 5] = [&meshery::CLIENT, &fortio::CLIENT, &oha::CLIENT, &oha::CORRECTED, &hey::CLIENT];
const TRUTH: &str = "the truth, computed";

pub(super) const ROW: Row = Row {
    name: "freeze",
    asks: "the response time that a client reports of a server that stands still for 1 s of 10\n  2,000 requests/s, 200 connections, 10 s",
    columns: &[Column { name: "p50", unit: Unit::Time }, Column { name: "p99", unit: Unit::Time }],
    contestants: || {
        let seconds = SCRIPT.lasts().as_secs() as u32;
        let contestant = |client: &'static Client| {
            Contestant::of(client, move || {
                let server = Server::start(SCRIPT)?;
                let (said, _) = client.run(&Ask::paced(&server.url(), 2000, 200, seconds))?;
                Ok(vec![said.p50, said.p99])
            })
        };
        let truth = || {
            let times = selftest::truth(SCRIPT, &selftest::load(SCRIPT, "http://127.0.0.1/")?);
            Ok([0.5, 0.99].map(|q| times[(times.len() as f64 * q) as usize].as_secs_f64()).into())
        };
        let truth = Contestant { name: TRUTH.into(), needs: None, play: Box::new(truth) };
        Ok(CLIENTS.map(contestant).into_iter().chain([truth]).collect())
    },
    goals: &[Goal::within(0, "meshery", TRUTH, 0.02), Goal::within(1, "meshery", TRUTH, 0.02)],
};
