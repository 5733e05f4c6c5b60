//! How late requests are sent, and what punctuality costs.

use std::rc::Rc;

use serde_json::json;

use crate::client::{Ask, meshery, sleeper};
use crate::numbers::Unit;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

const RATE: u32 = 10_000;
const SECONDS: u32 = 5;
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
                let pace = json!({ "constant": format!("{RATE}/s") });
                let stop = json!({ "duration": format!("{SECONDS}s") });
                let spec =
                    json!({ "target": nginx.url(), "connections": 20, "pace": pace, "stop": stop, "wait": wait });
                let (measurement, _) = meshery::run(&spec)?;
                let measured = &measurement.measured;
                let at = |q: f64| measured.send_lag.quantile(q).map_or(f64::NAN, |lag| lag.as_secs_f64());
                Ok(vec![at(0.5), at(0.99), measurement.generator.cpu.as_secs_f64() / measurement.window.as_secs_f64()])
            };
            Contestant { name: format!("meshery, {wait}"), needs: None, play: Box::new(play) }
        };
        let sleeper = Contestant::of(&sleeper::CLIENT, || {
            let (said, ran) = sleeper::CLIENT.run(&Ask::paced("http://nobody/", RATE, 1, SECONDS))?;
            Ok(vec![said.p50, said.p99, ran.cpu / f64::from(SECONDS)])
        });
        Ok(WAITS.map(contestant).into_iter().chain([sleeper]).collect())
    },
    goals: &[
        Goal::at_most(1, "meshery, spin", 10e-6),
        Goal::at_most(1, "meshery, hybrid", 60e-6),
        Goal::at_most(2, "meshery, hybrid", 0.2),
        // Below 1 nobody can get who wakes for every request.
        Goal { column: 2, of: "meshery, hybrid", over: Some(sleeper::CLIENT.name), least: 0.0, most: 1.5 },
    ],
};
