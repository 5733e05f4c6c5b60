//! The same load, driven from Python and Node.

use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;

use meshery_core::{Fate, Measurement};
use serde_json::json;

use crate::Result;
use crate::numbers::Unit;
use crate::process;
use crate::row::{Column, Contestant, Goal, Row};
use crate::server::nginx::Nginx;

/// Long enough that an interpreter's start, a tenth of a second, does not count.
const SECONDS: &str = "20s";
/// Where `cargo xtask bench` has put release builds of the two packages.
const PACKAGES: &str = "MESHERY_BENCH_PACKAGES";

const PYTHON: &str = "import json, sys, meshery; print(json.dumps(meshery.run_load(json.loads(sys.argv[1]))))";
const NODE: &str = "import('meshery').then(async ({ runLoad }) => console.log(JSON.stringify(await runLoad(JSON.parse(process.argv[1])))))";

/// A process that runs the load which it is given as its last argument.
type Start = Box<dyn Fn() -> Result<Command>>;

pub(super) const ROW: Row = Row {
    name: "languages",
    asks: "requests per second of the processor time of the whole process, by the language that drives it\n  closed loop, 64 connections, 20 s, one nginx worker, 200 bytes",
    columns: &[
        Column { name: "per CPU second", unit: Unit::Count },
        Column { name: "of the load alone", unit: Unit::Count },
    ],
    contestants: || {
        let nginx = Rc::new(Nginx::start()?);
        let packages: PathBuf =
            std::env::var_os(PACKAGES).ok_or(format!("{PACKAGES} is not set: cargo xtask bench does it"))?.into();
        let node_home = packages.join("node");
        let starts: [(&str, Start); 3] = [
            (
                "Rust",
                Box::new(|| {
                    let mut command = Command::new(std::env::current_exe()?);
                    command.arg("load");
                    Ok(command)
                }),
            ),
            (
                "Python",
                Box::new(move || {
                    let mut command = Command::new("python3");
                    command.env("PYTHONPATH", packages.join("python")).args(["-c", PYTHON]);
                    Ok(command)
                }),
            ),
            (
                "Node",
                Box::new(move || {
                    let mut command = Command::new("node");
                    command.current_dir(&node_home).args(["-e", NODE]);
                    Ok(command)
                }),
            ),
        ];
        let contestant = |(name, start): (&str, Start)| {
            let nginx = Rc::clone(&nginx);
            let play = move || {
                let stop = json!({ "duration": SECONDS });
                let spec = json!({ "target": nginx.url(), "connections": 64, "stop": stop, "warm_up": "0s" });
                let mut command = start()?;
                command.arg(spec.to_string());
                let ran = process::run(command)?;
                let measurement: Measurement = serde_json::from_str(&ran.output)?;
                let requests = measurement.measured.counts.of(Fate::Ok) as f64;
                Ok(vec![requests / ran.cpu, requests / measurement.generator.cpu.as_secs_f64()])
            };
            Contestant { name: name.into(), needs: None, play: Box::new(play) }
        };
        Ok(starts.map(contestant).into())
    },
    goals: &[
        Goal::within(0, "Python", "Rust", 0.01),
        Goal::within(0, "Node", "Rust", 0.01),
        Goal::within(1, "Python", "Rust", 0.01),
        Goal::within(1, "Node", "Rust", 0.01),
    ],
};
