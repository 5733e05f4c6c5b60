//! Incidents of the field with meshes and their charts, reproduced on a real server and survived. Values that are misspelt
//! are in `render.rs`, resources that come with their definitions in `invariants.rs`.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use crate::support::bed::{Bed, SHOP_OBJECTS, bed, behind, shared, shop, text};
use crate::support::door::{Door, Fate};
use crate::support::scratch::Scratch;
use crate::support::stage::{self, Stage};
use crate::support::{istiod, testbed};
use base64::Engine;
use bytes::Bytes;
use meshery_core::control_plane::PodFate;
use meshery_core::lifecycle::{AdviceCode, ChangeAction, ChartSource, Source};
use meshery_core::{ErrorKind, InstanceSpec, MeshId, ObjectId, OperationOptions};
use meshery_mesh::cluster::{Answer, Request};
use meshery_mesh::control_plane::{Conduct, Service};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

/// However wrong it has gone, an operation is over after this.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    done
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\ndata: {{ a: b }}\n")
}

fn answer(body: impl Into<Bytes>) -> Fate {
    Fate::Answer(Ok(Answer { status: 200, retry_after: None, date: None, body: Box::new(Some(body.into())) }))
}

/// What was written through a door.
fn writes(door: &Door) -> Vec<String> {
    let is_write = |line: &String| !line.starts_with("GET") && !line.contains("/selfsubject");
    door.log().into_iter().map(|(_, line)| line).filter(is_write).collect()
}

