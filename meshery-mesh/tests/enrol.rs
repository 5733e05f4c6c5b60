//! Workloads move in and out of meshes whose injectors are stand-ins: by annotation, by what stands on pods, by two marks
//! at once; and whatever may go wrong on the way.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::time::Duration;

use crate::support::accounts;
use crate::support::bed::{Bed, bed, text};
use crate::support::stage::{self, Release, Stage};
use meshery_core::control_plane::PodFate;
use meshery_core::lifecycle::{ChangeAction, Happening, OnFailure, OperationEvent};
use meshery_core::{
    AuditedRequest, Cancel, Context, EnrolmentReport, EnrolmentSpec, ErrorKind, Event, Health, InstanceSpec, MeshId,
    OperationOptions, Result,
};
use meshery_mesh::control_plane::Conduct;
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

fn deployment(name: &str, more: &str) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name} }}
spec:
  selector: {{ matchLabels: {{ app: {name} }} }}
  {more}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec: {{ containers: [{{ name: {name}, image: {name} }}] }}
"
    )
}

/// Workloads of a user's: two that run, and one without pods.
fn shop() -> InstanceSpec {
    let yaml = [deployment("cart", ""), deployment("ledger", "replicas: 2"), deployment("resting", "replicas: 0")];
    text("shop", "shop", yaml.concat())
}

/// A mesh whose newest release is installed, with stand-ins for what answers its webhooks.
struct Ground {
    bed: Bed,
    stage: Stage,
    release: Release,
}

async fn ground(mesh: &str) -> Option<Ground> {
    let mut chain = stage::chains(mesh)?.remove("default").unwrap();
    let bed = bed().await?;
    stage::disks(&bed, 4).await;
    let stage = Stage::set(&bed, &mut chain).await;
    let release = chain.pop().unwrap();
    bed.install(&release.spec("mesh")).await.unwrap();
    stage.at_run_time(&bed, &release).await;
    bed.install(&shop()).await.unwrap();
    Some(Ground { bed, stage, release })
}

fn wish() -> EnrolmentSpec {
    EnrolmentSpec::new("mesh", &["shop"])
}

impl Ground {
    async fn enrol(&self, spec: &EnrolmentSpec) -> Result<EnrolmentReport> {
        self.bed.lifecycle.enrol(spec, &self.bed.options, &self.bed.context).await
    }

    async fn withdraw(&self, spec: &EnrolmentSpec) -> Result<EnrolmentReport> {
        self.bed.lifecycle.withdraw(spec, &self.bed.options, &self.bed.context).await
    }

    /// What the pods of a workload are made like.
    async fn template(&self, name: &str) -> Value {
        let path = format!("/apis/apps/v1/namespaces/shop/deployments/{name}");
        self.bed.value(&path).await["spec"]["template"]["metadata"].clone()
    }

    async fn namespace(&self) -> Value {
        self.bed.value("/api/v1/namespaces/shop").await["metadata"].clone()
    }

