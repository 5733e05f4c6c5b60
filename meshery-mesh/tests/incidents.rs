//! Incidents of the field, reproduced on a real server and survived. A killed installer is in `crash.rs`, an API that is
//! gone and two operators at once in `invariants.rs`, istiod itself in `istio.rs`.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::bed::{Bed, SHOP_OBJECTS, bed, behind, shared, shop, text};
use crate::support::door::Fate;
use crate::support::proxy::{Fault, Proxy};
use base64::Engine;
use meshery_core::control_plane::PodFate;
use meshery_core::lifecycle::ChangeAction;
use meshery_core::{ErrorKind, InstanceSpec, MeshId, OperationOptions, OperationReport, Result};
use meshery_mesh::cluster::Method;
use meshery_mesh::control_plane::{Conduct, Service, StandIn};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// However dead it is, an uninstall is over after this.
const PATIENCE: Duration = Duration::from_secs(30);

async fn removed_in_time(bed: &Bed, name: &str, options: &OperationOptions) -> meshery_core::OperationReport {
    let begun = Instant::now();
    let report = bed.lifecycle.uninstall(name, options, &bed.context).await.unwrap();
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    report
}

async fn bundle(bed: &Bed, namespace: &str, name: &str) -> (StandIn, String) {
    let stand_in = bed.plane.stand_in(Service::new(namespace, name, 443)).await.unwrap();
    let bundle = base64::engine::general_purpose::STANDARD.encode(stand_in.authority_pem());
    (stand_in, bundle)
}

/// A webhook that fails closed for every pod, with its service and its workload.
fn injector(namespace: &str, bundle: &str) -> String {
    format!(
        "
apiVersion: v1
kind: Service
metadata: {{ name: injector, namespace: {namespace} }}
spec: {{ selector: {{ app: injector }}, ports: [{{ port: 443 }}] }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: injector, namespace: {namespace} }}
spec:
  selector: {{ matchLabels: {{ app: injector }} }}
  template: {{ metadata: {{ labels: {{ app: injector }} }}, spec: {{ containers: [{{ name: a, image: a }}] }} }}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {{ name: injector-{namespace} }}
webhooks:
- name: inject.{namespace}.example.com
  sideEffects: None
  admissionReviewVersions: [v1]
  timeoutSeconds: 2
  failurePolicy: Fail
  clientConfig: {{ caBundle: {bundle}, service: {{ namespace: {namespace}, name: injector }} }}
  rules: [{{ apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods] }}]
"
    )
}

#[tokio::test]
async fn invariant_09_a_fail_closed_injector_comes_after_its_pods_and_goes_before_them() {
    let Some(bed) = bed().await else { return };
    let (stand_in, bundle) = bundle(&bed, "inject", "injector").await;
    stand_in.behave(Conduct::Absent);
    let spec = text("inject", "inject", injector("inject", &bundle));
    // Nobody answers it, and still its own pods come: the webhook waits for them.
    let report = bed.install(&spec).await.unwrap();
    assert_eq!(report.created.len(), 4);
    let pod = json!({ "metadata": { "name": "a" }, "spec": { "containers": [{ "name": "a", "image": "a" }] } });
    let blocked = bed.create("/api/v1/namespaces/default/pods", &pod).await.unwrap_err();
    assert!(blocked.to_string().contains("failed calling webhook"), "{blocked}");
    // It goes first, and nothing is blocked by what goes after it.
    removed_in_time(&bed, "inject", &bed.options).await;
    let account = |error: &meshery_core::Error| error.to_string().contains("serviceaccount");
    if let Err(error) = bed.create("/api/v1/namespaces/default/pods", &pod).await {
        assert!(account(&error), "{error}");
    }
    bed.stop();
}

