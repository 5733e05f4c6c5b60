//! What others have installed, real Helm, real istioctl and real kubectl, is taken over without a restart, changed, given
//! back, taken over again and removed without a trace.
#![cfg(target_os = "linux")]

use crate::support::bed::{Bed, bed, bed_with};
use crate::support::installers::Installer;
use crate::support::stage::{self, Stage};
use crate::support::takeover::Takeover;
use crate::support::{istiod, testbed};
use meshery_core::control_plane::NodeSpec;
use meshery_core::lifecycle::{ChartSource, Source};
use meshery_core::{ControlPlaneSpec, InstanceSpec, MeshId, Object, OperationOptions, OperationReport};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

const SYSTEM: &str = "istio-system";
const SERVICE: &str = "/api/v1/namespaces/istio-system/services/istiod";
const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/istio-system/deployments/istiod";
/// What the former installer has been told to write on the service, and is not wanted in the end.
const NOTE: &str = "example.com/note";
/// What it has never been told to.
const OURS: &str = "example.com/ours";

/// What istiod is told first: a note on its service, of which no pod knows.
fn noted() -> Value {
    json!({ "serviceAnnotations": { NOTE: "former" } })
}

/// How it is once an installer has had its way with all of it again: its own note, and neither ours nor our words.
const THEIRS: [bool; 3] = [true, false, false];

/// What it is told then.
fn chatty() -> Value {
    json!({ "global": { "logging": { "level": "default:debug" } }, "serviceAnnotations": { OURS: "later" } })
}

fn takeover<'a>(bed: &'a Bed, case: &'a str, former: &'a str) -> Takeover<'a> {
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(istiod::tools());
    let options = OperationOptions { wait: false, ..bed.options.clone() };
    Takeover { bed, lifecycle, options, case, former, namespace: SYSTEM }
}

/// Whether each of the notes is there, and whether istiod is chatty.
async fn state(bed: &Bed) -> [bool; 3] {
    let service = bed.get(SERVICE).await.unwrap();
    let [note, ours] = [NOTE, OURS].map(|name| service.annotation(name).is_some());
    [note, ours, bed.value(DEPLOYMENT).await.to_string().contains("--log_output_level=default:debug")]
}

/// All of it, with an installer that can do its work again at any time, and after which it is so once it has been given
/// back what was changed meanwhile.
async fn whole_way(
    it: &Takeover<'_>,
    [first, then]: [&InstanceSpec; 2],
    theirs: [bool; 3],
    again: impl AsyncFn(),
) -> OperationReport {
    let before = it.bed.snapshot().await;
    again().await;
    it.refused(first).await;
    let adopted = it.adopt(first).await;
    assert_eq!(adopted.updated.len(), 34, "all objects of the charts");
    assert_eq!(state(it.bed).await, [true, false, false]);
    it.upgrade(then).await;
    assert_eq!(state(it.bed).await, [false, true, true], "what is not wanted any more is gone, whoever wrote it first");
    it.give_back(then, &adopted.updated).await;
    again().await;
    assert_eq!(state(it.bed).await, theirs, "it is theirs again");
    it.adopt(first).await;
    let report = it.remove(first).await;
    let difference = it.bed.difference(&before).await;
    assert!(difference.is_empty(), "{difference:?}");
    report
}

/// How many objects an installer has left behind that went as well, for this reason.
fn left_behind(report: &OperationReport, reason: &str) -> usize {
    report.residue.iter().filter(|residue| residue.removed && residue.reason.contains(reason)).count()
}

/// With Helm as it is told to apply.
async fn istio_by_helm(case: &str, options: &[&str], theirs: [bool; 3]) {
    let Some(bed) = bed().await else { return };
    let Some(helm) = Installer::helm(&bed) else { return };
    bed.namespace(SYSTEM).await;
    let charts = testbed::istio_charts().unwrap();
    let chart = |path: &str| charts.join(path).to_str().unwrap().to_owned();
    let (base, discovery) = (chart("base"), chart("istio-control/istio-discovery"));
    let note = format!("serviceAnnotations.{}=former", NOTE.replace('.', "\\."));
    let again = async || {
        let upgrade = [&["upgrade", "--install", "--namespace", SYSTEM], options, &["--set"]].concat();
        helm.run(&[&upgrade[..], &["defaultRevision=default", "istio-base", &base]].concat()).await;
        helm.run(&[&upgrade[..], &[&note, "istiod", &discovery]].concat()).await;
        assert_eq!(helm.run(&["list", "--namespace", SYSTEM]).await.matches("deployed").count(), 2);
    };
    let it = takeover(&bed, case, "helm");
    let spec = |values| istiod::spec("istio", None, &values);
    let report = whole_way(&it, [&spec(noted()), &spec(chatty())], theirs, again).await;
    assert_eq!(left_behind(&report, "Helm's record"), 4, "two revisions of each release");
    bed.stop();
}

#[tokio::test]
async fn istio_by_helm_on_the_server_side() {
    istio_by_helm("istio by helm", &[], THEIRS).await;
}

/// As Helm did before its fourth version: it compares with what it wrote last itself, and leaves alone what came meanwhile
/// and is in neither.
#[tokio::test]
async fn istio_by_helm_on_the_client_side() {
    istio_by_helm("istio by helm --server-side=false", &["--server-side=false"], [true, true, false]).await;
}

