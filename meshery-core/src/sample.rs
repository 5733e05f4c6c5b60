//! Sample applications: what there is to try a mesh on, and what is wanted of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a sample application is, and how one sees that it works.
///
/// ```
/// use meshery_core::SampleInfo;
/// use meshery_core::sample::SampleService;
///
/// let info = SampleInfo {
///     name: "hello".into(),
///     title: "Hello".into(),
///     summary: "One server that says hello".into(),
///     version: "1.0".into(),
///     images: vec!["docker.io/example/hello:1.0".into()],
///     services: vec![SampleService::http("hello", 80, &["v1"], &["/"])],
///     settings: [].into(),
///     runs_locally: false,
/// };
/// assert_eq!(info.services[0].paths, ["/"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleInfo {
    /// Its name, a DNS label.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// The release that its images are of.
    pub version: String,
    /// The images that it runs, each with its tag, sorted.
    pub images: Vec<String>,
    /// Its Services on a cluster, sorted by name.
    pub services: Vec<SampleService>,
    /// What can be set about it: each setting with what it says.
    pub settings: BTreeMap<String, String>,
    /// Whether it also runs as processes of one machine.
    pub runs_locally: bool,
}

/// A Service of a sample application.
///
/// ```
/// use meshery_core::sample::{SampleProtocol, SampleService};
///
/// let votes = SampleService::grpc("voting-svc", 8080, &["v11"]);
/// assert_eq!((votes.protocol, votes.paths.len()), (SampleProtocol::Grpc, 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleService {
    /// Its name, by which clients of the same namespace call it.
    pub name: String,
    /// The port that clients call.
    pub port: u16,
    /// What is spoken at the port.
    pub protocol: SampleProtocol,
    /// The label `version` of the pods behind it, one for each that there is, sorted.
    pub versions: Vec<String>,
    /// Paths from `/` that a GET is answered on with 200 when all is well. None for gRPC.
    pub paths: Vec<String>,
}

impl SampleService {
    /// One that speaks HTTP.
    pub fn http(name: &str, port: u16, versions: &[&str], paths: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let (versions, paths) = (owned(versions), owned(paths));
        Self { name: name.into(), port, protocol: SampleProtocol::Http, versions, paths }
    }

    /// One that speaks gRPC.
    pub fn grpc(name: &str, port: u16, versions: &[&str]) -> Self {
        Self { protocol: SampleProtocol::Grpc, ..Self::http(name, port, versions, &[]) }
    }
}

/// What is spoken at a port of a sample application, in plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SampleProtocol {
    /// gRPC over HTTP/2.
    Grpc,
    /// HTTP/1.1.
    Http,
}

/// What is wanted of a sample application. How a namespace asks for a mesh is the mesh's to say, and stands here as the
/// labels or annotations that it names.
///
/// ```
/// use meshery_core::SampleSpec;
///
/// let spec: SampleSpec = serde_json::from_str(
///     r#"{ "sample": "bookinfo", "namespace": "books", "namespace_labels": { "istio-injection": "enabled" } }"#,
/// )
/// .unwrap();
/// assert_eq!(spec.namespace_labels["istio-injection"], "enabled");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleSpec {
    /// Which sample.
    pub sample: String,
    /// The name of the instance, unique in the cluster: a DNS label of at most 40 characters. That of the sample when
    /// there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The namespace that it goes to, made if need be; one of the instance's name when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Labels that the namespace bears as long as the sample is there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub namespace_labels: BTreeMap<String, String>,
    /// Annotations that the namespace bears as long as the sample is there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub namespace_annotations: BTreeMap<String, String>,
    /// What only this sample understands, for `echo` for example `{"delay": "100ms"}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, Value>,
}

impl SampleSpec {
    /// A sample as it is, in a namespace of its own name.
    ///
    /// ```
    /// let spec = meshery_core::SampleSpec::new("httpbin");
    /// assert!(spec.namespace.is_none() && spec.settings.is_empty());
    /// ```
    pub fn new(sample: impl Into<String>) -> Self {
        Self {
            sample: sample.into(),
            name: None,
            namespace: None,
            namespace_labels: BTreeMap::new(),
            namespace_annotations: BTreeMap::new(),
            settings: Map::new(),
        }
    }
}