    /// The containers of all pods that stay.
    async fn containers(&self) -> Vec<String> {
        let pods = self.bed.value("/api/v1/namespaces/shop/pods").await;
        let stay =
            pods["items"].as_array().unwrap().iter().filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        let mut names: Vec<String> = stay
            .map(|pod| {
                let containers = pod["spec"]["containers"].as_array().unwrap().iter();
                containers.map(|container| container["name"].as_str().unwrap()).collect::<Vec<_>>().join("+")
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// What a call has written, and what came of it.
    async fn written<T>(&self, work: impl Future<Output = T>) -> (T, Vec<AuditedRequest>) {
        let before = self.bed.mark().await;
        let done = work.await;
        let after = self.bed.mark().await;
        (done, self.bed.requests(before, after).into_iter().filter(AuditedRequest::writes).collect())
    }
}

#[tokio::test]
async fn a_namespace_asks_by_an_annotation_and_comes_back_as_it_was() {
    let Some(ground) = ground("linkerd").await else { return };
    let before = (ground.namespace().await["labels"].clone(), ground.containers().await);
    let report = ground.enrol(&wish()).await.unwrap();
    assert_eq!((report.marked.len(), report.restarted.len(), report.pods.len()), (1, 2, 3), "{report:?}");
    assert!(report.pods.iter().all(|pod| pod.proxy.as_deref() == Some("linkerd-proxy") && pod.revision.is_none()));
    assert_eq!(ground.namespace().await["annotations"], json!({ "linkerd.io/inject": "enabled" }));
    assert_eq!(ground.containers().await, ["cart+linkerd-proxy", "ledger+linkerd-proxy"]);
    let stamp = ground.template("cart").await["annotations"][RESTARTED_AT].clone();
    assert!(stamp.as_str().unwrap().ends_with('Z'), "{stamp}");
    let (again, written) = ground.written(ground.enrol(&wish())).await;
    assert_eq!((again.unwrap().changed_anything(), written), (false, vec![]));
    // Another mode of the same mesh is the user's to choose.
    let ingress = json!({ "metadata": { "annotations": { "linkerd.io/inject": "ingress" } } });
    ground.bed.merge("/api/v1/namespaces/shop", "kubectl-annotate", &ingress).await.unwrap();
    assert!(!ground.enrol(&wish()).await.unwrap().changed_anything());
    let overruling = OperationOptions { overrule: vec!["kubectl-annotate".into()], ..ground.bed.options.clone() };
    let error = ground.withdraw(&wish()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("kubectl-annotate"), "{error}");
    ground.bed.lifecycle.withdraw(&wish(), &overruling, &ground.bed.context).await.unwrap();
    let metadata = ground.namespace().await;
    assert_eq!((metadata["labels"].clone(), ground.containers().await), before);
    assert!(metadata.get("annotations").is_none_or(|all| all == &json!({})), "{metadata}");
}

#[tokio::test]
async fn workloads_ask_by_their_pods_where_that_is_how_a_mesh_is_asked() {
    let Some(ground) = ground("consul").await else { return };
    let inject = "consul.hashicorp.com/connect-inject";
    let out = json!({ "spec": { "template": { "metadata": { "annotations": { inject: "false" } } } } });
    ground.bed.install(&text("bank", "shop", deployment("outsider", ""))).await.unwrap();
    ground.bed.merge("/apis/apps/v1/namespaces/shop/deployments/outsider", "kubectl-edit", &out).await.unwrap();
    let unrestarted = EnrolmentSpec { restart: false, ..wish() };
    let error = ground.enrol(&unrestarted).await.unwrap_err();
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("restart")));

    let plan = ground.bed.lifecycle.plan_enrol(&wish(), &ground.bed.options, &ground.bed.context).await.unwrap();
    let counts = [ChangeAction::Restart, ChangeAction::Update, ChangeAction::Keep].map(|action| plan.count(action));
    assert_eq!(counts, [2, 1, 1], "{}", plan.to_text());
    assert!(plan.to_text().contains("connect-inject\"]: nothing -> \"true\""), "{}", plan.to_text());
    let report = ground.enrol(&wish()).await.unwrap();
    assert_eq!((report.marked.len(), report.restarted.len(), report.pods.len()), (3, 2, 3), "{report:?}");
    for name in ["cart", "ledger", "resting"] {
        assert_eq!(ground.template(name).await["annotations"], json!({ inject: "true" }), "no restart beside the mark");
    }
    assert!(ground.namespace().await.get("annotations").is_none());
    let expected = ["cart+consul-dataplane", "ledger+consul-dataplane", "outsider"];
    assert_eq!(ground.containers().await, expected);
    let (again, written) = ground.written(ground.enrol(&wish())).await;
    assert_eq!((again.unwrap().changed_anything(), written), (false, vec![]));

    ground.withdraw(&wish()).await.unwrap();
    assert!(ground.template("cart").await.get("annotations").is_none_or(|all| all == &json!({})));
    assert_eq!(ground.containers().await, ["cart", "ledger", "outsider"]);
    assert!(!ground.bed.install(&shop()).await.unwrap().changed_anything());
}

#[tokio::test]
async fn all_marks_of_a_way_come_together() {
    let Some(ground) = ground("osm").await else { return };
    ground.enrol(&wish()).await.unwrap();
    let metadata = ground.namespace().await;
    assert_eq!(metadata["labels"]["openservicemesh.io/monitored-by"], "osm");
    assert_eq!(metadata["annotations"], json!({ "openservicemesh.io/sidecar-injection": "enabled" }));
    ground.withdraw(&wish()).await.unwrap();
    let metadata = ground.namespace().await;
    assert!(!metadata["labels"].to_string().contains("openservicemesh"), "{metadata}");
    assert_eq!(ground.containers().await, ["cart", "ledger"]);
}

#[tokio::test]
async fn what_a_mark_is_to_say_is_asked_for_where_nobody_knows_it() {
    let Some(ground) = ground("nsm").await else { return };
    let error = ground.enrol(&wish()).await.unwrap_err();
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("value")), "{error}");
    let client = "kernel://my-service/nsm-1";
    // The stand-in takes any client; what it is a client of is the network service's own.
    let opt_in = meshery_core::lifecycle::OptIn::namespace_annotation("networkservicemesh.io", None).on_pod();
    ground.stage.behave(&Conduct::Inject { opt_ins: vec![opt_in], container: "cmd-nsc".into() });
    ground.enrol(&EnrolmentSpec { value: Some(client.into()), ..wish() }).await.unwrap();
    assert_eq!(ground.template("cart").await["annotations"], json!({ "networkservicemesh.io": client }));
    assert_eq!(ground.containers().await, ["cart+cmd-nsc", "ledger+cmd-nsc"]);
    // Who says nothing of it now means what is there.
    let (again, written) = ground.written(ground.enrol(&wish())).await;
    assert!(!written.iter().any(|request| request.object.resource == "deployments"), "{again:?}: {written:?}");
}

