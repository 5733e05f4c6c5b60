//! oha. At a rate its clock starts, as asked here, when its pacing task takes a request up: neither the intended send time
//! nor the real one. Requests that are under way at the end are waited for.

use meshery_core::{LoadSpec, Pace, Result};

use super::plain::{Plain, Until, millis};
use super::{Invocation, Program};
use crate::exchange::{Hints, Outcome, Timing, by_name};

pub(super) struct Oha;

impl Program for Oha {
    fn name(&self) -> &'static str {
        "oha"
    }

    fn variable(&self) -> &'static str {
        "MESHERY_OHA"
    }

    fn source(&self) -> &'static str {
        "cargo install --locked oha"
    }

    fn version_arguments(&self) -> &'static [&'static str] {
        &["--version"]
    }

    fn version(&self, printed: &str) -> Option<String> {
        Some(printed.trim().strip_prefix("oha ")?.to_owned())
    }

    fn invocation(&self, spec: &LoadSpec) -> Result<Invocation> {
        let plain = Plain::read(spec, self.name())?;
        let mut told = Invocation::of(["--no-tui", "--no-color", "--disable-compression", "--output-format", "json"]);
        told.flag("--redirect", 0);
        told.flag("-c", plain.connections);
        told.flag("--worker-threads", plain.threads);
        if let Some(rate) = plain.rate {
            told.flag("-q", rate.get());
            told.arguments.push("--latency-correction".into());
        }
        match plain.stop {
            Until::Time(time) => {
                told.flag("-z", millis(time));
                told.arguments.push("-w".into());
            }
            Until::Count(count) => told.flag("-n", count),
        }
        told.flag("-t", millis(plain.timeout));
        told.flag("-m", &plain.method);
        plain.header_lines().for_each(|line| told.flag("-H", line));
        if !plain.body.is_empty() {
            told.flag("-d", &plain.body);
        }
        told.arguments.push(plain.url);
        Ok(told)
    }

    fn read(&self, printed: &str, spec: &LoadSpec) -> Result<Outcome> {
        let timing = if spec.pace == Pace::Closed { Timing::Service } else { Timing::Whole };
        by_name("oha")?.read(printed, Hints { timing: Some(timing), ..Hints::default() })
    }
}
