//! gRPC, unary calls.

use std::rc::Rc;

use meshery_core::Fate;
use serde_json::json;

use crate::client::{Ask, ghz, meshery};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::grpc::{METHOD, Server};

pub(super) const ROW: Row = Row {
    name: "grpc",
    asks: "unary calls per second of the client's processor time\n  closed loop, 64 streams on one connection, 5 s, a tonic server on one thread, health checks",
    columns: &[Column { name: "per CPU second", unit: Unit::Count }, Column { name: "calls", unit: Unit::Count }],
    contestants: || {
        let server = Rc::new(Server::start()?);
        let same = Rc::clone(&server);
        Ok(vec![
            Contestant::of(&meshery::CLIENT, move || {
                let target = format!("grpc://{}/{METHOD}", server.authority());
                let stop = json!({ "duration": "5s" });
                let spec = json!({ "target": target, "protocol": "grpc", "connections": 1, "streams": 64, "stop": stop, "warm_up": "0s" });
                let (measurement, ran) = meshery::run(&spec)?;
                let calls = measurement.measured.counts.of(Fate::Ok) as f64;
                Ok(vec![calls / ran.cpu, calls])
            }),
            Contestant::of(&ghz::CLIENT, move || {
                let (said, ran) = ghz::CLIENT.run(&Ask::flat_out(&same.authority(), 5))?;
                Ok(vec![said.requests / ran.cpu, said.requests])
            }),
        ])
    },
    goals: &[Goal::ratio(0, "meshery", "ghz", 3.0)],
};