#[tokio::test]
async fn an_injector_that_is_silently_passed_over_is_found_out_before_anything_is_written() {
    let Some(ground) = ground("linkerd").await else { return };
    ground.stage.behave(&Conduct::Absent);
    let (done, written) = ground.written(ground.enrol(&wish())).await;
    let error = done.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CheckFailed, "{error}");
    assert!(error.report().found.as_deref().unwrap().contains("probe"), "{error}");
    let others = written.iter().filter(|request| {
        let is_probe = request.verb == "create" || request.object.name.starts_with("meshery-probe-");
        request.object.api_group != "authorization.k8s.io" && !(request.object.resource == "namespaces" && is_probe)
    });
    assert_eq!(others.count(), 0, "{written:?}");
    assert!(ground.namespace().await.get("annotations").is_none());
}

/// Listens for what happens.
fn listening(hear: impl Fn(&OperationEvent) + Send + Sync + 'static) -> Context {
    Context::new(Cancel::new(), move |event: &Event| {
        if let Event::Operation(event) = event {
            hear(event);
        }
    })
}

#[tokio::test]
async fn pods_that_never_become_ready_bring_the_marks_back() {
    let Some(ground) = ground("linkerd").await else { return };
    let (bed, stamp) = (&ground.bed, ground.template("cart").await);
    bed.plane.nodes().destine("shop", "cart", PodFate::Unready);
    let plane = Arc::downgrade(&bed.plane);
    // On the way back they do: whoever goes back sees to the end of that, too.
    let context = listening(move |event| {
        if let (Happening::RollbackStarted { .. }, Some(plane)) = (&event.happening, plane.upgrade()) {
            plane.nodes().destine("shop", "cart", PodFate::Ready);
        }
    });
    let options = OperationOptions {
        on_failure: OnFailure::RollBack,
        object_timeout: Duration::from_secs(5),
        ..bed.options.clone()
    };
    let error = bed.lifecycle.enrol(&wish(), &options, &context).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.report().place.as_deref()),
        (ErrorKind::Timeout, Some("Deployment.apps shop/cart"))
    );
    let words = error.to_string();
    assert!(words.contains("rolled back: all marks are as they were"), "{words}");
    assert!(words.contains("Pod shop/cart-"), "why, down to the pod: {words}");
    let metadata = ground.namespace().await;
    assert!(metadata.get("annotations").is_none_or(|all| all == &json!({})), "{metadata}");
    assert_eq!(ground.containers().await, ["cart", "ledger"]);
    assert_ne!(ground.template("cart").await, stamp, "its pods were made anew once more");
    let told = bed.lifecycle.events("mesh", &options, &bed.context).await.unwrap();
    assert!(matches!(told.last().unwrap().happening, Happening::Ended { succeeded: false, .. }), "{told:?}");
    // And without going back, what is there stays, to be looked at, and to be gone on with.
    bed.plane.nodes().destine("shop", "cart", PodFate::Unready);
    let options = OperationOptions { on_failure: OnFailure::Keep, ..options };
    bed.lifecycle.enrol(&wish(), &options, &bed.context).await.unwrap_err();
    assert_eq!(ground.namespace().await["annotations"], json!({ "linkerd.io/inject": "enabled" }));
    bed.plane.nodes().destine("shop", "cart", PodFate::Ready);
    let report = ground.enrol(&wish()).await.unwrap();
    assert!(report.marked.is_empty() && report.pods.len() == 3, "{report:?}");
}

