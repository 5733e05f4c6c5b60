//! Workloads move between revisions of Istio: two real istiods inject into real pods of a real API server.
#![cfg(target_os = "linux")]

use crate::support::bed::{Bed, bed, text};
use crate::support::stage::{self, Stage};
use crate::support::{istiod, testbed};
use meshery_core::lifecycle::{AdviceCode, ChangeAction, Happening, OnFailure, OperationKind};
use meshery_core::{
    AuditedRequest, EnrolmentReport, EnrolmentSpec, ErrorKind, InstanceSpec, OperationOptions, Result, SampleSpec,
};
use meshery_mesh::cluster::{Method, Request};
use meshery_mesh::control_plane::{Companion, Service};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

const ALL: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec:
  replicas: 2
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec: { containers: [{ name: cart, image: cart }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: ledger }
spec:
  replicas: 1
  serviceName: ledger
  selector: { matchLabels: { app: ledger } }
  template:
    metadata: { labels: { app: ledger } }
    spec: { containers: [{ name: ledger, image: ledger }] }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: agent, image: agent }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: outsider }
spec:
  selector: { matchLabels: { app: outsider } }
  template:
    metadata: { labels: { app: outsider, sidecar.istio.io/inject: \"false\" } }
    spec: { containers: [{ name: outsider, image: outsider }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: resting }
spec:
  replicas: 0
  selector: { matchLabels: { app: resting } }
  template:
    metadata: { labels: { app: resting } }
    spec: { containers: [{ name: resting, image: resting }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: node-bound }
spec:
  selector: { matchLabels: { app: node-bound } }
  template:
    metadata: { labels: { app: node-bound } }
    spec: { hostNetwork: true, containers: [{ name: node-bound, image: node-bound }] }
---
apiVersion: v1
kind: Pod
metadata: { name: alone }
spec: { containers: [{ name: alone, image: alone }] }
";

/// The stable control plane and another revision beside it, both at work.
struct Istio {
    bed: Bed,
    lifecycle: Lifecycle,
    stable: InstanceSpec,
    canary: InstanceSpec,
    running: Vec<Companion>,
}

async fn istio() -> Option<Istio> {
    if testbed::helm().is_none() || testbed::istio_charts().is_none() {
        return None;
    }
    let bed = bed().await?;
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(istiod::tools());
    let stable = istiod::spec("istio", None, &json!({}));
    let canary = istiod::spec("istio-canary", Some("canary"), &json!({}));
    let unwaited = OperationOptions { wait: false, ..bed.options.clone() };
    lifecycle.install(&stable, &unwaited, &bed.context).await.unwrap();
    let first = istiod::start(&bed.plane, &stable).await;
    lifecycle.install(&stable, &bed.options, &bed.context).await.unwrap();
    lifecycle.install(&canary, &unwaited, &bed.context).await.unwrap();
    let second = istiod::start(&bed.plane, &canary).await;
    lifecycle.install(&canary, &bed.options, &bed.context).await.unwrap();
    Some(Istio { bed, lifecycle, stable, canary, running: vec![first, second] })
}

impl Istio {
    async fn enrol(&self, instance: &str, namespaces: &[&str]) -> Result<EnrolmentReport> {
        self.enrol_as(&EnrolmentSpec::new(instance, namespaces)).await
    }

    async fn enrol_as(&self, spec: &EnrolmentSpec) -> Result<EnrolmentReport> {
        self.lifecycle.enrol(spec, &self.bed.options, &self.bed.context).await
    }

    async fn withdraw(&self, instance: &str, namespaces: &[&str]) -> Result<EnrolmentReport> {
        let spec = EnrolmentSpec::new(instance, namespaces);
        self.lifecycle.withdraw(&spec, &self.bed.options, &self.bed.context).await
    }

    async fn labels(&self, namespace: &str) -> Value {
        let mut labels = self.bed.value(&format!("/api/v1/namespaces/{namespace}")).await["metadata"]["labels"].clone();
        let known = |name: &String| name.contains("istio");
        labels.as_object_mut().unwrap().retain(|name, _| known(name));
        labels
    }

    /// Of each pod that stays, by its own name's beginning: its proxy's revision.
    async fn revisions(&self, namespace: &str) -> Vec<String> {
        let pods = self.bed.value(&format!("/api/v1/namespaces/{namespace}/pods")).await;
        let alive =
            pods["items"].as_array().unwrap().iter().filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        let mut found: Vec<String> = alive
            .map(|pod| {
                let lists = ["/spec/containers", "/spec/initContainers"].map(|list| pod.pointer(list));
                let mut containers = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
                let is_in = containers.any(|container| container["name"] == "istio-proxy");
                let name = pod["metadata"]["name"].as_str().unwrap().split('-').next().unwrap();
                let revision = pod["metadata"]["annotations"]["istio.io/rev"].as_str().unwrap_or("unsaid");
                format!("{name} {}", if is_in { revision } else { "bare" })
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

/// What is written to the cluster but for what the operation remembers of itself and asks.
fn writes(requests: &[AuditedRequest]) -> Vec<String> {
    let written = requests.iter().filter(|request| request.writes());
    let told = written.filter(|request| request.object.api_group != "authorization.k8s.io");
    told.filter(|request| !(request.object.resource == "secrets" && request.object.namespace == "kube-system"))
        .filter(|request| !is_probe(request))
        .map(|request| format!("{} {}/{}", request.verb, request.object.resource, request.object.name))
        .collect()
}

/// A namespace that is there for a moment, to ask in it.
fn is_probe(request: &AuditedRequest) -> bool {
    let is_new = request.verb == "create" && request.object.name.is_empty();
    request.object.resource == "namespaces" && (is_new || request.object.name.starts_with("meshery-probe-"))
}

#[tokio::test]
async fn workloads_move_to_a_canary_and_back_and_out_with_a_proof_for_every_pod() {
    let Some(istio) = istio().await else { return };
    let (bed, lifecycle) = (&istio.bed, &istio.lifecycle);
    bed.install(&text("shop", "shop", ALL)).await.unwrap();
    lifecycle.install_sample(&SampleSpec::new("echo"), &bed.options, &bed.context).await.unwrap();
    let both = ["shop", "echo"];

    let plan = lifecycle.plan_enrol(&EnrolmentSpec::new("istio", &both), &bed.options, &bed.context).await.unwrap();
    assert_eq!(plan.operation, OperationKind::Enrol);
    assert_eq!((plan.count(ChangeAction::Update), plan.count(ChangeAction::Restart)), (2, 5), "{}", plan.to_text());
    assert!(plan.to_text().contains(".metadata.labels.istio-injection: nothing -> \"enabled\""), "{}", plan.to_text());
    let before = bed.mark().await;
    let report = istio.enrol("istio", &both).await.unwrap();
    let after = bed.mark().await;
    let mut planned: Vec<String> = plan
        .changes
        .iter()
        .filter(|change| change.action.writes())
        .map(|change| format!("patch {}s/{}", change.object.kind.kind.to_lowercase(), change.object.name))
        .collect();
    let mut done = writes(&bed.requests(before, after));
    planned.sort();
    done.sort();
    assert_eq!(planned, done, "a plan is what happens");
    assert_eq!(report.namespaces, ["echo", "shop"]);
    assert_eq!((report.marked.len(), report.restarted.len()), (2, 5), "{report:?}");
    assert!(report.pods.len() >= 6 && report.pods.iter().all(|pod| pod.revision.as_deref() == Some("default")));
    let reason = |name: &str| {
        let found = report.left_alone.iter().find(|kept| kept.object.name == name);
        found.map(|kept| kept.reason.clone()).unwrap_or_default()
    };
    assert!(reason("outsider").contains("label sidecar.istio.io/inject=false"), "{report:?}");
    assert!(reason("resting").contains("no pods"), "{report:?}");
    assert!(reason("node-bound").contains("network of their node"), "{report:?}");
    assert!(reason("alone").contains("nobody"), "{report:?}");
    let served = |revision: &str| {
        ["agent", "cart", "ledger"].map(|name| format!("{name} {revision}")).into_iter().collect::<Vec<_>>()
    };
    let mut expected = served("default");
    expected.extend(["alone bare", "node bare", "outsider bare"].map(str::to_owned));
    expected.sort();
    assert_eq!(istio.revisions("shop").await, expected);
    assert_eq!(istio.labels("shop").await, json!({ "istio-injection": "enabled" }));

    // A second call finds nothing to do, and says so.
    let before = bed.mark().await;
    let again = istio.enrol("istio", &both).await.unwrap();
    let after = bed.mark().await;
    let requests = bed.requests(before, after);
    assert!(!requests.iter().any(AuditedRequest::writes), "{requests:?}");
    assert!(requests.len() <= 5 + 2 * 6, "{} requests", requests.len());
    assert!(!again.changed_anything() && again.pods == report.pods, "{again:?}");
    let served_already = again.left_alone.iter().filter(|kept| kept.reason.contains("served already"));
    assert_eq!(served_already.count(), 5, "{again:?}");

    let report = istio.enrol("istio-canary", &both).await.unwrap();
    assert!(report.pods.iter().all(|pod| pod.revision.as_deref() == Some("canary")), "{report:?}");
    assert_eq!(istio.labels("shop").await, json!({ "istio.io/rev": "canary" }));
    assert!(served("canary").iter().all(|pod| is_told(pod, &report)), "{report:?}");
    assert_eq!(istio.revisions("echo").await, ["echo canary"]);
    // The sample is as it was applied: whoever serves its pods is no drift of it.
    assert_eq!(lifecycle.drift("echo", &bed.options, &bed.context).await.unwrap(), []);
    let told = lifecycle.events("istio-canary", &bed.options, &bed.context).await.unwrap();
    assert_eq!(told, report.events, "what happened can be read again");

    let report = istio.enrol("istio", &both).await.unwrap();
    assert!(report.pods.iter().all(|pod| pod.revision.as_deref() == Some("default")), "{report:?}");
    assert_eq!(istio.labels("echo").await, json!({ "istio-injection": "enabled" }));
    let report = istio.withdraw("istio", &both).await.unwrap();
    assert_eq!((report.kind, report.restarted.len()), (OperationKind::Withdraw, 5));
    assert!(report.pods.len() >= 6 && report.pods.iter().all(|pod| pod.proxy.is_none()), "{report:?}");
    assert_eq!(istio.labels("shop").await, json!({}));
    assert!(istio.revisions("shop").await.iter().all(|pod| pod.ends_with(" bare")));
    assert!(!istio.withdraw("istio", &both).await.unwrap().changed_anything());
    assert!(!bed.install(&text("shop", "shop", ALL)).await.unwrap().changed_anything(), "nothing of it is in the way");
}

/// Whether a report has a pod of this workload with this revision.
fn is_told(pod: &str, report: &EnrolmentReport) -> bool {
    let (name, revision) = pod.split_once(' ').unwrap();
    report.pods.iter().any(|found| found.pod.name.starts_with(name) && found.revision.as_deref() == Some(revision))
}

#[tokio::test]
async fn a_namespace_with_a_tag_moves_when_the_tag_is_moved() {
    let Some(istio) = istio().await else { return };
    let (bed, lifecycle) = (&istio.bed, &istio.lifecycle);
    let tagged = |spec: &InstanceSpec, tags: Value| {
        let mut spec = spec.clone();
        spec.settings["values"] = json!({ "revisionTags": tags });
        spec
    };
    let upgrade = async |spec: InstanceSpec| lifecycle.upgrade(&spec, &bed.options, &bed.context).await.unwrap();
    upgrade(tagged(&istio.stable, json!(["prod"]))).await;
    let namespace = json!({ "metadata": { "name": "shop", "labels": { "istio.io/rev": "prod" } } });
    bed.create("/api/v1/namespaces", &namespace).await.unwrap();
    bed.install(&text("shop", "shop", ALL)).await.unwrap();
    let settled = istio.enrol("istio", &["shop"]).await.unwrap();
    assert!(settled.marked.is_empty(), "the tag asks for it already: {settled:?}");
    assert!(settled.pods.iter().all(|pod| pod.revision.as_deref() == Some("default")), "{settled:?}");

    upgrade(tagged(&istio.stable, json!([]))).await;
    upgrade(tagged(&istio.canary, json!(["prod"]))).await;
    let spec = EnrolmentSpec::new("istio-canary", &["shop"]);
    let plan = lifecycle.plan_enrol(&spec, &bed.options, &bed.context).await.unwrap();
    assert_eq!(plan.count(ChangeAction::Update), 0, "the label stays: {}", plan.to_text());
    let moved = istio.enrol("istio-canary", &["shop"]).await.unwrap();
    assert!(moved.marked.is_empty() && moved.restarted.len() == 3, "{moved:?}");
    assert!(moved.pods.iter().all(|pod| pod.revision.as_deref() == Some("canary")), "{moved:?}");
    assert_eq!(istio.labels("shop").await, json!({ "istio.io/rev": "prod" }));

    // Another one is to ask by the tag from the first.
    bed.install(&text("bank", "bank", ALL)).await.unwrap();
    let by_tag =
        |value: &str| EnrolmentSpec { value: Some(value.into()), ..EnrolmentSpec::new("istio-canary", &["bank"]) };
    let error = istio.enrol_as(&by_tag("test")).await.unwrap_err();
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("value")));
    assert!(error.report().expected.as_deref().unwrap().contains("prod"), "{error}");
    istio.enrol_as(&by_tag("prod")).await.unwrap();
    assert_eq!(istio.labels("bank").await, json!({ "istio.io/rev": "prod" }));
    assert_eq!(istio.revisions("bank").await.iter().filter(|pod| pod.ends_with("canary")).count(), 3);
}

#[tokio::test]
async fn marks_of_others_are_theirs_until_they_are_overruled() {
    let Some(istio) = istio().await else { return };
    let bed = &istio.bed;
    bed.install(&text("shop", "shop", ALL)).await.unwrap();
    let by_hand = json!({ "metadata": { "labels": { "istio-injection": "enabled" } } });
    bed.merge("/api/v1/namespaces/shop", "kubectl-label", &by_hand).await.unwrap();
    // As it is wanted: nobody minds whose it is.
    let report = istio.enrol("istio", &["shop"]).await.unwrap();
    assert!(report.marked.is_empty() && report.restarted.len() == 3, "{report:?}");
    let before = bed.mark().await;
    let error = istio.enrol("istio-canary", &["shop"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("kubectl-label") && error.to_string().contains("overrule"), "{error}");
    let after = bed.mark().await;
    assert!(!bed.requests(before, after).iter().any(AuditedRequest::writes));
    let overruling = OperationOptions { overrule: vec!["kubectl-label".into()], ..bed.options.clone() };
    let spec = EnrolmentSpec::new("istio-canary", &["shop"]);
    istio.lifecycle.enrol(&spec, &overruling, &bed.context).await.unwrap();
    assert_eq!(istio.labels("shop").await, json!({ "istio.io/rev": "canary" }));
    // Somebody else's value of the very label, applied by whoever keeps it so.
    let theirs = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop", "labels": { "istio.io/rev": "stable" } } });
    bed.apply("/api/v1/namespaces/shop", "flux", &theirs).await.unwrap();
    let error = istio.enrol("istio-canary", &["shop"]).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("flux"), "{error}");
    let overruling = OperationOptions { overrule: vec!["flux".into()], ..bed.options.clone() };
    istio.lifecycle.enrol(&spec, &overruling, &bed.context).await.unwrap();
    assert_eq!(istio.labels("shop").await, json!({ "istio.io/rev": "canary" }));
}

#[tokio::test]
async fn an_injector_that_is_gone_is_found_out_before_anything_is_written() {
    let Some(mut istio) = istio().await else { return };
    istio.bed.install(&text("shop", "shop", ALL)).await.unwrap();
    let pods = istio.revisions("shop").await;
    istio.running.pop().unwrap().stop().unwrap();
    let bed = &istio.bed;
    bed.plane.serve(Service::new("istio-system", "istiod-canary", 443), None);
    let before = bed.mark().await;
    let error = istio.enrol("istio-canary", &["shop"]).await.unwrap_err();
    let after = bed.mark().await;
    assert_eq!(error.kind(), ErrorKind::CheckFailed, "{error}");
    assert!(error.to_string().contains("label istio.io/rev=canary"), "{error}");
    assert_eq!(writes(&bed.requests(before, after)), [""; 0]);
    assert_eq!((istio.labels("shop").await, istio.revisions("shop").await), (json!({}), pods));
    // The namespaces that were asked in are gone as well.
    let request = Request::new(Method::Get, "/api/v1/namespaces");
    let all: Value = bed.cluster.send(request).await.unwrap().json().await.unwrap();
    let left = all["items"].as_array().unwrap().iter().filter(|namespace| {
        let is_probe = namespace["metadata"]["name"].as_str().unwrap().starts_with("meshery-probe-");
        is_probe && namespace["metadata"]["deletionTimestamp"].is_null()
    });
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn a_namespace_of_another_mesh_is_left_to_it_until_it_is_said_that_it_leaves() {
    let Some(istio) = istio().await else { return };
    let bed = &istio.bed;
    let Some(chains) = stage::chains("linkerd") else { return };
    let mut chain = chains["default"].clone();
    let _stage = Stage::set(bed, &mut chain).await;
    let linkerd = chain.pop().unwrap();
    bed.install(&linkerd.spec("linkerd")).await.unwrap();
    bed.install(&text("shop", "shop", ALL)).await.unwrap();
    let enrol = |instance: &str| EnrolmentSpec::new(instance, &["shop"]);
    istio.enrol("linkerd", &["shop"]).await.unwrap();

    let plan = istio.lifecycle.plan_enrol(&enrol("istio"), &bed.options, &bed.context).await.unwrap();
    let advice = plan.advice.iter().find(|advice| advice.code == AdviceCode::InjectedTwice).unwrap();
    assert!(advice.blocks && advice.message.contains("Linkerd"), "{advice:?}");
    let before = bed.mark().await;
    let error = istio.enrol("istio", &["shop"]).await.unwrap_err();
    let after = bed.mark().await;
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::Conflict, Some("namespaces")), "{error}");
    assert!(!bed.requests(before, after).iter().any(AuditedRequest::writes));

    // Both, for whoever wants that.
    let accepting = OperationOptions { accept: vec![AdviceCode::InjectedTwice], ..bed.options.clone() };
    istio.lifecycle.enrol(&enrol("istio"), &accepting, &bed.context).await.unwrap();
    let home = bed.get("/api/v1/namespaces/shop").await.unwrap();
    assert_eq!(
        (home.label("istio-injection"), home.annotation("linkerd.io/inject")),
        (Some("enabled"), Some("enabled"))
    );
    // From the one to the other in one step.
    let moving = EnrolmentSpec { leaves: vec!["linkerd".into()], ..enrol("istio") };
    let report = istio.enrol_as(&moving).await.unwrap();
    // Who stays out of the one must lose the proxy of the other all the same.
    assert_eq!(report.restarted.len(), 4, "{report:?}");
    for pod in &report.pods {
        let expected = if pod.pod.name.starts_with("outsider") { None } else { Some("istio-proxy") };
        assert_eq!(pod.proxy.as_deref(), expected, "{pod:?}");
    }
    let home = bed.get("/api/v1/namespaces/shop").await.unwrap();
    assert_eq!((home.label("istio-injection"), home.annotation("linkerd.io/inject")), (Some("enabled"), None));
    let pods = bed.value("/api/v1/namespaces/shop/pods").await.to_string();
    assert!(!pods.contains("\"linkerd-proxy\""), "none of them has its proxy any more");
    let told = report.events.iter().any(|event| matches!(event.happening, Happening::LeaseTaken { .. }));
    assert!(told, "{:?}", report.events);
}

/// Its pods comply with the strictest of Kubernetes' own standards; with a sidecar that sets up the network they do not.
const STRICT: &str = "
apiVersion: v1
kind: Namespace
metadata: { name: vault, labels: { pod-security.kubernetes.io/enforce: restricted } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: vault }
spec:
  selector: { matchLabels: { app: vault } }
  template:
    metadata: { labels: { app: vault } }
    spec:
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
      containers:
      - name: vault
        image: vault
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
";

#[tokio::test]
async fn a_pod_that_would_be_refused_is_found_out_before_one_that_runs_goes() {
    let Some(istio) = istio().await else { return };
    let bed = &istio.bed;
    bed.install(&text("vault", "vault", STRICT)).await.unwrap();
    let uid = async || bed.value("/api/v1/namespaces/vault/pods").await["items"][0]["metadata"]["uid"].clone();
    let running = uid().await;
    let options = OperationOptions { on_failure: OnFailure::RollBack, ..bed.options.clone() };
    let spec = EnrolmentSpec::new("istio", &["vault"]);
    let error = istio.lifecycle.enrol(&spec, &options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CheckFailed);
    let words = error.to_string();
    assert!(words.contains("would be refused") && words.contains("violates PodSecurity"), "{words}");
    assert_eq!((istio.labels("vault").await, uid().await), (json!({}), running));
}
