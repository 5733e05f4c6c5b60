//! Everything around a mesh whose own control plane cannot run here: stand-ins for its services, a controller that tells
//! webhooks whom to trust, and disks.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::lifecycle::{ClusterMesh, ClusterProbe, OptIn, Source};
use meshery_core::{InstanceSpec, MeshId, Object};
use meshery_mesh::analyze;
use meshery_mesh::cluster::{Cluster, Method, Request, Watch};
use meshery_mesh::control_plane::{Conduct, Service, StandIn};
use meshery_mesh::lifecycle::manifests;
use meshery_mesh::providers::PROVIDERS;
use serde_json::{Value, json};

use super::bed::Bed;
use super::{credentials, shared};

/// A release of a mesh in one of its profiles, as it lies beside the repository.
#[derive(Clone, Debug)]
pub struct Release {
    pub mesh: String,
    pub version: String,
    pub profile: String,
    pub namespace: String,
    pub objects: Vec<Object>,
}

/// Every profile of a mesh, each with its releases from the oldest to the newest.
pub fn chains(mesh: &str) -> Option<BTreeMap<String, Vec<Release>>> {
    let folder = shared::data("mesh-manifests")?;
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let mut chains: BTreeMap<String, Vec<Release>> = BTreeMap::new();
    for entry in index.iter().filter(|entry| entry["mesh"] == mesh) {
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        let releases = entry["releases"].as_array().unwrap();
        let read = |release: &Value| {
            let file = release["file"].as_str().unwrap();
            let namespace = release["namespace"].as_str().unwrap();
            let objects = manifests::read(&[analyze::Source::new(file, fs::read(folder.join(file)).unwrap())]).unwrap();
            // What has no namespace of its own has that of its release.
            let placed = |object: Object| match object.namespace() {
                None if is_in_namespace(&object) => object.in_namespace(Some(namespace)),
                _ => object,
            };
            objects.into_iter().map(placed).collect::<Vec<_>>()
        };
        let release = Release {
            mesh: mesh.into(),
            version: text("version"),
            profile: text("profile"),
            namespace: releases[0]["namespace"].as_str().unwrap().into(),
            objects: releases.iter().flat_map(read).collect(),
        };
        chains.entry(text("profile")).or_default().push(release);
    }
    assert!(!chains.is_empty(), "{mesh}");
    Some(chains)
}

fn is_in_namespace(object: &Object) -> bool {
    ["ConfigMap", "DaemonSet", "Deployment", "Job", "PodDisruptionBudget", "Role", "RoleBinding", "Secret", "Service"]
        .contains(&object.kind())
        || ["ServiceAccount", "StatefulSet"].contains(&object.kind())
}

/// How a mesh says what is particular to it.
pub fn mesh(name: &str) -> &'static dyn ClusterMesh {
    PROVIDERS.iter().find(|provider| provider.info().id.as_str() == name).unwrap().cluster().unwrap()
}

impl Release {
    /// An instance of it.
    pub fn spec(&self, name: &str) -> InstanceSpec {
        let text: Vec<String> = self.objects.iter().map(|object| object.value().to_string()).collect();
        let sources = vec![Source::Text(text.join("\n---\n"))];
        InstanceSpec {
            mesh: Some(MeshId::from(self.mesh.as_str())),
            version: self.version.clone(),
            ..InstanceSpec::new(name, &self.namespace, sources)
        }
    }

    /// The services that the API server calls.
    fn called(&self) -> Vec<Service> {
        let mut called = Vec::new();
        for object in &self.objects {
            for webhook in object.items("/webhooks") {
                called.extend(service(&webhook["clientConfig"]["service"]));
            }
            called.extend(object.get("/spec/service").and_then(service).filter(|_| object.kind() == "APIService"));
        }
        called.sort();
        called.dedup();
        called
    }
}

fn service(place: &Value) -> Option<Service> {
    let port = place["port"].as_u64().unwrap_or(443) as u16;
    Some(Service::new(place["namespace"].as_str()?, place["name"].as_str()?, port))
}

/// Stand-ins for everything that the API server calls.
pub struct Stage {
    stand_ins: BTreeMap<Service, StandIn>,
    late: std::sync::Mutex<Vec<StandIn>>,
    trust: tokio::task::JoinHandle<()>,
}