#[tokio::test]
async fn marks_on_pods_go_back_as_well() {
    let Some(ground) = ground("consul").await else { return };
    let bed = &ground.bed;
    bed.plane.nodes().destine("shop", "cart", PodFate::Unready);
    let plane = Arc::downgrade(&bed.plane);
    let context = listening(move |event| {
        if let (Happening::RollbackStarted { .. }, Some(plane)) = (&event.happening, plane.upgrade()) {
            plane.nodes().destine("shop", "cart", PodFate::Ready);
        }
    });
    let options = OperationOptions {
        on_failure: OnFailure::RollBack,
        object_timeout: Duration::from_secs(5),
        ..bed.options.clone()
    };
    let error = bed.lifecycle.enrol(&wish(), &options, &context).await.unwrap_err();
    assert!(error.to_string().contains("rolled back: all marks are as they were"), "{error}");
    for name in ["cart", "ledger", "resting"] {
        let template = ground.template(name).await;
        assert!(template.get("annotations").is_none_or(|all| all == &json!({})), "{name}: {template}");
    }
    assert_eq!(ground.containers().await, ["cart", "ledger"]);
}

#[tokio::test]
async fn workloads_are_renewed_a_few_at_a_time() {
    let Some(ground) = ground("linkerd").await else { return };
    let options = OperationOptions { concurrency: 1, ..ground.bed.options.clone() };
    let report = ground.bed.lifecycle.enrol(&wish(), &options, &ground.bed.context).await.unwrap();
    let mut under_way = Vec::new();
    for event in &report.events {
        match &event.happening {
            Happening::Started { object } if object.kind.kind == "Deployment" => {
                assert!(under_way.is_empty(), "{object} is begun while {under_way:?} is not done");
                under_way.push(object.name.clone());
            }
            Happening::Status { object, health: Health::Ready } => under_way.retain(|name| *name != object.name),
            _ => {}
        }
    }
    assert!(under_way.is_empty() && report.restarted.len() == 2, "{report:?}");
}

#[tokio::test]
async fn who_does_not_wait_gets_no_proof_and_who_does_not_restart_changes_no_pod() {
    let Some(ground) = ground("linkerd").await else { return };
    let before = ground.containers().await;
    let report = ground.enrol(&EnrolmentSpec { restart: false, ..wish() }).await.unwrap();
    assert_eq!((report.marked.len(), report.restarted.len(), report.pods.len()), (1, 0, 0), "{report:?}");
    assert_eq!(report.left_alone.iter().filter(|kept| kept.reason.contains("not wanted")).count(), 3, "{report:?}");
    assert_eq!(ground.containers().await, before);
    ground.bed.plane.nodes().destine("shop", "", PodFate::Unready);
    let options = OperationOptions { wait: false, ..ground.bed.options.clone() };
    let report = ground.bed.lifecycle.enrol(&wish(), &options, &ground.bed.context).await.unwrap();
    assert_eq!((report.restarted.len(), report.pods.len()), (2, 0), "{report:?}");
}

#[tokio::test]
async fn who_is_stopped_in_the_middle_is_gone_on_with_and_two_do_not_work_at_once() {
    let Some(ground) = ground("linkerd").await else { return };
    let bed = &ground.bed;
    bed.plane.nodes().destine("shop", "ledger", PodFate::Unready);
    let (started, begun) = tokio::sync::oneshot::channel();
    let started = std::sync::Mutex::new(Some(started));
    let context = listening(move |event| {
        let is_it = matches!(&event.happening, Happening::Applied { object, .. } if object.name == "ledger");
        if let Some(started) = started.lock().unwrap().take_if(|_| is_it) {
            started.send(()).unwrap();
        }
    });
    let (lifecycle, options, cancel) = (bed.lifecycle.clone(), bed.options.clone(), context.cancel.clone());
    let first = tokio::spawn(async move { lifecycle.enrol(&wish(), &options, &context).await });
    begun.await.unwrap();
    for error in [ground.enrol(&wish()).await.unwrap_err(), bed.uninstall("mesh").await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    }
    cancel.cancel();
    assert!(first.await.unwrap().unwrap_err().is_cancelled());
    let status = bed.lifecycle.status("mesh", &bed.options, &bed.context).await.unwrap();
    assert!(status.holder.is_none(), "it has given its lease back");
    bed.plane.nodes().destine("shop", "ledger", PodFate::Ready);
    let report = ground.enrol(&wish()).await.unwrap();
    assert!(report.marked.is_empty() && report.pods.len() == 3, "{report:?}");
}

