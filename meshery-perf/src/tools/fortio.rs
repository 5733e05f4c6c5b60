//! fortio: a closed loop on each connection, at a rate by sleeping between calls. Its fast client and `-nocatchup` off, as
//! it comes; buckets from 10 µs on, since those of 1 ms hide most meshes. Answered with a status other than 2xx, it closes
//! the connection.

use meshery_core::{LoadSpec, Result};

use super::plain::{Plain, Until, millis};
use super::{Invocation, Program};
use crate::exchange::{Hints, Outcome, by_name};

pub(super) struct Fortio;

impl Program for Fortio {
    fn name(&self) -> &'static str {
        "fortio"
    }

    fn variable(&self) -> &'static str {
        "MESHERY_FORTIO"
    }

    fn source(&self) -> &'static str {
        "go install fortio.org/fortio@v1.66.5"
    }

    fn version_arguments(&self) -> &'static [&'static str] {
        &["version"]
    }

    fn version(&self, printed: &str) -> Option<String> {
        let version = printed.split_whitespace().next()?;
        version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
    }

    fn invocation(&self, spec: &LoadSpec) -> Result<Invocation> {
        let plain = Plain::read(spec, self.name())?;
        let mut told = Invocation::of(["load", "-quiet", "-log-errors=false", "-allow-initial-errors"]);
        told.flag("-json", "-");
        told.flag("-r", "0.00001");
        told.flag("-c", plain.connections);
        told.flag("-qps", plain.rate.map_or(0.0, meshery_core::Rate::get));
        match plain.stop {
            Until::Time(time) => told.flag("-t", millis(time)),
            Until::Count(count) => told.flag("-n", count),
        }
        told.flag("-timeout", millis(plain.timeout));
        told.flag("-X", &plain.method);
        plain.header_lines().for_each(|line| told.flag("-H", line));
        if !plain.body.is_empty() {
            told.flag("-payload", &plain.body);
        }
        told.arguments.push(plain.url);
        told.environment.push(("GOMAXPROCS", plain.threads.to_string()));
        Ok(told)
    }

    fn read(&self, printed: &str, _: &LoadSpec) -> Result<Outcome> {
        by_name("fortio")?.read(printed, Hints::default())
    }
}
