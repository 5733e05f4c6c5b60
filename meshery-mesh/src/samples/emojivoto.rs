//! Emojivoto: a vote on emoji. A web page calls two gRPC services, and a bot votes once a second: load without a client,
//! a part of which fails on purpose.

use meshery_core::sample::SampleService;
use meshery_core::{Result, SampleInfo};
use serde_json::{Map, Value};

use super::{Sample, nothing_set};

const VERSION: &str = "v11";

pub(super) struct Emojivoto;

impl Sample for Emojivoto {
    fn info(&self) -> SampleInfo {
        let image = |name: &str| format!("docker.l5d.io/buoyantio/emojivoto-{name}:{VERSION}");
        SampleInfo {
            name: "emojivoto".into(),
            title: "Emojivoto".into(),
            summary: "A page over two gRPC services, and a bot whose votes for the doughnut always fail".into(),
            version: VERSION.into(),
            images: ["emoji-svc", "voting-svc", "web"].map(image).into(),
            services: vec![
                SampleService::grpc("emoji-svc", 8080, &[VERSION]),
                SampleService::grpc("voting-svc", 8080, &[VERSION]),
                SampleService::http("web-svc", 80, &[VERSION], &["/", "/api/list"]),
            ],
            settings: [].into(),
            runs_locally: false,
        }
    }

    fn manifest(&self, settings: &Map<String, Value>) -> Result<String> {
        nothing_set(settings)?;
        Ok(include_str!("emojivoto.yaml").into())
    }
}