#[tokio::test]
async fn a_mesh_that_has_been_removed_can_still_be_left() {
    let Some(ground) = ground("linkerd").await else { return };
    ground.enrol(&wish()).await.unwrap();
    let removed = ground.bed.uninstall("mesh").await.unwrap();
    let named = removed.residue.iter().filter(|residue| !residue.removed && residue.reason.contains("`withdraw`"));
    assert_eq!(named.count(), 1 + 3, "the namespace and each pod: {:?}", removed.residue);
    assert_eq!(ground.withdraw(&wish()).await.unwrap_err().kind(), ErrorKind::NotFound);
    let by_mesh = EnrolmentSpec { mesh: Some(MeshId::from("linkerd")), ..wish() };
    assert_eq!(ground.enrol(&by_mesh).await.unwrap_err().kind(), ErrorKind::NotFound);
    let report = ground.withdraw(&by_mesh).await.unwrap();
    assert_eq!((report.marked.len(), report.restarted.len()), (1, 2), "{report:?}");
    assert_eq!(ground.containers().await, ["cart", "ledger"]);
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_its_place_before_anything_is_written() {
    let Some(ground) = ground("linkerd").await else { return };
    let bed = &ground.bed;
    for (name, mesh) in [("anything", None), ("fixed", Some("cilium"))] {
        let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
        let spec = InstanceSpec { mesh: mesh.map(MeshId::from), ..text(name, name, config) };
        bed.install(&spec).await.unwrap();
    }
    let on = |instance: &str, namespace: &str| EnrolmentSpec::new(instance, &[namespace]);
    let leaving = |mesh: &str| EnrolmentSpec { leaves: vec![MeshId::from(mesh)], ..wish() };
    for (spec, kind, place) in [
        (on("nobody", "shop"), ErrorKind::NotFound, None),
        (on("anything", "shop"), ErrorKind::Unsupported, Some("instance")),
        (on("fixed", "shop"), ErrorKind::Unsupported, Some("instance")),
        (on("mesh", "nowhere"), ErrorKind::NotFound, Some("namespaces[0]")),
        (on("mesh", "linkerd"), ErrorKind::InvalidInput, Some("namespaces[0]")),
        (EnrolmentSpec::new("mesh", &["shop", "shop"]), ErrorKind::InvalidInput, Some("namespaces[1]")),
        (EnrolmentSpec { mesh: Some(MeshId::from("istio")), ..wish() }, ErrorKind::InvalidInput, Some("mesh")),
        (EnrolmentSpec { value: Some("prod".into()), ..wish() }, ErrorKind::InvalidInput, Some("value")),
        (leaving("linkerd"), ErrorKind::InvalidInput, Some("leaves[0]")),
        (leaving("istoi"), ErrorKind::InvalidInput, Some("leaves[0]")),
    ] {
        let (done, written) = ground.written(ground.enrol(&spec)).await;
        let error = done.unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (kind, place), "{spec:?}: {error}");
        assert_eq!(written, [], "{spec:?}");
    }
    let plan = bed.lifecycle.plan_enrol(&wish(), &bed.options, &bed.context).await.unwrap();
    let options = OperationOptions { expected: Some(plan.into()), ..bed.options.clone() };
    bed.lifecycle.enrol(&wish(), &options, &bed.context).await.unwrap();
    let error = bed.lifecycle.enrol(&wish(), &options, &bed.context).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("looked at"), "{error}");
    assert!(ground.release.mesh == "linkerd");
}