/// The charts as istioctl renders them: as one release.
fn of_istioctl(values: &Value) -> InstanceSpec {
    let charts = testbed::istio_charts().unwrap();
    let source = |folder: &str, values: Value| {
        let (chart, release) = (charts.join(folder).to_str().unwrap().to_owned(), Some("istio".to_owned()));
        let values = serde_json::from_value(values).unwrap();
        Source::Chart(Box::new(ChartSource { chart, release, values, ..ChartSource::default() }))
    };
    let istiod = source("istio-control/istio-discovery", values.clone());
    let sources = vec![source("base", json!({ "defaultRevision": "default" })), istiod];
    InstanceSpec { mesh: Some(MeshId::from("istio")), ..InstanceSpec::new("istio", SYSTEM, sources) }
}

#[tokio::test]
async fn istio_by_istioctl() {
    let Some(bed) = bed().await else { return };
    let Some(istioctl) = Installer::istioctl(&bed) else { return };
    bed.namespace(SYSTEM).await;
    let manifests = testbed::istio_charts().unwrap().parent().unwrap().to_str().unwrap().to_owned();
    let note = format!("values.pilot.serviceAnnotations.{}=former", NOTE.replace('.', "\\."));
    let again = async || {
        let told = ["--manifests", &manifests, "--set", "profile=minimal", "--set", &note];
        istioctl.run(&[&["install", "--skip-confirmation"], &told[..]].concat()).await;
    };
    let it = takeover(&bed, "istio by istioctl", "istio-operator");
    let report = whole_way(&it, [&of_istioctl(&noted()), &of_istioctl(&chatty())], THEIRS, again).await;
    assert_eq!(left_behind(&report, "istioctl makes it for the default revision"), 2, "a webhook and its service");
    bed.stop();
}

/// Objects as one document.
fn list(objects: &[Object]) -> String {
    let items: Vec<&Value> = objects.iter().map(Object::value).collect();
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
}

#[tokio::test]
async fn istio_by_kubectl() {
    let Some(bed) = bed().await else { return };
    let Some(kubectl) = Installer::kubectl(&bed) else { return };
    bed.namespace(SYSTEM).await;
    let spec = |values| istiod::spec("istio", None, &values);
    let objects = istiod::rendered(&spec(noted())).await;
    let manifest = list(&objects);
    let again = async || {
        let said = kubectl.feed(&["apply", "--namespace", SYSTEM, "--filename", "-"], &manifest).await;
        assert!(!said.contains("Warning"), "{said}");
    };
    let it = takeover(&bed, "istio by kubectl", CLIENT_SIDE);
    whole_way(&it, [&spec(noted()), &spec(chatty())], THEIRS, again).await;
    bed.stop();
}

/// A release of a mesh as kubectl applies it, taken over, brought to the next one, and removed.
async fn by_kubectl(mesh: &str, case: &str, options: &[&str], former: &str) {
    let Some(mut chains) = stage::chains(mesh) else { return };
    let nodes = ["node-1", "node-2", "node-3"].map(|name| NodeSpec { name: name.into(), ..NodeSpec::default() });
    let Some(bed) = bed_with(ControlPlaneSpec { nodes: nodes.into(), ..ControlPlaneSpec::default() }).await else {
        return;
    };
    let Some(kubectl) = Installer::kubectl(&bed) else { return };
    let mut chain = chains.remove("default").unwrap();
    chain.truncate(2);
    stage::disks(&bed, 4).await;
    let stage = Stage::set(&bed, &mut chain).await;
    let namespace = chain[0].namespace.clone();
    bed.namespace(&namespace).await;
    let before = bed.snapshot().await;
    let told = [&["apply", "--namespace", &namespace, "--filename", "-"], options].concat();
    // As `helm template --skip-tests` renders them.
    let is_test = |object: &Object| object.annotation("helm.sh/hook").is_some_and(|times| times.starts_with("test"));
    chain[0].objects.retain(|object| !is_test(object));
    kubectl.feed(&told, &list(&chain[0].objects)).await;

    let options = OperationOptions { replace: true, remove_definitions: true, ..bed.options.clone() };
    let it = Takeover { bed: &bed, lifecycle: bed.lifecycle.clone(), options, case, former, namespace: &namespace };
    let [first, next] = [&chain[0], &chain[1]].map(|release| release.spec("mesh"));
    it.refused(&first).await;
    let adopted = it.adopt(&first).await;
    it.give_back(&first, &adopted.updated).await;
    kubectl.feed(&told, &list(&chain[0].objects)).await;
    it.adopt(&first).await;
    it.upgrade(&next).await;
    it.remove(&next).await;
    drop(stage);
    let difference = bed.difference_but(&before, |id| id.kind.kind == "PersistentVolume").await;
    assert!(difference.is_empty(), "{case}: {difference:?}");
    bed.stop();
}

const CLIENT_SIDE: &str = "kubectl-client-side-apply";

#[tokio::test]
async fn linkerd_by_kubectl() {
    by_kubectl("linkerd", "linkerd by kubectl apply", &[], CLIENT_SIDE).await;
}

#[tokio::test]
async fn linkerd_by_kubectl_on_the_server_side() {
    by_kubectl("linkerd", "linkerd by kubectl apply --server-side", &["--server-side"], "kubectl").await;
}

#[tokio::test]
async fn consul_by_kubectl() {
    by_kubectl("consul", "consul by kubectl apply", &[], CLIENT_SIDE).await;
}

#[tokio::test]
async fn consul_by_kubectl_on_the_server_side() {
    by_kubectl("consul", "consul by kubectl apply --server-side", &["--server-side"], "kubectl").await;
}
