//! Whether a mesh does what it promises: asked of the server, by dry runs that leave nothing behind.

use std::hash::{BuildHasher, RandomState};

use meshery_core::lifecycle::{ClusterCheck, ClusterProbe, Holder, InstanceStatus, OptIn, Tag};
use meshery_core::{CheckOutcome, Error, ErrorKind, Object, ObjectId, Result};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use crate::cluster::{Api, Discovery, Method, Request};
use crate::lifecycle::run::one;
use crate::lifecycle::run::wire::Wire;

/// How long a new namespace may take until pods can be made in it.
const SETTLING: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// Makes every check.
pub(super) async fn verify(
    wire: &Wire,
    discovery: &Discovery,
    status: &InstanceStatus,
    namespace: &str,
    checks: Vec<ClusterCheck>,
) -> Result<Vec<CheckOutcome>> {
    let mut outcomes = Vec::new();
    for ClusterCheck { name, claim, probe } in checks {
        let (passed, evidence) = match &probe {
            ClusterProbe::Ready => ready(status),
            ClusterProbe::Denied { object, control } => denied(wire, discovery, namespace, object, control).await?,
            ClusterProbe::Injected { opt_in, container } => injected(wire, opt_in, container).await?,
            other => (false, format!("this meshery knows no such probe: {other:?}")),
        };
        outcomes.push(CheckOutcome { name, claim, passed, evidence });
    }
    Ok(outcomes)
}

fn ready(status: &InstanceStatus) -> (bool, String) {
    let unready: Vec<_> = status.objects.iter().filter(|(_, health)| !health.is_ready()).collect();
    match unready.first() {
        None => (status.healthy, format!("{} objects are there and ready", status.objects.len())),
        Some((id, health)) => (false, format!("{} objects are not ready, among them {id}: {health}", unready.len())),
    }
}

async fn denied(
    wire: &Wire,
    discovery: &Discovery,
    namespace: &str,
    object: &Object,
    control: &Object,
) -> Result<(bool, String)> {
    let control = dry_create(wire, discovery, namespace, control).await?;
    if let Err(error) = control {
        return Ok((false, format!("what is in order is refused as well: {error}")));
    }
    Ok(match dry_create(wire, discovery, namespace, object).await? {
        Ok(_) => (false, format!("{object} is taken, though it should be refused")),
        Err(error) if error.report().message.contains("denied the request") => (true, error.report().message.clone()),
        Err(error) => (false, format!("{object} is refused, but not by a webhook: {error}")),
    })
}

/// What would come of an object. A refusal is no error.
async fn dry_create(wire: &Wire, discovery: &Discovery, namespace: &str, object: &Object) -> Result<Result<Object>> {
    let unknown = || Error::new(ErrorKind::NotFound, "the server does not know its kind").at(object.to_string());
    let api = discovery.find(object.api_version(), object.kind()).ok_or_else(unknown)?;
    let path = api.path(Some(object.namespace().unwrap_or(namespace)), None);
    create(wire, path, object.value(), true, &object.id()).await
}

async fn create(wire: &Wire, path: String, object: &Value, dry: bool, about: &ObjectId) -> Result<Result<Object>> {
    let mut request = Request::new(Method::Post, path);
    if dry {
        request = request.query("dryRun", "All");
    }
    let sent = wire.send(request.body("application/json", serde_json::to_vec(object)?), about).await?;
    Ok(sent.accepted().and_then(|sent| sent.json()))
}

/// A namespace that is removed again, and who asks for a proxy in it.
struct Probe<'a> {
    id: ObjectId,
    asks: Option<&'a OptIn>,
}

async fn injected(wire: &Wire, opt_in: &OptIn, container: &str) -> Result<(bool, String)> {
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