#[tokio::test]
async fn what_a_plan_says_that_it_must_be_allowed_is_enough() {
    let Some(ground) = ground("linkerd").await else { return };
    let bed = &ground.bed;
    let clerk = Lifecycle::new(accounts::new(bed, "clerk").await);
    let error = clerk.enrol(&wish(), &bed.options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    let plan = bed.lifecycle.plan_enrol(&wish(), &bed.options, &bed.context).await.unwrap();
    for role in meshery_core::lifecycle::roles("meshery-enrol", &plan.permissions) {
        // First all but the last step, which is refused before the first.
        let mut role = role;
        if role["metadata"]["namespace"] == "shop" {
            role["rules"].as_array_mut().unwrap().retain(|rule| !rule["verbs"].to_string().contains("patch"));
        }
        accounts::grant(bed, &role, "clerk").await;
    }
    let (done, written) = ground.written(clerk.enrol(&wish(), &bed.options, &bed.context)).await;
    assert!(done.unwrap_err().to_string().contains("patch deployments.apps in shop"), "{written:?}");
    assert!(ground.namespace().await.get("annotations").is_none());
    for role in meshery_core::lifecycle::roles("meshery-enrol-whole", &plan.permissions) {
        accounts::grant(bed, &role, "clerk").await;
    }
    let report = clerk.enrol(&wish(), &bed.options, &bed.context).await.unwrap();
    assert_eq!(report.pods.len(), 3, "{report:?}");
}

/// What istio-cni does on a node: it marks pods of namespaces that ask, once it has led their traffic to ztunnel.
async fn plays_istio_cni(bed: &Bed) {
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let home = bed.value("/api/v1/namespaces/shop").await;
        let asks = home["metadata"]["labels"]["istio.io/dataplane-mode"] == "ambient";
        let value = if asks { Value::from("enabled") } else { Value::Null };
        let mark = json!({ "metadata": { "annotations": { "ambient.istio.io/redirection": value } } });
        for pod in bed.value("/api/v1/namespaces/shop/pods").await["items"].as_array().unwrap() {
            let path = format!("/api/v1/namespaces/shop/pods/{}", pod["metadata"]["name"].as_str().unwrap());
            let _ = bed.merge(&path, "istio-cni", &mark).await;
        }
    }
}

#[tokio::test]
async fn ambient_takes_pods_in_as_they_are() {
    let Some(bed) = bed().await else { return };
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: istio }\n";
    let settings = json!({ "profile": "ambient" });
    let spec = InstanceSpec {
        mesh: Some(MeshId::from("istio")),
        settings: serde_json::from_value(settings).unwrap(),
        ..text("mesh", "istio-system", config)
    };
    bed.install(&spec).await.unwrap();
    bed.install(&shop()).await.unwrap();
    let pods = async || {
        let pods = bed.value("/api/v1/namespaces/shop/pods").await;
        let all = pods["items"].as_array().unwrap().iter();
        all.map(|pod| pod["metadata"]["uid"].to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = pods().await;
    // Nobody leads traffic anywhere: that is no success.
    let hasty = OperationOptions { object_timeout: Duration::from_secs(2), ..bed.options.clone() };
    for call in ["first", "second, which finds nothing to be written"] {
        let error = bed.lifecycle.enrol(&wish(), &hasty, &bed.context).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CheckFailed, "{call}: {error}");
    }
    let rolling = OperationOptions { on_failure: OnFailure::RollBack, ..hasty };
    bed.lifecycle.withdraw(&wish(), &bed.options, &bed.context).await.unwrap();
    bed.lifecycle.enrol(&wish(), &rolling, &bed.context).await.unwrap_err();
    assert!(bed.get("/api/v1/namespaces/shop").await.unwrap().label("istio.io/dataplane-mode").is_none());

    let spec = wish();
    let report = tokio::select! {
        report = bed.lifecycle.enrol(&spec, &bed.options, &bed.context) => report.unwrap(),
        () = plays_istio_cni(&bed) => unreachable!(),
    };
    assert_eq!((report.marked.len(), report.restarted.len(), report.pods.len()), (1, 0, 3), "{report:?}");
    assert_eq!(pods().await, before, "none was made anew");
    let left = tokio::select! {
        left = bed.lifecycle.withdraw(&spec, &bed.options, &bed.context) => left.unwrap(),
        () = plays_istio_cni(&bed) => unreachable!(),
    };
    assert_eq!((left.marked.len(), left.restarted.len()), (1, 0), "{left:?}");
    assert_eq!(pods().await, before);
}
