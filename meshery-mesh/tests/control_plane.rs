//! A real control plane: it starts, works, is told what to do, and leaves nothing.
#![cfg(target_os = "linux")]

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::scratch::Scratch;
use crate::support::{assert_gone, testbed};
use base64::Engine;
use meshery_core::control_plane::PodFate;
use meshery_core::{ControlPlaneSpec, ErrorKind, Object, Result};
use meshery_mesh::ControlPlane;
use meshery_mesh::cluster::{Api, Change, Cluster, Method, Request, Watch};
use meshery_mesh::control_plane::{Conduct, Service};
use serde_json::{Value, json};

fn api(group: &str, kind: &str, plural: &str) -> Api {
    let (group, kind, plural) = (group.into(), kind.into(), plural.into());
    Api { group, version: "v1".into(), kind, plural, namespaced: true }
}

async fn create(cluster: &Cluster, api: &Api, namespace: &str, object: Value) -> Result<Object> {
    let request = Request::new(Method::Post, api.path(Some(namespace), None));
    cluster.send(request.body("application/json", object.to_string().into_bytes())).await?.json().await
}

/// Waits until an object is as it should be.
async fn until(cluster: &Cluster, api: &Api, name: &str, is_so: impl Fn(&Object) -> bool) -> Object {
    let request =
        Request::get(api.path(Some("default"), None)).query("fieldSelector", &format!("metadata.name={name}"));
    until_any(cluster, request, is_so).await
}