impl Stage {
    /// Sets the stage for all releases of a mesh, whose placeholders become the stand-ins' certificates.
    pub async fn set(bed: &Bed, releases: &mut [Release]) -> Self {
        let mesh = mesh(&releases[0].mesh);
        let spec = releases[0].spec("stage");
        let conduct = mesh.checks(&spec).iter().find_map(|check| match &check.probe {
            ClusterProbe::Injected { opt_ins, container } => {
                Some(Conduct::Inject { opt_ins: opt_ins.clone(), container: container.clone() })
            }
            _ => None,
        });
        let mut stand_ins = BTreeMap::new();
        for service in releases.iter().flat_map(Release::called).collect::<std::collections::BTreeSet<_>>() {
            let stand_in = bed.plane.stand_in(service.clone()).await.unwrap();
            stand_in.behave(conduct.clone().unwrap_or_default());
            stand_ins.insert(service, stand_in);
        }
        let bundles: BTreeMap<Service, String> = stand_ins
            .iter()
            .map(|(service, stand_in)| (service.clone(), STANDARD.encode(stand_in.authority_pem())))
            .collect();
        let mut made = BTreeMap::new();
        for release in releases.iter_mut() {
            for object in &mut release.objects {
                *object = trusting(object, &bundles);
            }
            certify(release, mesh, &mut made);
        }
        let owners = mesh.facts(&spec).runtime_owners;
        let manager = owners.first().map_or_else(|| "controller".to_owned(), |owner| owner.manager.clone());
        let trust = tokio::spawn(keep_trust(bed.cluster.clone(), bundles, manager));
        Self { stand_ins, late: std::sync::Mutex::default(), trust }
    }

    /// What a mesh makes itself once it runs, where its manifests leave that to it.
    pub async fn at_run_time(&self, bed: &Bed, release: &Release) {
        if release.mesh != "osm" {
            return;
        }
        let service = Service::new("osm-system", "osm-injector", 9090);
        let stand_in = bed.plane.stand_in(service).await.unwrap();
        let opt_in = OptIn::namespace_label("openservicemesh.io/monitored-by", Some("osm"));
        stand_in.behave(Conduct::Inject { opt_ins: vec![opt_in], container: "envoy".into() });
        let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": { "name": "meshconfigs.config.openservicemesh.io" },
            "spec": {
                "group": "config.openservicemesh.io", "scope": "Namespaced",
                "names": { "kind": "MeshConfig", "plural": "meshconfigs" },
                "versions": [{
                    "name": "v1alpha2", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema },
                }],
            },
        });
        let bundle = STANDARD.encode(stand_in.authority_pem());
        let place =
            json!({ "namespace": "osm-system", "name": "osm-injector", "path": "/mutate-pod-creation", "port": 9090 });
        let webhook = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": { "name": "osm-webhook-osm" },
            "webhooks": [{
                "name": "osm-inject.k8s.io", "sideEffects": "NoneOnDryRun", "admissionReviewVersions": ["v1"],
                "clientConfig": { "caBundle": bundle, "service": place },
                "namespaceSelector": { "matchLabels": { "openservicemesh.io/monitored-by": "osm" } },
                "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"] }],
            }],
        });
        let hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/osm-webhook-osm";
        let definitions =
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/meshconfigs.config.openservicemesh.io";
        bed.apply(definitions, "osm-bootstrap", &definition).await.unwrap();
        bed.apply(hooks, "osm-injector", &webhook).await.unwrap();
        self.late.lock().unwrap().push(stand_in);
        // It is not called from one moment to the next.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    /// From now on all services behave so.
    pub fn behave(&self, conduct: &Conduct) {
        for stand_in in self.stand_ins.values() {
            stand_in.behave(conduct.clone());
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.trust.abort();
    }
}