/// Installs a webhook that somebody fills in while the answer to the write of an object is held back, long enough for a watch
/// to tell of it.
async fn filled_in_while_held(
    bed: &Bed,
    namespace: &str,
    image: &str,
    object: &'static str,
) -> Result<OperationReport> {
    let (_, bundle) = bundle(bed, namespace, "injector").await;
    let webhook = format!("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/injector-{namespace}");
    let (door, answered, held) = (bed.door(), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (until, is_held) = (Arc::clone(&answered), Arc::clone(&held));
    door.judge(move |_, request| {
        let is_it = request.method == Method::Patch && request.target.contains(object);
        if !is_it || request.target.contains("dryRun") || is_held.swap(true, Ordering::SeqCst) {
            return Fate::Pass;
        }
        Fate::Hold(Arc::clone(&until))
    });
    let lifecycle = behind(&door);
    let options = OperationOptions { object_timeout: Duration::from_secs(30), ..bed.options.clone() };
    let spec = text(namespace, namespace, unfilled(namespace, image));
    let work = lifecycle.install(&spec, &options, &bed.context);
    let fill = async {
        while !held.load(Ordering::SeqCst) || bed.get(&webhook).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut webhooks = bed.value(&webhook).await["webhooks"].clone();
        webhooks[0]["clientConfig"]["caBundle"] = bundle.into();
        bed.merge(&webhook, "istiod", &json!({ "webhooks": webhooks })).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        answered.notify_one();
    };
    tokio::join!(work, fill).0
}

/// An injector's webhook of which nobody says yet whom to trust, and without which pods come all the same.
fn unfilled(namespace: &str, image: &str) -> String {
    let open =
        injector(namespace, "''").replace("caBundle: '', ", "").replace("failurePolicy: Fail", "failurePolicy: Ignore");
    open.replace("image: a", &format!("image: {image}"))
}

#[tokio::test]
async fn what_a_watch_tells_too_early_counts_all_the_same() {
    let Some(bed) = bed().await else { return };
    // Before the server has answered the write of the very object, as a fast istiod does it.
    let report = filled_in_while_held(&bed, "shop", "a", "/injector-shop").await.unwrap();
    assert_eq!(report.created.len(), 4);
    // While an object that stays as it is waits for its turn.
    let unwaited = OperationOptions { wait: false, ..bed.options.clone() };
    let first = text("bank", "bank", unfilled("bank", "a"));
    bed.lifecycle.install(&first, &unwaited, &bed.context).await.unwrap();
    let report = filled_in_while_held(&bed, "bank", "b", "/deployments/injector").await.unwrap();
    assert_eq!((report.created.len(), report.updated.len()), (0, 1), "{report:?}");
    bed.stop();
}

#[tokio::test]
async fn who_ends_while_his_lease_is_renewed_is_not_taken_for_somebody_else() {
    let Some(bed) = bed().await else { return };
    // A first installation makes its inventory; the first change to it is the renewal of the lease.
    let report = filled_in_while_held(&bed, "shop", "a", "/secrets/meshery-shop").await.unwrap();
    assert_eq!(report.created.len(), 4);
    bed.uninstall("shop").await.unwrap();
    bed.stop();
}

#[tokio::test]
async fn invariant_09_a_dead_api_service_does_not_hold_a_namespace() {
    let Some(bed) = bed().await else { return };
    let yaml = "
apiVersion: v1
kind: Service
metadata: { name: tap }
spec: { ports: [{ port: 443 }] }
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1alpha1.tap.example.com }
spec: { group: tap.example.com, version: v1alpha1, groupPriorityMinimum: 1000, versionPriority: 10, insecureSkipTLSVerify: true, service: { namespace: tap, name: tap } }
";
    let spec = text("tap", "tap", yaml);
    let options = OperationOptions { wait: false, ..bed.options.clone() };
    bed.lifecycle.install(&spec, &options, &bed.context).await.unwrap();
    let api = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.tap.example.com";
    let is_dead = |object: &meshery_core::Object| {
        object.items("/status/conditions").iter().any(|condition| condition["status"] == "False")
    };
    for _ in 0..2000 {
        if is_dead(&bed.get(api).await.unwrap()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // With waiting, nobody calls that ready.
    let options = OperationOptions { object_timeout: Duration::from_secs(1), ..bed.options.clone() };
    let error = bed.lifecycle.install(&spec, &options, &bed.context).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && error.to_string().contains("Available"), "{error}");
    let report = removed_in_time(&bed, "tap", &bed.options).await;
    assert_eq!(report.deleted.len(), 3);
    bed.stop();
}

#[tokio::test]
async fn invariant_09_a_finalizer_whose_controller_is_gone_is_named_and_taken_only_with_consent() {
    let Some(bed) = bed().await else { return };
    bed.install(&shop("1")).await.unwrap();
    let widget = "/apis/shop.example.com/v1/namespaces/shop/widgets/first";
    bed.merge(widget, "controller", &json!({ "metadata": { "finalizers": ["shop.example.com/controller"] } }))
        .await
        .unwrap();
    let short =
        OperationOptions { remove_definitions: true, object_timeout: Duration::from_secs(1), ..bed.options.clone() };
    let error = bed.lifecycle.uninstall("shop", &short, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("shop.example.com/controller"), "{error}");
    // A definition on its way out that resources hold is told as such when somebody wants it back.
    let options = OperationOptions {
        remove_finalizers: true,
        ..OperationOptions { object_timeout: Duration::from_secs(20), ..short }
    };
    let report = removed_in_time(&bed, "shop", &options).await;
    assert!(report.kept.is_empty(), "{report:?}");
    bed.stop();
}

#[tokio::test]
async fn a_definition_on_its_way_out_is_waited_for() {
    let Some(bed) = bed().await else { return };
    bed.install(&shop("1")).await.unwrap();
    let widget = "/apis/shop.example.com/v1/namespaces/shop/widgets/first";
    bed.merge(widget, "controller", &json!({ "metadata": { "finalizers": ["shop.example.com/controller"] } }))
        .await
        .unwrap();
    bed.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.shop.example.com").await.unwrap();
    let short = OperationOptions { object_timeout: Duration::from_secs(1), ..bed.options.clone() };
    // The server sends the resources after it.
    while !bed.get(widget).await.unwrap().is_terminating() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let plan = bed.lifecycle.plan(&shop("2"), &short, &bed.context).await.unwrap();
    let reasons: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.reason.as_str())
        .filter(|reason| reason.contains("on its way out"))
        .collect();
    assert_eq!(reasons.len(), 2, "the definition and the resource");
    let error = bed.lifecycle.install(&shop("2"), &short, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let free = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        bed.merge(widget, "controller", &json!({ "metadata": { "finalizers": null } })).await.unwrap();
    };
    let spec = shop("2");
    let (done, ()) = tokio::join!(bed.install(&spec), free);
    done.unwrap();
    assert!(bed.get(widget).await.is_ok());
    bed.stop();
}