/// Waits until one of several objects is as it should be.
async fn until_any(cluster: &Cluster, request: Request, is_so: impl Fn(&Object) -> bool) -> Object {
    let place = request.target.clone();
    let mut watch = Watch::new(cluster, request);
    let look = async {
        loop {
            if let Change::Seen(object) = watch.next().await.unwrap()
                && is_so(&object)
            {
                return object;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("{place} is not so"))
}

fn workload(kind: &str, name: &str) -> Value {
    let restart = if kind == "Job" { "Never" } else { "Always" };
    let mut spec = json!({ "template": {
        "metadata": { "labels": { "app": name } },
        "spec": { "restartPolicy": restart, "containers": [{ "name": "main", "image": "none" }] },
    } });
    if kind != "Job" {
        spec["selector"] = json!({ "matchLabels": { "app": name } });
    }
    json!({ "metadata": { "name": name }, "spec": spec })
}

#[tokio::test]
async fn workloads_go_on_or_fail_as_they_are_told() {
    let Some(plane) = testbed::start().await else { return };
    assert!(plane.version().starts_with("v1."), "{}", plane.version());
    let cluster = plane.cluster("test").await.unwrap();
    plane.nodes().destine("default", "crashing", PodFate::CrashLoop);
    plane.nodes().destine("default", "slow", PodFate::Slow(Duration::from_millis(300)));
    let (deployments, jobs) = (api("apps", "Deployment", "deployments"), api("batch", "Job", "jobs"));
    let daemons = api("apps", "DaemonSet", "daemonsets");
    for name in ["good", "crashing", "slow"] {
        create(&cluster, &deployments, "default", workload("Deployment", name)).await.unwrap();
    }
    create(&cluster, &daemons, "default", workload("DaemonSet", "everywhere")).await.unwrap();
    create(&cluster, &jobs, "default", workload("Job", "once")).await.unwrap();

    let ready = |object: &Object| object.get("/status/readyReplicas") == Some(&json!(1));
    until(&cluster, &deployments, "good", ready).await;
    until(&cluster, &deployments, "slow", ready).await;
    until(&cluster, &daemons, "everywhere", |object| object.get("/status/numberReady") == Some(&json!(1))).await;
    until(&cluster, &jobs, "once", |object| object.get("/status/succeeded") == Some(&json!(1))).await;
    let pods = Api { group: String::new(), ..api("", "Pod", "pods") };
    let crashes = |pod: &Object| pod.text("/status/containerStatuses/0/state/waiting/reason") == "CrashLoopBackOff";
    let request = Request::get(pods.path(Some("default"), None)).query("labelSelector", "app=crashing");
    until_any(&cluster, request, crashes).await;

    plane.nodes().destine("default", "crashing", PodFate::Ready);
    until(&cluster, &deployments, "crashing", ready).await;
    assert_eq!(plane.nodes().troubles(), Vec::<String>::new());
    stop(plane);
}

fn stop(plane: ControlPlane) {
    let pids: Vec<u32> = plane.processes().map(|(_, pid)| pid).collect();
    let kubeconfig = plane.kubeconfig_path();
    assert_eq!(pids.len(), 4);
    assert!(kubeconfig.is_file());
    plane.stop().unwrap();
    assert_gone(&pids);
    assert!(!kubeconfig.parent().unwrap().exists());
}

/// Between a free port and a server that listens on it there is room for somebody else.
#[tokio::test]
async fn a_server_whose_port_is_taken_starts_again_on_another() {
    let Some(manager) = testbed::server("kube-controller-manager") else { return };
    let folder = Scratch::new("ports");
    for server in ["etcd", "kube-apiserver", "kube-scheduler"] {
        let Some(real) = testbed::server(server) else { return };
        std::os::unix::fs::symlink(real, folder.path(server)).unwrap();
    }
    let script = format!(
        "#!/bin/sh
if mkdir '{}' 2>/dev/null; then
  echo 'listen tcp 127.0.0.1:1: bind: address already in use' >&2
  exit 1
fi
exec '{}' \"$@\"
",
        folder.path("taken"),
        manager.display()
    );
    let path = folder.write("kube-controller-manager", &script);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let programs = Some(folder.0.display().to_string());
    let plane = testbed::start_with(ControlPlaneSpec { programs, ..ControlPlaneSpec::default() }).await.unwrap();
    assert!(folder.0.join("taken").is_dir(), "the first one has met somebody else");
    stop(plane);
}

#[tokio::test]
async fn every_request_is_in_the_audit_log() {
    let Some(plane) = testbed::start().await else { return };
    let cluster = plane.cluster("counted").await.unwrap();
    let before = plane.audit().mark().await.unwrap();
    let configs = api("", "ConfigMap", "configmaps");
    create(&cluster, &configs, "default", json!({ "metadata": { "name": "a" } })).await.unwrap();
    let again = create(&cluster, &configs, "default", json!({ "metadata": { "name": "a" } })).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    let gone = Request::new(Method::Delete, configs.path(Some("default"), Some("a"))).query("dryRun", "All");
    cluster.send(gone).await.unwrap().body().await.unwrap();
    cluster.send(Request::get(configs.path(Some("default"), Some("b")))).await.unwrap();
    let after = plane.audit().mark().await.unwrap();

    let all = plane.audit().between(before, after).unwrap();
    let mine: Vec<_> = all.iter().filter(|request| request.user_agent == "counted").collect();
    let shown: Vec<_> = mine.iter().map(|request| (request.verb.as_str(), request.status, request.writes())).collect();
    assert_eq!(shown, [("create", 201, true), ("create", 409, true), ("delete", 200, false), ("get", 404, false)]);
    assert!(
        mine.iter().all(|request| request.object.resource == "configmaps" && request.object.namespace == "default")
    );
}

#[tokio::test]
async fn webhooks_are_really_called() {
    let Some(plane) = testbed::start().await else { return };
    let cluster = plane.cluster("test").await.unwrap();
    let (services, configs) = (api("", "Service", "services"), api("", "ConfigMap", "configmaps"));
    let service = json!({ "metadata": { "name": "judge" }, "spec": { "ports": [{ "port": 443 }] } });
    create(&cluster, &services, "default", service).await.unwrap();
    let stand_in = plane.stand_in(Service::new("default", "judge", 443)).await.unwrap();
    let bundle = base64::engine::general_purpose::STANDARD.encode(stand_in.authority_pem());
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": { "name": "judge" },
        "webhooks": [{
            "name": "judge.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 1,
            "failurePolicy": "Fail", "clientConfig": { "caBundle": bundle, "service": { "namespace": "default", "name": "judge" } },
            "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"] }],
        }],
    });
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    let request = Request::new(Method::Post, path).body("application/json", webhook.to_string().into_bytes());
    cluster.send(request).await.unwrap().body().await.unwrap();

    let config = || json!({ "metadata": { "generateName": "a-" } });
    stand_in.behave(Conduct::Deny("not today".into()));
    let denied = denied(&cluster, &configs).await;
    assert!(denied.contains("not today"), "{denied}");
    stand_in.behave(Conduct::Answer);
    create(&cluster, &configs, "default", config()).await.unwrap();
    assert_eq!(stand_in.reviews().last().unwrap()["request"]["kind"]["kind"], "ConfigMap");
    for (conduct, words) in [(Conduct::Hang, "deadline exceeded"), (Conduct::Absent, "failed calling webhook")] {
        stand_in.behave(conduct);
        let error = create(&cluster, &configs, "default", config()).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    plane.serve(Service::new("default", "judge", 443), None);
    let error = create(&cluster, &configs, "default", config()).await.unwrap_err().to_string();
    assert!(error.contains("failed calling webhook"), "{error}");
}

/// The words in which the webhook denies: the server needs a moment until it calls a new one.
async fn denied(cluster: &Cluster, configs: &Api) -> String {
    for _ in 0..2000 {
        match create(cluster, configs, "default", json!({ "metadata": { "generateName": "a-" } })).await {
            Err(error) => return error.to_string(),
            Ok(_) => tokio::time::sleep(Duration::from_millis(25)).await,
        }
    }
    panic!("nobody denies");
}
