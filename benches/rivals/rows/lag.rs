//! How late requests are sent, and what punctuality costs.

use std::rc::Rc;

use serde_json::json;

use crate::client::meshery;
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

const WAITS: [&str; 3] = ["spin", "hybrid", "sleep"];

pub(super) const ROW: Row = Row {
    name: "lag",
    asks: "from the intended send time to the real one, and the processor time of the load thread\n  10,000 requests/s, 20 connections, 5 s, one nginx worker, 200 bytes",
    columns: &[
        Column { name: "lag p50", unit: Unit::Time },
        Column { name: "lag p99", unit: Unit::Time },
        Column { name: "of a core", unit: Unit::Percent },
    ],
    contestants: || {
        let nginx = Rc::new(Nginx::start()?);
        let contestant = |wait: &'static str| {
            let nginx = Rc::clone(&nginx);
            let play = move || {
                let (pace, stop) = (json!({ "constant": "10000/s" }), json!({ "duration": "5s" }));
                let spec =
                    json!({ "target": nginx.url(), "connections": 20, "pace": pace, "stop": stop, "wait": wait });
                let (measurement, _) = meshery::run(&spec)?;
                let measured = &measurement.measured;
                let at = |q: f64| measured.send_lag.quantile(q).map_or(f64::NAN, |lag| lag.as_secs_f64());
                Ok(vec![at(0.5), at(0.99), measurement.generator.cpu.as_secs_f64() / measurement.window.as_secs_f64()])
            };
            Contestant { name: format!("meshery, {wait}"), needs: None, play: Box::new(play) }
        };
        Ok(WAITS.map(contestant).into())
    },
    goals: &[
        Goal::at_most(1, "meshery, spin", 10e-6),
        Goal::at_most(1, "meshery, hybrid", 60e-6),
        Goal::at_most(2, "meshery, hybrid", 0.2),
    ],
};