#[tokio::test]
async fn runtime_owners_keep_what_is_theirs_through_an_upgrade() {
    let Some(bed) = shared().await else { return };
    let webhook = |version: &str| {
        format!(
            "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{ name: istiod-{version_free}, labels: {{ version: \"{version}\" }} }}
webhooks:
- name: validation.istio.io
  sideEffects: None
  admissionReviewVersions: [v1]
  failurePolicy: Ignore
  clientConfig: {{ service: {{ namespace: nowhere, name: istiod, path: /validate }} }}
  rules: [{{ apiGroups: [nobody.example.com], apiVersions: [v1], operations: [CREATE], resources: [nothings] }}]
",
            version_free = "runtime"
        )
    };
    let spec = |version: &str| InstanceSpec {
        mesh: Some(MeshId::from("istio")),
        version: version.into(),
        ..text("runtime", "default", webhook(version))
    };
    let options = OperationOptions { wait: false, ..bed.options.clone() };
    bed.lifecycle.install(&spec("1"), &options, &bed.context).await.unwrap();
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istiod-runtime";
    // As istiod does: it reads, changes, and writes the whole.
    let mut live = bed.value(path).await;
    live["webhooks"][0]["failurePolicy"] = "Fail".into();
    live["webhooks"][0]["clientConfig"]["caBundle"] = base64::engine::general_purpose::STANDARD
        .encode(rcgen::generate_simple_self_signed(vec!["a".into()]).unwrap().cert.pem())
        .into();
    put(&bed, path, "pilot-discovery", &live).await;
    let theirs = |object: &Value| {
        json!([object["webhooks"][0]["failurePolicy"], object["webhooks"][0]["clientConfig"]["caBundle"]])
    };
    let before = theirs(&bed.value(path).await);
    // It is no drift, and no change.
    assert_eq!(bed.lifecycle.drift("runtime", &options, &bed.context).await.unwrap(), []);
    let version = bed.get(path).await.unwrap().resource_version().to_owned();
    assert!(!bed.lifecycle.install(&spec("1"), &options, &bed.context).await.unwrap().changed_anything());
    assert_eq!(bed.get(path).await.unwrap().resource_version(), version);
    let report = bed.lifecycle.install(&spec("2"), &options, &bed.context).await.unwrap();
    let yielded = report.events.iter().filter(|event| serde_json::to_value(event).unwrap()["happening"] == "yielded");
    assert_eq!((report.updated.len(), yielded.count()), (1, 1));
    let after = bed.get(path).await.unwrap();
    assert_eq!((theirs(after.value()), after.label("version")), (before, Some("2")));
    bed.lifecycle.uninstall("runtime", &options, &bed.context).await.unwrap();
}

