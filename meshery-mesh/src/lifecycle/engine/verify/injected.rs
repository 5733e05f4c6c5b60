//! Whether pods get proxies: those that ask, and no others.

use std::hash::{BuildHasher, RandomState};

use meshery_core::lifecycle::{Holder, OptIn, Tag};
use meshery_core::{Error, ObjectId, Result};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use super::{Finding, create};
use crate::cluster::Api;
use crate::lifecycle::run::one;
use crate::lifecycle::run::wire::Wire;

/// How long a new namespace may take until pods can be made in it.
const SETTLING: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// A namespace that is removed again, and who asks for a proxy in it.
struct Probe<'a> {
    id: ObjectId,
    asks: Option<&'a OptIn>,
}

/// Whether a pod that asks comes back with this container, and one that does not comes back without.
pub(super) async fn injected(wire: &Wire, opt_in: &OptIn, container: &str) -> Result<Finding> {
    let (with, without) = (Probe::begin(wire, Some(opt_in)).await?, Probe::begin(wire, None).await?);
    let seen = async { Ok::<_, Error>((with.containers(wire).await?, without.containers(wire).await?)) }.await;
    let namespaces = Api::core("Namespace", "namespaces", false);
    for probe in [&with, &without] {
        one::remove(wire, &namespaces, &probe.id, "").await?;
    }
    let (inside, outside) = seen?;
    let has = |containers: &[String]| containers.iter().any(|name| name == container);
    Ok(match (has(&inside), has(&outside)) {
        (true, false) => (true, format!("a pod comes back with {}", inside.join(", "))),
        (false, _) => (false, format!("a pod comes back with {} alone", inside.join(", "))),
        (true, true) => (false, format!("{container} is also put into a pod that did not ask for it")),
    })
}

impl<'a> Probe<'a> {
    async fn begin(wire: &Wire, asks: Option<&'a OptIn>) -> Result<Self> {
        let name = format!("meshery-probe-{:08x}", RandomState::new().hash_one(()) as u32);
        let probe = Self { id: ObjectId::new("", "Namespace", None, &name), asks };
        let metadata = probe.tagged(Holder::Namespace, &name);
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata });
        create(wire, "/api/v1/namespaces".into(), &namespace, false, &probe.id).await??;
        Ok(probe)
    }

    /// Metadata that asks, if it is to.
    fn tagged(&self, holder: Holder, name: &str) -> Value {
        let mut metadata = json!({ "name": name });
        if let Some(asks) = self.asks.filter(|asks| asks.on == holder) {
            let field = match asks.tag {
                Tag::Annotation => "annotations",
                Tag::Label => "labels",
            };
            metadata[field] = json!({ &asks.name: asks.value.as_deref().unwrap_or_default() });
        }
        metadata
    }

    /// The containers of a pod that would be made in it.
    async fn containers(&self, wire: &Wire) -> Result<Vec<String>> {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": self.tagged(Holder::Pod, "probe"),
            "spec": { "containers": [{ "name": "probe", "image": "probe" }] },
        });
        let (path, begun) = (format!("/api/v1/namespaces/{}/pods", self.id.name), Instant::now());
        loop {
            match create(wire, path.clone(), &pod, true, &self.id).await? {
                Ok(pod) => {
                    let lists = ["/spec/initContainers", "/spec/containers"];
                    let containers = lists.iter().flat_map(|list| pod.items(list));
                    let names = containers.filter_map(|container| container["name"].as_str());
                    return Ok(names.map(str::to_owned).collect());
                }
                // The account that pods have by default is made a moment after the namespace.
                Err(error) if error.to_string().contains("serviceaccount") && begun.elapsed() < SETTLING => {
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
