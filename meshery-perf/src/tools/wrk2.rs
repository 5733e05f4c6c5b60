//! wrk2: at a constant rate over a time, latency from the intended send time. In its first 10 s or so it calibrates itself
//! and keeps no latencies. Its program is called `wrk` when it is built; plain wrk, which has no rate, is refused.

use meshery_core::{LoadSpec, Result};

use super::plain::{Plain, Until, unsupported};
use super::{Invocation, Program};
use crate::exchange::{Hints, Outcome, by_name};

pub(super) struct Wrk2;

impl Program for Wrk2 {
    fn name(&self) -> &'static str {
        "wrk2"
    }

    fn variable(&self) -> &'static str {
        "MESHERY_WRK2"
    }

    fn source(&self) -> &'static str {
        "build https://github.com/giltene/wrk2, and name its program in MESHERY_WRK2"
    }

    fn version_arguments(&self) -> &'static [&'static str] {
        &["-v"]
    }

    fn version(&self, printed: &str) -> Option<String> {
        // Both programs say `wrk VERSION`, and then how they are used: only wrk2 has a rate.
        let version = printed.trim_start().strip_prefix("wrk ")?.split_whitespace().next()?;
        printed.contains("--rate").then(|| version.to_owned())
    }

    fn invocation(&self, spec: &LoadSpec) -> Result<Invocation> {
        let plain = Plain::read(spec, self.name())?;
        let cannot = |field, expected| Err(unsupported(self.name(), field, expected));
        let Some(rate) = plain.rate.map(meshery_core::Rate::get).filter(|rate| rate.fract() == 0.0) else {
            return cannot("pace", "a constant rate of whole requests per second");
        };
        let Until::Time(time) = plain.stop else { return cannot("stop", "duration") };
        for (field, time) in [("stop.duration", time), ("timeout", plain.timeout)] {
            if time.subsec_nanos() > 0 {
                return cannot(field, "whole seconds");
            }
        }
        if plain.method != "GET" || !plain.body.is_empty() {
            return cannot("request", "GET without a body; wrk2 needs a script in Lua for others");
        }
        let mut told = Invocation::of(["--latency"]);
        told.flag("-t", plain.threads);
        told.flag("-c", plain.connections);
        told.flag("-d", format!("{}s", time.as_secs()));
        told.flag("-R", rate);
        told.flag("--timeout", format!("{}s", plain.timeout.as_secs()));
        plain.header_lines().for_each(|line| told.flag("-H", line));
        told.arguments.push(plain.url);
        Ok(told)
    }

    fn read(&self, printed: &str, _: &LoadSpec) -> Result<Outcome> {
        by_name("wrk2")?.read(printed, Hints::default())
    }
}