async fn put(bed: &Bed, path: &str, manager: &str, object: &Value) {
    let request =
        meshery_mesh::cluster::Request::new(meshery_mesh::cluster::Method::Put, path).query("fieldManager", manager);
    let request = request.body("application/json", object.to_string().into_bytes());
    bed.cluster.send(request).await.unwrap().body().await.unwrap();
}

#[tokio::test]
async fn what_another_installer_made_is_adopted_only_when_asked_and_given_back() {
    let Some(bed) = shared().await else { return };
    let yaml =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: inherited, namespace: default }\ndata: { a: \"1\" }\n";
    let helm = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "inherited", "annotations": { "meta.helm.sh/release-name": "old", "meta.helm.sh/release-namespace": "default" }, "labels": { "app.kubernetes.io/managed-by": "Helm" } },
        "data": { "a": "1", "obsolete": "x" },
    });
    let path = "/api/v1/namespaces/default/configmaps/inherited";
    bed.apply(path, "helm", &helm).await.unwrap();
    let uid = bed.get(path).await.unwrap().uid().to_owned();
    let error = bed.install(&text("heir", "default", yaml)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("made by helm, and can be adopted"), "{error}");
    let options = OperationOptions { adopt: true, ..bed.options.clone() };
    let plan = bed.lifecycle.plan(&text("heir", "default", yaml), &options, &bed.context).await.unwrap();
    assert_eq!(plan.count(ChangeAction::Adopt), 1);
    bed.lifecycle.install(&text("heir", "default", yaml), &options, &bed.context).await.unwrap();
    let adopted = bed.get(path).await.unwrap();
    // The same object; what only the other one wanted is gone, as if we had always been its owner.
    assert_eq!((adopted.uid(), adopted.get("/data")), (uid.as_str(), Some(&json!({ "a": "1" }))));
    assert!(!adopted.items("/metadata/managedFields").iter().any(|entry| entry["manager"] == "helm"));
    assert!(!bed.install(&text("heir", "default", yaml)).await.unwrap().changed_anything());

    let given = bed.lifecycle.hand_back("heir", &bed.options, &bed.context).await.unwrap();
    assert_eq!(given.len(), 1);
    let back = bed.get(path).await.unwrap();
    assert!(back.label("applyset.kubernetes.io/part-of").is_none());
    let managers: Vec<_> =
        back.items("/metadata/managedFields").iter().map(|entry| entry["manager"].as_str().unwrap()).collect();
    assert_eq!((managers, back.uid()), (vec!["helm"], uid.as_str()));
    assert_eq!(bed.uninstall("heir").await.unwrap_err().kind(), ErrorKind::NotFound);

    // What nobody's installer made is nobody's to take.
    bed.apply(path, "somebody", &json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "inherited" }, "data": { "theirs": "1" } })).await.unwrap();
    let error = bed.lifecycle.install(&text("heir", "default", yaml), &options, &bed.context).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("somebody"), "{error}");
    bed.delete(path).await.unwrap();
}

