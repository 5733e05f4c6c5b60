//! HTTP/2 in plain text.

use std::rc::Rc;

use meshery_core::Fate;
use serde_json::json;

use crate::client::{Ask, h2load, meshery};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

pub(super) const ROW: Row = Row {
    name: "http2",
    asks: "requests per second of the client's processor time over HTTP/2\n  closed loop, 64 streams on one connection, 5 s, one nginx worker, 200 bytes",
    columns: &[Column { name: "per CPU second", unit: Unit::Count }, Column { name: "requests", unit: Unit::Count }],
    contestants: || {
        let nginx = Rc::new(Nginx::start_http2()?);
        let same = Rc::clone(&nginx);
        Ok(vec![
            Contestant::of(&meshery::CLIENT, move || {
                let stop = json!({ "duration": "5s" });
                let (url, one) = (nginx.url(), json!(1));
                let spec = json!({ "target": url, "protocol": "http2", "connections": one, "streams": 64, "stop": stop, "warm_up": "0s" });
                let (measurement, ran) = meshery::run(&spec)?;
                let requests = measurement.measured.counts.of(Fate::Ok) as f64;
                Ok(vec![requests / ran.cpu, requests])
            }),
            Contestant::of(&h2load::CLIENT, move || {
                let (said, ran) = h2load::CLIENT.run(&Ask::flat_out(&same.url(), 5))?;
                Ok(vec![said.requests / ran.cpu, said.requests])
            }),
        ])
    },
    goals: &[Goal::ratio(0, "meshery", "h2load", 1.0)],
};
