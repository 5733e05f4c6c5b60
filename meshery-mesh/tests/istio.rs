//! Istio, with the real istiod beside a real API server. What others have installed is in `adoption.rs`.
#![cfg(target_os = "linux")]

use std::time::Duration;

use crate::support::bed::{Bed, bed};
use crate::support::istiod;
use meshery_core::lifecycle::Happening;
use meshery_core::{ObjectId, OperationOptions};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

const INJECTOR: &str = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector";

/// What istiod writes into webhooks at run time.
async fn run_time(bed: &Bed) -> Value {
    let (validator, injector) = (bed.value(istiod::VALIDATOR).await, bed.value(INJECTOR).await);
    json!({
        "failurePolicy": validator["webhooks"][0]["failurePolicy"],
        "caBundle": [validator["webhooks"][0]["clientConfig"]["caBundle"], injector["webhooks"][0]["clientConfig"]["caBundle"]],
    })
}

/// Waits until something is there that istiod writes.
async fn until_there(bed: &Bed, path: &str) {
    let there = async {
        while bed.get(path).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), there).await.unwrap();
}

#[tokio::test]
async fn istio_comes_is_proven_changes_and_goes_without_a_trace() {
    let Some(bed) = bed().await else { return };
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(istiod::tools());
    let before = bed.snapshot().await;
    let spec = istiod::spec("istio", None, &json!({}));
    // istiod reads its configuration from what is installed: first all but what needs it to be there.
    let unwaited = OperationOptions { wait: false, remove_definitions: true, ..bed.options.clone() };
    let context = &bed.context;
    let report = lifecycle.install(&spec, &unwaited, context).await.unwrap();
    assert_eq!(report.created.len(), 35, "34 objects of the charts, and the namespace");
    let istiod = istiod::start(&bed.plane, &spec).await;
    // Now it can become ready: the same call again changes nothing and waits.
    let options = OperationOptions { wait: true, ..unwaited };
    let report = lifecycle.install(&spec, &options, context).await.unwrap();
    assert!(!report.changed_anything(), "{report:?}");

    let outcomes = lifecycle.verify("istio", &options, context).await.unwrap();
    assert_eq!(outcomes.len(), 6);
    for outcome in &outcomes {
        assert!(outcome.passed, "{outcome:?}");
    }
    let evidence = |name: &str| outcomes.iter().find(|outcome| outcome.name == name).unwrap().evidence.clone();
    assert!(evidence("version_running").starts_with("it says 1."), "{}", evidence("version_running"));
    assert_eq!(evidence("proxies_in_sync"), "0 proxies are connected, and all have what was sent");
    let certificates = evidence("certificates_valid");
    assert!(certificates.contains("Secret istio-system/istio-ca-secret: valid until"), "{certificates}");
    istiod::until_it_validates(&bed.cluster).await;
    let theirs = run_time(&bed).await;
    assert!(theirs["caBundle"].as_array().unwrap().iter().all(Value::is_string), "{theirs}");

    // What it wrote is no drift, and survives an upgrade that touches the same objects.
    assert_eq!(lifecycle.drift("istio", &options, context).await.unwrap(), []);
    let upgraded = istiod::spec(
        "istio",
        None,
        &json!({ "global": { "logging": { "level": "default:debug" } }, "revisionTags": [], "sidecarInjectorWebhook": { "reinvocationPolicy": "IfNeeded" }, "base": { "validationCABundle": "" } }),
    );
    let report = lifecycle.upgrade(&upgraded, &options, context).await.unwrap();
    assert!(
        report.updated.contains(&ObjectId::new(
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration",
            None,
            "istio-sidecar-injector"
        )),
        "{report:?}"
    );
    let yielded = report.events.iter().filter(|event| matches!(event.happening, Happening::Yielded { .. }));
    assert!(yielded.count() >= 1, "{report:?}");
    assert_eq!(run_time(&bed).await, theirs);
    lifecycle.rollback("istio", None, &options, context).await.unwrap();
    assert_eq!(run_time(&bed).await, theirs);

    // A namespace of a user's, into which istiod writes, and which goes on to ask for sidecars.
    bed.create(
        "/api/v1/namespaces",
        &json!({ "metadata": { "name": "shop", "labels": { "istio-injection": "enabled" } } }),
    )
    .await
    .unwrap();
    until_there(&bed, "/api/v1/namespaces/shop/configmaps/istio-ca-root-cert").await;
    // With the instance goes its Deployment, and with that what runs in its pods.
    istiod.stop().unwrap();
    let report = lifecycle.uninstall("istio", &options, context).await.unwrap();
    assert!(report.kept.is_empty(), "{:?}", report.kept);
    let told = |id: &ObjectId| report.residue.iter().find(|residue| residue.object == *id);
    let root = told(&ObjectId::new("", "ConfigMap", Some("shop"), "istio-ca-root-cert")).unwrap();
    assert!(root.removed, "{root:?}");
    let namespace = told(&ObjectId::new("", "Namespace", None, "shop")).unwrap();
    assert!(!namespace.removed && namespace.reason.contains("remove it"), "{namespace:?}");
    bed.delete("/api/v1/namespaces/shop").await.unwrap();
    let difference = bed.difference(&before).await;
    assert!(difference.is_empty(), "{difference:?}");
    bed.stop();
}

#[tokio::test]
async fn a_second_revision_keeps_what_both_share() {
    let Some(bed) = bed().await else { return };
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(istiod::tools());
    let options = OperationOptions { wait: false, remove_definitions: true, ..bed.options.clone() };
    let (stable, canary) =
        (istiod::spec("istio", None, &json!({})), istiod::spec("istio-canary", Some("canary"), &json!({})));
    let before = bed.snapshot().await;
    lifecycle.install(&stable, &options, &bed.context).await.unwrap();
    // Until its pods are there as well.
    let deployment = "/apis/apps/v1/namespaces/istio-system/deployments/istiod";
    let running = async {
        while bed.get(deployment).await.unwrap().get("/status/readyReplicas").is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), running).await.unwrap();
    let alone = bed.snapshot().await;
    lifecycle.install(&canary, &options, &bed.context).await.unwrap();
    let running = istiod::start(&bed.plane, &canary).await;
    until_there(&bed, "/api/v1/namespaces/default/configmaps/istio-ca-root-cert").await;
    running.stop().unwrap();
    let patient = OperationOptions { wait: true, ..options.clone() };
    let report = lifecycle.uninstall("istio-canary", &patient, &bed.context).await.unwrap();
    let kept: Vec<_> = report.residue.iter().filter(|residue| !residue.removed).collect();
    assert!(
        kept.iter().any(|residue| residue.object.name == "istio-ca-root-cert"
            && residue.reason.contains("it stays for Deployment.apps istio-system/istiod")),
        "{kept:?}"
    );
    // The first one is as it was, but for what both write.
    let difference = bed.difference_but(&alone, |id| report.residue.iter().any(|residue| residue.object == *id)).await;
    assert!(difference.is_empty(), "{difference:?}");
    lifecycle.uninstall("istio", &patient, &bed.context).await.unwrap();
    let difference = bed.difference(&before).await;
    assert!(difference.is_empty(), "{difference:?}");
    bed.stop();
}
