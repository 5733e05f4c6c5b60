//! httpbin: one server that answers with what it was asked (`/get`, `/headers`, `/ip`), and as it was asked to
//! (`/status/503`, `/delay/2`, `/unstable?failure_rate=0.3`).

use meshery_core::sample::SampleService;
use meshery_core::{Result, SampleInfo};
use serde_json::{Map, Value};

use super::{Sample, nothing_set};

pub(super) struct Httpbin;

impl Sample for Httpbin {
    fn info(&self) -> SampleInfo {
        SampleInfo {
            name: "httpbin".into(),
            title: "httpbin".into(),
            summary: "One server that answers with what it was asked, and as it was asked to".into(),
            version: "v2.15.0".into(),
            images: vec!["docker.io/mccutchen/go-httpbin:v2.15.0".into()],
            services: vec![SampleService::http("httpbin", 8000, &["v1"], &["/get", "/headers", "/status/200"])],
            settings: [].into(),
            runs_locally: false,
        }
    }

    fn manifest(&self, settings: &Map<String, Value>) -> Result<String> {
        nothing_set(settings)?;
        Ok(include_str!("httpbin.yaml").into())
    }
}