/// Whoever else writes at the same moment, such as an autoscaler that tells of its status: the server says then that the
/// request is wrong, and not that there is a conflict.
#[tokio::test]
async fn what_changes_while_it_is_taken_over_or_given_back_is_looked_at_again() {
    let Some(bed) = shared().await else { return };
    let proxy = Proxy::before(&bed.cluster).await;
    let lifecycle = Lifecycle::new(proxy.cluster().await);
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: busy, namespace: default }\ndata: { a: \"1\" }\n";
    let helm = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "busy", "annotations": { "meta.helm.sh/release-name": "old", "meta.helm.sh/release-namespace": "default" }, "labels": { "app.kubernetes.io/managed-by": "Helm" } },
        "data": { "a": "1" },
    });
    let path = "/api/v1/namespaces/default/configmaps/busy";
    bed.apply(path, "helm", &helm).await.unwrap();
    // Once in each operation, and of it only the first write to the object that is none of a dry run.
    let once = || {
        let is_over = AtomicBool::new(false);
        move |_: u64, method: &str, target: &str| {
            let is_it = method == "PATCH" && target.starts_with(path) && !target.contains("dryRun");
            (is_it && !is_over.swap(true, Ordering::SeqCst)).then_some(Fault::Overtaken)
        }
    };
    proxy.judge(once());
    let options = OperationOptions { adopt: true, ..bed.options.clone() };
    let report = lifecycle.install(&text("guest", "default", yaml), &options, &bed.context).await.unwrap();
    assert_eq!((report.updated.len(), proxy.counts().1[&Fault::Overtaken]), (1, 1));
    let retried = |report: &meshery_core::OperationReport| {
        report.events.iter().filter(|event| serde_json::to_value(event).unwrap()["happening"] == "retried").count()
    };
    assert_eq!(retried(&report), 1, "{report:?}");
    let adopted = bed.get(path).await.unwrap();
    assert_eq!(adopted.annotation("overtaken"), Some("yes"));
    proxy.judge(once());
    assert_eq!(lifecycle.hand_back("guest", &bed.options, &bed.context).await.unwrap().len(), 1);
    assert_eq!(proxy.counts().1[&Fault::Overtaken], 1);
    assert!(bed.get(path).await.unwrap().label("applyset.kubernetes.io/part-of").is_none());
    bed.delete(path).await.unwrap();
}

