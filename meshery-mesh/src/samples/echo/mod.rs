//! The echo: one service in two versions that answer every path with who they are, and fail or wait as they are told.
//!
//! | setting | says | when it is not given |
//! |---|---|---|
//! | `abort_percentage` | how many of a hundred requests are answered with `abort_status`: a whole number from 0 to 100 | 0 |
//! | `abort_status` | the HTTP status of those: from 400 to 599 | 503 |
//! | `delay` | how long answers are held back, with its unit: from 1 ms to 1 min | not at all |
//! | `faulty` | which version does so, `v1` or `v2` | both |
//!
//! On a cluster it is the image `fake-service`, whose environment says all that; the Service `echo` reaches both versions,
//! `echo-v1` and `echo-v2` one each. On this machine it is three Envoys, where requests to the host `echo-v1` or `echo-v2`
//! reach that version, and all others both in turn. In either place the answer is JSON whose `name` is `echo-v1` or
//! `echo-v2` and whose `body` is the version.

mod faults;
mod local;

use faults::Faults;
use meshery_core::sample::SampleService;
use meshery_core::units::duration;
use meshery_core::{MeshProvider, Result, SampleInfo};
use serde_json::{Map, Value};

use super::Sample;

const VERSIONS: [&str; 2] = ["v1", "v2"];

pub(super) struct Echo;

impl Sample for Echo {
    fn info(&self) -> SampleInfo {
        let service = |name, versions: &[&str]| SampleService::http(name, 80, versions, &["/"]);
        SampleInfo {
            name: "echo".into(),
            title: "Echo".into(),
            summary: "One service in two versions that say who they are, and fail and wait as they are told".into(),
            version: "v0.26.2".into(),
            images: vec!["docker.io/nicholasjackson/fake-service:v0.26.2".into()],
            services: vec![
                service("echo", &VERSIONS),
                service("echo-v1", &VERSIONS[..1]),
                service("echo-v2", &VERSIONS[1..]),
            ],
            settings: faults::SETTINGS.map(|(name, says)| (name.to_owned(), says.to_owned())).into(),
            runs_locally: true,
        }
    }

    fn manifest(&self, settings: &Map<String, Value>) -> Result<String> {
        let faults = Faults::read(settings)?;
        let mut text = include_str!("echo.yaml").to_owned();
        for version in VERSIONS {
            let fault = faults.of(version);
            for (name, value) in [
                ("error_rate", (f64::from(fault.abort_percentage) / 100.0).to_string()),
                ("error_code", fault.abort_status.to_string()),
                ("delay", duration::format(fault.delay.unwrap_or_default())),
            ] {
                text = text.replace(&format!("${{{version}.{name}}}"), &value);
            }
        }
        Ok(text)
    }

    fn local(&self) -> Option<&dyn MeshProvider> {
        Some(&local::Local)
    }
}
