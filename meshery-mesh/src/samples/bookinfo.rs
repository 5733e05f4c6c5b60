//! Bookinfo: a page about a book, put together from what three services say.

use meshery_core::sample::SampleService;
use meshery_core::{Result, SampleInfo};
use serde_json::{Map, Value};

use super::{Sample, nothing_set};

const PORT: u16 = 9080;

pub(super) struct Bookinfo;

impl Sample for Bookinfo {
    fn info(&self) -> SampleInfo {
        let image = |name: &str| format!("docker.io/istio/examples-bookinfo-{name}:1.20.3");
        let images = ["details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3"];
        let service = |name, versions: &[&str], path| SampleService::http(name, PORT, versions, &[path]);
        SampleInfo {
            name: "bookinfo".into(),
            title: "Bookinfo".into(),
            summary:
                "A page over three services; reviews come in three versions, without stars, with black, with red ones"
                    .into(),
            version: "1.20.3".into(),
            images: images.map(image).into(),
            services: vec![
                service("details", &["v1"], "/details/0"),
                service("productpage", &["v1"], "/productpage"),
                service("ratings", &["v1"], "/ratings/0"),
                service("reviews", &["v1", "v2", "v3"], "/reviews/0"),
                service("reviews-v1", &["v1"], "/reviews/0"),
                service("reviews-v2", &["v2"], "/reviews/0"),
                service("reviews-v3", &["v3"], "/reviews/0"),
            ],
            settings: [].into(),
            runs_locally: false,
        }
    }

    fn manifest(&self, settings: &Map<String, Value>) -> Result<String> {
        nothing_set(settings)?;
        Ok(include_str!("bookinfo.yaml").into())
    }
}