/// Puts certificates that are some in place of those that a release has as placeholders: the same ones in every release
/// of a chain, as whoever upgrades has them.
fn certify(release: &mut Release, mesh: &dyn ClusterMesh, made: &mut BTreeMap<String, [String; 3]>) {
    for credential in mesh.facts(&release.spec("stage")).credentials {
        let texts = made.entry(credential.name.clone()).or_insert_with(|| credentials::make(&credential));
        for (place, text) in credential.places().into_iter().zip(texts) {
            for object in release.objects.iter_mut().filter(|object| object.id() == place.object) {
                let mut value = object.value().clone();
                let Some(kept) = value.pointer_mut(&place.pointer) else { continue };
                *kept = match object.kind() {
                    "ConfigMap" => text.as_str().into(),
                    "Secret" => STANDARD.encode(&*text).into(),
                    // Beside whom it trusts already.
                    _ => {
                        let before = STANDARD.decode(kept.as_str().unwrap_or_default()).unwrap_or_default();
                        STANDARD.encode([before, text.as_bytes().to_vec()].concat()).into()
                    }
                };
                *object = Object::new(value).unwrap();
            }
        }
    }
}

/// An object with real certificates in place of placeholders; where it leaves them to run time, so does this.
fn trusting(object: &Object, bundles: &BTreeMap<Service, String>) -> Object {
    let mut value = object.value().clone();
    let replace = |config: &mut Value| {
        let bundle = service(&config["service"]).and_then(|service| bundles.get(&service));
        if let Some(bundle) = bundle.filter(|_| config["caBundle"].is_string()) {
            config["caBundle"] = bundle.as_str().into();
        }
    };
    for webhook in value.get_mut("webhooks").and_then(Value::as_array_mut).into_iter().flatten() {
        replace(&mut webhook["clientConfig"]);
    }
    if object.kind() == "APIService" {
        replace(&mut value["spec"]);
    }
    Object::new(value).unwrap()
}

/// Tells webhooks whom to trust, as the controllers of meshes do that leave this to run time.
async fn keep_trust(cluster: Cluster, bundles: BTreeMap<Service, String>, manager: String) {
    let kinds = [
        "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        "apiregistration.k8s.io/v1/apiservices",
    ];
    let watches = kinds.map(|kind| {
        let (cluster, bundles, manager) = (cluster.clone(), Arc::new(bundles.clone()), manager.clone());
        tokio::spawn(async move {
            let path = format!("/apis/{kind}");
            let mut watch = Watch::new(&cluster, Request::get(&path));
            loop {
                let known: Vec<Object> = watch.known().values().cloned().collect();
                for object in known {
                    trust(&cluster, &format!("{path}/{}", object.name()), &object, &bundles, &manager).await;
                }
                if watch.next().await.is_err() {
                    watch = Watch::new(&cluster, Request::get(&path));
                }
            }
        })
    });
    let handles = watches.map(AbortOnDrop);
    std::future::pending::<()>().await;
    drop(handles);
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn trust(cluster: &Cluster, path: &str, object: &Object, bundles: &BTreeMap<Service, String>, manager: &str) {
    let lacking = object.items("/webhooks").iter().enumerate().filter_map(|(place, webhook)| {
        let config = &webhook["clientConfig"];
        let bundle = bundles.get(&service(&config["service"])?)?;
        (!config["caBundle"].is_string()).then(
            || json!({ "op": "add", "path": format!("/webhooks/{place}/clientConfig/caBundle"), "value": bundle }),
        )
    });
    let mut operations: Vec<Value> = lacking.collect();
    let is_plain = object.text("/spec/caBundle").is_empty() && object.get("/spec/insecureSkipTLSVerify").is_none();
    let aggregated = object.get("/spec/service").filter(|_| object.kind() == "APIService" && is_plain);
    if let Some(bundle) = aggregated.and_then(service).and_then(|place| bundles.get(&place)) {
        operations.push(json!({ "op": "add", "path": "/spec/caBundle", "value": bundle }));
    }
    if !operations.is_empty() {
        let sent = Request::new(Method::Patch, path).query("fieldManager", manager);
        let sent = sent.body("application/json-patch+json", Value::from(operations).to_string().into_bytes());
        // It may be gone already.
        let _ = cluster.send(sent).await;
    }
}

/// Disks, for whoever asks for one.
pub async fn disks(bed: &Bed, count: usize) {
    for number in 0..count {
        let disk = json!({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": format!("disk-{number}") },
            "spec": {
                "capacity": { "storage": "100Gi" }, "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain", "hostPath": { "path": "/disk" },
            },
        });
        bed.create("/api/v1/persistentvolumes", &disk).await.unwrap();
    }
}