#[tokio::test]
async fn a_cluster_that_is_too_old_for_a_release_is_told_before_the_first_write() {
    let Some(bed) = shared().await else { return };
    let Some(helm) = testbed::helm() else { return };
    let door = bed.door();
    door.judge(
        |_, request| {
            if request.target == "/version" { answer(r#"{ "gitVersion": "v1.20.15" }"#) } else { Fate::Pass }
        },
    );
    let lifecycle = behind(&door).with_tools(istiod::tools());
    let of_istio = |spec| InstanceSpec { mesh: Some(MeshId::from("istio")), version: "1.30.3".into(), ..spec };
    let release = of_istio(text("aged", "aged", config_map("a")));
    let error = lifecycle.install(&release, &bed.options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
    let words = error.to_string();
    assert!(words.contains("needs Kubernetes 1.32, and this is 1.20.15") && words.contains("upgrade"), "{words}");
    // A chart says it as well, of itself.
    let scratch = Scratch::new("aged");
    scratch.write("aged/Chart.yaml", "apiVersion: v2\nname: aged\nversion: 0.1.0\nkubeVersion: \">=1.25.0-0\"\n");
    scratch.write("aged/templates/a.yaml", &config_map("a"));
    let chart = ChartSource { chart: scratch.path("aged"), ..ChartSource::default() };
    let chart = InstanceSpec::new("aged", "aged", vec![Source::Chart(Box::new(chart))]);
    let error = lifecycle.install(&chart, &bed.options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported, "{error}");
    let words = error.to_string();
    assert!(words.contains(">=1.25.0-0") && words.contains("v1.20.15"), "{words}");
    assert_eq!(writes(&door), Vec::<String>::new());
    // Whoever has read it may go on.
    let options = OperationOptions { accept: vec![AdviceCode::KubernetesTooOld], ..bed.options.clone() };
    lifecycle.install(&release, &options, &bed.context).await.unwrap();
    lifecycle.uninstall("aged", &bed.options, &bed.context).await.unwrap();
    drop(helm);
}

/// A hook that fails at its work as soon as its pod does.
fn job(policy: &str) -> String {
    format!(
        "
apiVersion: batch/v1
kind: Job
metadata: {{ name: prepare, annotations: {{ helm.sh/hook: \"pre-install,pre-upgrade\", helm.sh/hook-delete-policy: {policy} }} }}
spec:
  backoffLimit: 0
  template: {{ spec: {{ restartPolicy: Never, containers: [{{ name: a, image: a }}] }} }}
"
    )
}

/// Lets the pod of the job fail.
async fn fail(bed: &Bed, namespace: &str) {
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    let name = loop {
        let all = bed.value(&pods).await;
        if let Some(name) = all["items"][0]["metadata"]["name"].as_str() {
            break name.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    bed.merge(&format!("{pods}/{name}/status"), "kubelet", &json!({ "status": { "phase": "Failed" } })).await.unwrap();
}

#[tokio::test]
async fn a_hook_that_has_failed_and_is_still_there_does_not_stand_in_the_way() {
    let Some(bed) = shared().await else { return };
    for policy in ["before-hook-creation", "hook-succeeded", "hook-failed"] {
        let namespace = format!("prepared-{policy}");
        let spec = text(&namespace, &namespace, config_map("a") + "---" + &job(policy));
        bed.plane.nodes().destine(&namespace, "prepare", PodFate::Ignored);
        let (failed, ()) = tokio::join!(bed.install(&spec), fail(&bed, &namespace));
        let error = failed.unwrap_err();
        assert!(error.kind() == ErrorKind::CheckFailed && error.to_string().contains("Job.batch"), "{error}");
        let left = bed.get(&format!("/apis/batch/v1/namespaces/{namespace}/jobs/prepare")).await;
        assert_eq!(left.is_ok_and(|job| !job.is_terminating()), policy != "hook-failed", "{policy}");
        bed.plane.nodes().destine(&namespace, "prepare", PodFate::Ready);
        let report = in_time(bed.install(&spec)).await.unwrap_or_else(|error| panic!("{policy}: {error}"));
        assert!(report.changed_anything());
        bed.uninstall(&namespace).await.unwrap();
    }
}

#[tokio::test]
async fn a_hook_of_another_installer_that_has_failed_is_taken_over_with_the_rest() {
    let Some(bed) = shared().await else { return };
    bed.namespace("inherited").await;
    bed.plane.nodes().destine("inherited", "prepare", PodFate::Ignored);
    let spec = text("inherited", "inherited", config_map("a") + "---" + &job("hook-succeeded"));
    let theirs = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "prepare" },
        "spec": { "backoffLimit": 0, "template": { "spec": {
            "restartPolicy": "Never", "containers": [{ "name": "a", "image": "old" }],
        } } },
    });
    bed.apply("/apis/batch/v1/namespaces/inherited/jobs/prepare", "helm", &theirs).await.unwrap();
    fail(&bed, "inherited").await;
    let error = bed.install(&spec).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("made by helm"), "{error}");
    bed.plane.nodes().destine("inherited", "prepare", PodFate::Ready);
    let options = OperationOptions { adopt: true, ..bed.options.clone() };
    in_time(bed.lifecycle.install(&spec, &options, &bed.context)).await.unwrap();
    bed.uninstall("inherited").await.unwrap();
}

const NSM_HOOK: &str = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/nsm-mutating-webhook";

/// Whether a pod can be made; why not.
async fn pod(bed: &Bed) -> Result<(), meshery_core::Error> {
    let pod = json!({ "metadata": { "name": "user" }, "spec": { "containers": [{ "name": "a", "image": "a" }] } });
    let request = Request::new(meshery_mesh::cluster::Method::Post, "/api/v1/namespaces/users/pods");
    let request = request.query("dryRun", "All").body("application/json", pod.to_string().into_bytes());
    bed.cluster.send(request).await?.body().await.map(drop)
}

/// The namespace with what answers the webhook is removed by hand, and the webhook is not.
async fn lose_home(bed: &Bed, stage: &Stage) {
    stage.behave(&Conduct::Absent);
    let home = "/api/v1/namespaces/nsm-system";
    bed.delete(home).await.unwrap();
    while bed.get(home).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let error = pod(bed).await.unwrap_err();
    assert!(error.to_string().contains("failed calling webhook"), "{error}");
    let detection = bed.lifecycle.detect(&bed.context).await.unwrap();
    let told = detection.advice.iter().find(|advice| advice.code == AdviceCode::WebhookUnanswered).unwrap();
    let hook =
        ObjectId::new("admissionregistration.k8s.io", "MutatingWebhookConfiguration", None, "nsm-mutating-webhook");
    assert!(told.blocks && told.objects == [hook], "{told:?}");
    assert!(told.message.contains("nsm-system/admission-webhook-svc"), "{told:?}");
}

#[tokio::test]
async fn network_service_mesh_that_blocks_every_pod_is_brought_back_or_removed() {
    let Some(chains) = stage::chains("nsm") else { return };
    let Some(bed) = bed().await else { return };
    let mut chain = chains.into_values().next().unwrap();
    let stage = Stage::set(&bed, &mut chain).await;
    stage::disks(&bed, 4).await;
    bed.namespace("users").await;
    let before = bed.snapshot().await;
    let spec = chain.last().unwrap().spec("nsm");
    bed.install(&spec).await.unwrap();
    pod(&bed).await.unwrap();
    lose_home(&bed, &stage).await;
    in_time(bed.install(&spec)).await.unwrap();
    stage.behave(&Conduct::Answer);
    pod(&bed).await.unwrap();
    lose_home(&bed, &stage).await;
    let options = OperationOptions { remove_definitions: true, remove_data: true, ..bed.options.clone() };
    let report = in_time(bed.lifecycle.uninstall("nsm", &options, &bed.context)).await.unwrap();
    assert!(report.kept.is_empty(), "{:?}", report.kept);
    assert_eq!(bed.get(NSM_HOOK).await.unwrap_err().kind(), ErrorKind::NotFound);
    pod(&bed).await.unwrap();
    drop(stage);
    let left = bed.difference_but(&before, |id| id.kind.kind == "PersistentVolume").await;
    assert!(left.is_empty(), "{left:?}");
    bed.stop();
}

/// A webhook that also blocks the pods that would answer it.
fn blocker(bundle: &str) -> String {
    format!(
        "
apiVersion: v1
kind: Service
metadata: {{ name: blocker }}
spec: {{ selector: {{ app: blocker }}, ports: [{{ port: 443 }}] }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: blocker }}
spec:
  selector: {{ matchLabels: {{ app: blocker }} }}
  template: {{ metadata: {{ labels: {{ app: blocker }} }}, spec: {{ containers: [{{ name: a, image: a }}] }} }}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {{ name: blocker }}
webhooks:
- name: block.example.com
  sideEffects: None
  admissionReviewVersions: [v1]
  timeoutSeconds: 2
  failurePolicy: Fail
  clientConfig: {{ caBundle: {bundle}, service: {{ namespace: blocker, name: blocker }} }}
  rules: [{{ apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods] }}]
"
    )
}

#[tokio::test]
async fn a_webhook_that_blocks_those_who_would_answer_it_goes_until_they_are_there() {
    let Some(bed) = bed().await else { return };
    let stand_in = bed.plane.stand_in(Service::new("blocker", "blocker", 443)).await.unwrap();
    let bundle = base64::engine::general_purpose::STANDARD.encode(stand_in.authority_pem());
    let spec = text("blocker", "blocker", blocker(&bundle));
    bed.install(&spec).await.unwrap();
    bed.delete("/apis/apps/v1/namespaces/blocker/deployments/blocker").await.unwrap();
    stand_in.behave(Conduct::Absent);
    let plan = bed.plan(&spec).await.unwrap();
    let told = plan.changes.iter().find(|change| change.action == ChangeAction::Replace).unwrap();
    assert!(told.reason.contains("it would block Deployment.apps blocker/blocker"), "{}", plan.to_text());
    in_time(bed.install(&spec)).await.unwrap();
    let hook = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/blocker";
    assert_eq!(bed.value(hook).await["webhooks"][0]["failurePolicy"], "Fail");
    assert!(!bed.install(&spec).await.unwrap().changed_anything());
    bed.uninstall("blocker").await.unwrap();
    bed.stop();
}

/// An engine whose server lists none of the kinds that have come since then, as real ones do for about a second.
async fn behind_the_times(bed: &Bed) -> (Lifecycle, Value) {
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let listed: Value = bed.cluster.send(Request::get("/apis").accept(accept)).await.unwrap().json().await.unwrap();
    let (door, text) = (bed.door(), Bytes::from(listed.to_string()));
    door.judge(move |_, request| if request.target == "/apis" { answer(text.clone()) } else { Fate::Pass });
    (behind(&door), listed)
}

#[tokio::test]
async fn kinds_that_the_server_does_not_list_yet_are_counted_all_the_same() {
    let Some(bed) = bed().await else { return };
    let before = bed.snapshot().await;
    let (lifecycle, listed) = behind_the_times(&bed).await;
    assert!(!listed.to_string().contains("shop.example.com"));
    let widgets = "/apis/shop.example.com/v1/namespaces/default/widgets";
    let mine = json!({ "apiVersion": "shop.example.com/v1", "kind": "Widget", "metadata": { "name": "mine" } });
    let id = ObjectId::new("shop.example.com", "Widget", Some("default"), "mine");

    lifecycle.install(&shop("1"), &bed.options, &bed.context).await.unwrap();
    let again = lifecycle.install(&shop("1"), &bed.options, &bed.context).await.unwrap();
    assert_eq!((again.changed_anything(), again.unchanged), (false, SHOP_OBJECTS as u64));
    let status = lifecycle.status("shop", &bed.options, &bed.context).await.unwrap();
    assert!(status.healthy, "{status:?}");
    bed.create(widgets, &mine).await.unwrap();
    // What is ours goes also where the definition stays.
    let report = lifecycle.uninstall("shop", &bed.options, &bed.context).await.unwrap();
    assert_eq!((report.deleted.len(), report.kept.len()), (SHOP_OBJECTS - 1, 1), "{report:?}");
    let rest = bed.value("/apis/shop.example.com/v1/widgets").await;
    assert_eq!(rest["items"].as_array().unwrap().len(), 1, "{rest}");

    lifecycle.install(&shop("1"), &bed.options, &bed.context).await.unwrap();
    let options = OperationOptions { remove_definitions: true, ..bed.options.clone() };
    let report = lifecycle.uninstall("shop", &options, &bed.context).await.unwrap();
    assert!(report.exported.iter().any(|object| object.id() == id), "{:?}", report.exported);
    assert_eq!((report.deleted.len(), report.kept.len()), (SHOP_OBJECTS + 1, 0), "{report:?}");
    let difference = bed.difference(&before).await;
    assert!(difference.is_empty(), "{difference:?}");
    bed.stop();
}