#[tokio::test]
async fn hooks_run_in_their_order_and_go_as_they_are_told() {
    let Some(bed) = shared().await else { return };
    let job = |name: &str, hook: &str, weight: i32, policy: &str| {
        format!(
            "---\napiVersion: batch/v1\nkind: Job\nmetadata: {{ name: {name}, annotations: {{ helm.sh/hook: \"{hook}\", helm.sh/hook-weight: \"{weight}\", helm.sh/hook-delete-policy: \"{policy}\" }} }}\nspec: {{ template: {{ spec: {{ restartPolicy: Never, containers: [{{ name: a, image: a }}] }} }} }}\n"
        )
    };
    let yaml = |version: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: hooked }}\ndata: {{ version: \"{version}\" }}\n")
            + &job("second", "pre-install,pre-upgrade", 5, "before-hook-creation,hook-succeeded")
            + &job("first", "pre-install,pre-upgrade", -5, "before-hook-creation")
            + &job("after", "post-install", 0, "before-hook-creation")
            + &job("farewell", "pre-delete", 0, "before-hook-creation")
            + &job("never", "test", 0, "before-hook-creation")
    };
    let spec = |version: &str| InstanceSpec { version: version.into(), ..text("hooked", "hooked", yaml(version)) };
    let order = |report: &meshery_core::OperationReport| {
        let events = report.events.iter().map(|event| serde_json::to_value(event).unwrap());
        let applied = events.filter(|event| event["happening"] == "applied");
        applied.map(|event| event["object"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let report = bed.install(&spec("1")).await.unwrap();
    assert_eq!(
        order(&report),
        ["hooked", "first", "second", "hooked", "after"].map(str::to_owned)[..],
        "the namespace, the hooks, the configuration"
    );
    let there = async |name: &str| bed.get(&format!("/apis/batch/v1/namespaces/hooked/jobs/{name}")).await.is_ok();
    assert_eq!(
        [there("first").await, there("second").await, there("after").await, there("never").await],
        [true, false, true, false]
    );
    let first = bed.get("/apis/batch/v1/namespaces/hooked/jobs/first").await.unwrap().uid().to_owned();
    assert_eq!(
        order(&bed.install(&spec("1")).await.unwrap()),
        Vec::<String>::new(),
        "nothing to do is nothing to hook on"
    );
    assert_eq!(order(&bed.install(&spec("2")).await.unwrap()), ["first", "second", "hooked"]);
    assert_ne!(bed.get("/apis/batch/v1/namespaces/hooked/jobs/first").await.unwrap().uid(), first, "made anew");
    // A hook that fails ends the operation before anything else is touched.
    bed.plane.nodes().destine("hooked", "first", PodFate::Ignored);
    let options = OperationOptions { object_timeout: Duration::from_secs(1), ..bed.options.clone() };
    let error = bed.lifecycle.install(&spec("3"), &options, &bed.context).await.unwrap_err();
    assert!(error.to_string().contains("Job.batch hooked/first"), "{error}");
    assert_eq!(bed.get("/api/v1/namespaces/hooked/configmaps/hooked").await.unwrap().text("/data/version"), "2");
    bed.plane.nodes().destine("hooked", "first", PodFate::Ready);
    let report = bed.uninstall("hooked").await.unwrap();
    assert_eq!(order(&report), ["farewell"]);
    assert_eq!(bed.get("/api/v1/namespaces/hooked").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn two_sets_do_not_take_from_each_other() {
    let Some(bed) = shared().await else { return };
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: common, namespace: default }\ndata: { a: \"1\" }\n";
    bed.install(&text("one", "default", yaml)).await.unwrap();
    let options = OperationOptions { adopt: true, ..bed.options.clone() };
    let error = bed.lifecycle.install(&text("two", "default", yaml), &options, &bed.context).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("part of another set"), "{error}");
    bed.uninstall("one").await.unwrap();
}

#[tokio::test]
async fn a_pod_that_does_not_come_is_explained_down_to_the_container() {
    let Some(bed) = bed().await else { return };
    bed.plane.nodes().destine("shop", "cart", PodFate::NoImage);
    let options = OperationOptions { object_timeout: Duration::from_secs(2), ..bed.options.clone() };
    let error = bed.lifecycle.install(&shop("1"), &options, &bed.context).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.report().place.as_deref()),
        (ErrorKind::Timeout, Some("Deployment.apps shop/cart"))
    );
    assert!(error.to_string().contains("Pod shop/cart-") && error.to_string().contains("ImagePull"), "{error}");
    let status = bed.lifecycle.status("shop", &bed.options, &bed.context).await.unwrap();
    assert!(!status.healthy && status.objects.len() == SHOP_OBJECTS, "{status:?}");
    // What happened can be read again, in order.
    let events = bed.lifecycle.events("shop", &bed.options, &bed.context).await.unwrap();
    let last = serde_json::to_value(events.last().unwrap()).unwrap();
    assert_eq!((&last["happening"], &last["succeeded"]), (&"ended".into(), &false.into()));
    let numbers: Vec<u64> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    bed.stop();
}

#[tokio::test]
async fn a_resource_of_which_nobody_has_said_anything_is_not_ready_at_once() {
    let Some(bed) = bed().await else { return };
    let definition = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: pumps.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Pump, plural: pumps }
  versions:
  - { name: v1, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
---
apiVersion: example.com/v1
kind: Pump
metadata: { name: a }
";
    let spec = text("pumps", "pumps", definition);
    let path = "/apis/example.com/v1/namespaces/pumps/pumps/a";
    let controller = async {
        while bed.get(path).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let said = json!({ "status": { "conditions": [{ "type": "Ready", "status": "False", "reason": "Priming", "message": "" }] } });
        bed.merge(&format!("{path}/status"), "controller", &said).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let said = json!({ "status": { "conditions": [{ "type": "Ready", "status": "True", "reason": "Primed", "message": "" }] } });
        bed.merge(&format!("{path}/status"), "controller", &said).await.unwrap();
    };
    let (report, ()) = tokio::join!(bed.install(&spec), controller);
    let events = report.unwrap().events;
    let told: Vec<String> = events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .filter(|event| event["happening"] == "status" && event["object"]["kind"] == "Pump")
        .map(|event| format!("{} {}", event["health"].as_str().unwrap(), event["reason"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].contains("not said yet") && told[1].contains("Priming") && told[2].starts_with("ready"),
        "{told:?}"
    );
    // A controller that never says anything is not waited for for ever.
    let quiet = text("pumps", "pumps", definition.replace("name: a }", "name: b }"));
    bed.install(&quiet).await.unwrap();
    bed.stop();
}
