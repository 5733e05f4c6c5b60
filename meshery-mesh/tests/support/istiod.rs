//! The real istiod beside a control plane, as its own Deployment would start it.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use std::time::Duration;

use meshery_core::{InstanceSpec, MeshId, Object};
use meshery_mesh::ControlPlane;
use meshery_mesh::cluster::{Cluster, Request};
use meshery_mesh::control_plane::{Companion, CompanionSpec, Service, testbed};
use meshery_mesh::lifecycle::render::{Tools, render};
use meshery_mesh::providers::PROVIDERS;
use serde_json::{Value, json};

/// Where istiod says how it is called to validate.
pub const VALIDATOR: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istio-validator-istio-system";

/// What istiod writes into every namespace, once it has been elected to.
const ROOT: &str = "/api/v1/namespaces/default/configmaps/istio-ca-root-cert";
/// How long it may take, on a machine with better things to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// istiod has made sure that it is called before it has its webhooks fail closed.
pub async fn until_it_validates(cluster: &Cluster) {
    let policy = async || {
        let answer = cluster.send(Request::get(VALIDATOR)).await.unwrap();
        answer.json::<Value>().await.unwrap()["webhooks"][0]["failurePolicy"].clone()
    };
    let fails_closed = async {
        while policy().await != "Fail" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, fails_closed).await.unwrap();
}

/// istiod has written what it writes: whoever compares what there is before and after must not find it in between.
async fn until_it_has_written(cluster: &Cluster) {
    let written = async {
        while cluster.send(Request::get(ROOT)).await.unwrap().status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, written).await.unwrap();
}

/// Istio's own charts with these values and, beside another one, as this revision.
pub fn spec(name: &str, revision: Option<&str>, values: &Value) -> InstanceSpec {
    let charts = testbed().unwrap().join("share/istio/manifests/charts");
    let mut settings = json!({ "charts": charts, "values": values });
    if let Some(revision) = revision {
        settings["revision"] = revision.into();
    }
    let mut spec = InstanceSpec::new(name, "istio-system", vec![]);
    spec.mesh = Some(MeshId::from("istio"));
    spec.settings.clone_from(settings.as_object().unwrap());
    spec
}

pub fn tools() -> Tools {
    Tools { helm: Some(testbed().unwrap().join("bin/helm")), ..Tools::default() }
}

/// What the charts come to.
pub async fn rendered(spec: &InstanceSpec) -> Vec<Object> {
    let istio = PROVIDERS.iter().find(|mesh| mesh.info().id.as_str() == "istio").unwrap().cluster().unwrap();
    render(spec, &istio.sources(spec).unwrap(), &tools()).await.unwrap()
}

/// Starts istiod for an instance, and has the API server find it under the instance's own service.
pub async fn start(plane: &ControlPlane, spec: &InstanceSpec) -> Companion {
    let objects = rendered(spec).await;
    let deployment = objects.iter().find(|object| object.kind() == "Deployment").unwrap();
    let ports: Vec<u16> = (0..5).map(|_| ControlPlane::free_port().unwrap()).collect();
    let flags = ["httpAddr", "httpsAddr", "grpcAddr", "secureGRPCAddr", "monitoringAddr"];
    let mut arguments = vec!["discovery".to_owned(), format!("--kubeconfig={}", plane.kubeconfig_path().display())];
    arguments.extend(flags.iter().zip(&ports).map(|(flag, port)| format!("--{flag}=127.0.0.1:{port}")));
    arguments.push("--ctrlz_port=0".into());
    // What its Deployment says, and what only a cluster would.
    let given = deployment.items("/spec/template/spec/containers/0/env").iter();
    let mut environment: Vec<(String, String)> = given
        .filter_map(|variable| Some((variable["name"].as_str()?.to_owned(), variable["value"].as_str()?.to_owned())))
        .collect();
    for (name, value) in [
        ("POD_NAME", "istiod-local"),
        ("POD_NAMESPACE", "istio-system"),
        ("SERVICE_ACCOUNT", "istiod"),
        ("KUBECONFIG", ""),
        ("HOME", "/nonexistent"),
    ] {
        environment.push((name.into(), value.into()));
    }
    let ready = Some((ports[0], "/ready".to_owned()));
    let program = "pilot-discovery".to_owned();
    let companion = CompanionSpec { program, arguments, environment, ready, ..CompanionSpec::default() };
    let companion = plane.accompany(&companion).await.unwrap_or_else(|error| panic!("{error}"));
    let service = objects.iter().find(|object| object.kind() == "Service").unwrap();
    for (offered, port) in [(443, ports[1]), (15014, ports[4])] {
        let at = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        plane.serve(Service::new("istio-system", service.name(), offered), Some(at));
    }
    until_it_has_written(&plane.cluster("istiod-is-there").await.unwrap()).await;
    companion
}
