//! Bad input on a real server: each ends in an error that names the place, and with nothing half done that the next call
//! would not end.
#![cfg(target_os = "linux")]

use std::time::Duration;

use crate::support::accounts;
use crate::support::bed::{Bed, shared, text};
use base64::Engine;
use meshery_core::lifecycle::{ChangeAction, OnFailure, Source};
use meshery_core::{Error, ErrorKind, InstanceSpec, OperationOptions};
use meshery_mesh::cluster::{Method, Request};
use meshery_mesh::control_plane::{Conduct, Service};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::json;

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\ndata: {{ a: b }}\n")
}

/// The error of an installation, and that no object of it was written.
async fn refused(bed: &Bed, spec: &InstanceSpec) -> Error {
    let before = bed.mark().await;
    let error = bed.install(spec).await.unwrap_err();
    let after = bed.mark().await;
    // Other tests are at work at the same time.
    let manager = format!("fieldManager={}", spec.field_manager());
    let writes =
        bed.requests(before, after).into_iter().filter(|request| request.writes() && request.uri.contains(&manager));
    assert_eq!(writes.count(), 0, "{error}");
    error
}

async fn is_there(bed: &Bed, path: &str) -> bool {
    bed.cluster.send(Request::get(path)).await.unwrap().status == 200
}

fn inventory(name: &str) -> String {
    format!("/api/v1/namespaces/kube-system/secrets/meshery-{name}")
}

#[tokio::test]
async fn two_objects_of_one_identity() {
    let Some(bed) = shared().await else { return };
    let twice = format!("{}---\n{}", config_map("a"), config_map("a"));
    let error = refused(&bed, &text("twice", "twice", twice)).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("ConfigMap a is there twice") && error.to_string().contains(":6:1"), "{error}");
    // Also where only the namespace that is filled in makes them one.
    let spec = InstanceSpec::new(
        "twice",
        "twice",
        vec![
            Source::Text(config_map("a")),
            Source::Text(config_map("a").replace("name: a", "name: a, namespace: twice")),
        ],
    );
    assert_eq!(refused(&bed, &spec).await.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn an_object_without_a_name_and_text_that_is_none() {
    let Some(bed) = shared().await else { return };
    let error = refused(&bed, &text("nameless", "nameless", "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n")).await;
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.report().place.as_ref().unwrap().ends_with("metadata.name"), "{error}");
    assert_eq!(refused(&bed, &text("nameless", "nameless", "a: [")).await.kind(), ErrorKind::Syntax);
    assert_eq!(refused(&bed, &InstanceSpec::new("nameless", "nameless", vec![])).await.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        refused(&bed, &text("Not A Name", "nameless", config_map("a"))).await.report().place.as_deref(),
        Some("name")
    );
}

#[tokio::test]
async fn a_custom_resource_without_its_definition() {
    let Some(bed) = shared().await else { return };
    let orphan = "apiVersion: nobody.example.com/v1\nkind: Orphan\nmetadata: { name: a }\n";
    let error = refused(&bed, &text("orphan", "orphan", format!("{}---\n{orphan}", config_map("a")))).await;
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
    assert!(error.to_string().contains("Orphan.nobody.example.com a: nobody.example.com/v1"), "{error}");
}

#[tokio::test]
async fn an_older_manifest_whose_api_is_gone() {
    let Some(bed) = shared().await else { return };
    let old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: a }\n";
    let error = refused(&bed, &text("old", "old", old)).await;
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
    assert!(error.to_string().contains("policy/v1beta1, the server knows policy/v1"), "{error}");
}

#[tokio::test]
async fn a_verb_that_is_denied() {
    let Some(bed) = shared().await else { return };
    let spec = text(
        "denied",
        "default",
        format!(
            "{}---\napiVersion: v1\nkind: Service\nmetadata: {{ name: denied }}\nspec: {{ ports: [{{ port: 80 }}] }}\n",
            config_map("denied")
        ),
    );
    // All that the plan says it needs, but for one verb.
    let plan = bed.plan(&spec).await.unwrap();
    let clerk = accounts::new(&bed, "clerk").await;
    let reader = json!({ "metadata": { "name": "meshery-reader" }, "rules": [{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"] }] });
    accounts::grant(&bed, &reader, "clerk").await;
    let error = Lifecycle::new(clerk.clone()).install(&spec, &bed.options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("missing: create services in default"), "{error}");
    assert!(!is_there(&bed, "/api/v1/namespaces/default/configmaps/denied").await);

    // With exactly what the plan asks for, it goes.
    for role in meshery_core::lifecycle::roles("meshery-denied", &plan.permissions) {
        accounts::grant(&bed, &role, "clerk").await;
    }
    Lifecycle::new(clerk.clone()).install(&spec, &bed.options, &bed.context).await.unwrap();
    let gone = Lifecycle::new(clerk).uninstall("denied", &bed.options, &bed.context).await.unwrap_err();
    assert!(gone.to_string().contains("missing: delete"), "{gone}");
    bed.uninstall("denied").await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_and_a_certificate_of_nobody() {
    let Some(bed) = shared().await else { return };
    let elsewhere = bed.plane.kubeconfig().replace(bed.plane.address(), "https://127.0.0.1:9");
    let (spec, options) = (
        text("nowhere", "nowhere", config_map("a")),
        OperationOptions { timeout: Duration::from_secs(2), ..bed.options.clone() },
    );
    let error =
        Lifecycle::new(accounts::connect(elsewhere).await).install(&spec, &options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);

    // A server that another authority vouches for.
    let other = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let bundle = base64::engine::general_purpose::STANDARD.encode(other.cert.pem());
    let stranger: String = bed
        .plane
        .kubeconfig()
        .lines()
        .map(|line| match line.split_once("certificate-authority-data:") {
            Some((indent, _)) => format!("{indent}certificate-authority-data: {bundle}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let error =
        Lifecycle::new(accounts::connect(stranger).await).install(&spec, &options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
}

#[tokio::test]
async fn a_certificate_that_has_expired() {
    let Some(bed) = shared().await else { return };
    let mut parameters = rcgen::CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
    (parameters.not_before, parameters.not_after) =
        (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    let identity = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], identity).unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let bundle = base64::engine::general_purpose::STANDARD.encode(certificate.pem());
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "old",
        "clusters": [{ "name": "old", "cluster": { "server": format!("https://{address}"), "certificate-authority-data": bundle } }],
        "users": [{ "name": "old", "user": {} }],
        "contexts": [{ "name": "old", "context": { "cluster": "old", "user": "old" } }],
    });
    let lifecycle = Lifecycle::new(accounts::connect(kubeconfig.to_string()).await);
    let error =
        lifecycle.install(&text("old", "default", config_map("a")), &bed.options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.to_string().to_lowercase().contains("expired"), "{error}");
    server.abort();
}

#[tokio::test]
async fn a_webhook_that_denies() {
    let Some(bed) = shared().await else { return };
    let judge = Service::new("default", "strict", 443);
    let service = json!({ "metadata": { "name": "strict" }, "spec": { "ports": [{ "port": 443 }] } });
    bed.create("/api/v1/namespaces/default/services", &service).await.unwrap();
    let stand_in = bed.plane.stand_in(judge).await.unwrap();
    stand_in.behave(Conduct::Deny("no configuration on a Sunday".into()));
    let bundle = base64::engine::general_purpose::STANDARD.encode(stand_in.authority_pem());
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": { "name": "strict" },
        "webhooks": [{
            "name": "strict.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 2,
            "clientConfig": { "caBundle": bundle, "service": { "namespace": "default", "name": "strict" } },
            "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "sunday" } },
            "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"] }],
        }],
    });
    bed.create("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", &webhook).await.unwrap();
    bed.create("/api/v1/namespaces", &json!({ "metadata": { "name": "sunday" } })).await.unwrap();
    until_denied(&bed).await;
    let spec = text(
        "sunday",
        "sunday",
        format!("{}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{ name: a }}\n", config_map("a")),
    );
    let error = bed.install(&spec).await.unwrap_err();
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::Refused, Some("ConfigMap sunday/a")));
    assert!(error.to_string().contains("strict.example.com") && error.to_string().contains("on a Sunday"), "{error}");
    // What came about is known, and the next call ends it.
    stand_in.behave(Conduct::Answer);
    assert_eq!(bed.install(&spec).await.unwrap().revision, Some(2));
    // A failure that is to be undone leaves what was there before.
    stand_in.behave(Conduct::Deny("no".into()));
    let more = text("sunday", "sunday", format!("{}---\n{}", config_map("a"), config_map("b")));
    let options = OperationOptions { on_failure: OnFailure::RollBack, ..bed.options.clone() };
    let error = bed.lifecycle.install(&more, &options, &bed.context).await.unwrap_err();
    assert!(error.to_string().contains("rolled back: to revision 2"), "{error}");
    assert!(is_there(&bed, "/api/v1/namespaces/sunday/serviceaccounts/a").await);
}

/// The server needs a moment until it calls a new webhook.
async fn until_denied(bed: &Bed) {
    let path = "/api/v1/namespaces/sunday/configmaps";
    for _ in 0..2000 {
        let asked = Request::new(Method::Post, path)
            .query("dryRun", "All")
            .body("application/json", json!({ "metadata": { "name": "x" } }).to_string().into_bytes());
        if bed.cluster.send(asked).await.unwrap().status >= 400 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nobody denies");
}

#[tokio::test]
async fn a_quota_that_is_used_up() {
    let Some(bed) = shared().await else { return };
    bed.create("/api/v1/namespaces", &json!({ "metadata": { "name": "narrow" } })).await.unwrap();
    let quota = json!({ "metadata": { "name": "quota" }, "spec": { "hard": { "count/configmaps": "2" } } });
    bed.create("/api/v1/namespaces/narrow/resourcequotas", &quota).await.unwrap();
    let many: Vec<String> = (0..5).map(|n| config_map(&format!("c{n}"))).collect();
    let error = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            // The quota counts once its controller has.
            match bed.install(&text("narrow", "narrow", many.join("---\n"))).await {
                Err(error) => break error,
                Ok(_) => drop(bed.uninstall("narrow").await.unwrap()),
            }
        }
    });
    let error = error.await.unwrap();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("exceeded quota"), "{error}");
    bed.uninstall("narrow").await.unwrap();
    assert!(!is_there(&bed, &inventory("narrow")).await);
}

#[tokio::test]
async fn a_namespace_on_its_way_out() {
    let Some(bed) = shared().await else { return };
    let held = json!({ "metadata": { "name": "leaving" }, "spec": { "finalizers": ["kubernetes"] } });
    bed.create("/api/v1/namespaces", &held).await.unwrap();
    let pin = json!({ "metadata": { "name": "pin", "finalizers": ["example.com/pin"] } });
    bed.create("/api/v1/namespaces/leaving/configmaps", &pin).await.unwrap();
    bed.delete("/api/v1/namespaces/leaving").await.unwrap();
    let error = refused(&bed, &text("leaving", "leaving", config_map("a"))).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("Namespace leaving") && error.to_string().contains("on its way out"), "{error}");
    bed.merge("/api/v1/namespaces/leaving/configmaps/pin", "test", &json!({ "metadata": { "finalizers": null } }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_field_that_cannot_change() {
    let Some(bed) = shared().await else { return };
    let deployment = |app: &str| {
        format!(
            "
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: fixed }}
spec:
  selector: {{ matchLabels: {{ app: {app} }} }}
  template: {{ metadata: {{ labels: {{ app: {app} }} }}, spec: {{ containers: [{{ name: a, image: a }}] }} }}
"
        )
    };
    bed.install(&text("fixed", "fixed", deployment("a"))).await.unwrap();
    let error = refused(&bed, &text("fixed", "fixed", deployment("b"))).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains(".spec.selector.matchLabels.app cannot change"), "{error}");
    let options = OperationOptions { replace: true, ..bed.options.clone() };
    let spec = text("fixed", "fixed", deployment("b"));
    let plan = bed.lifecycle.plan(&spec, &options, &bed.context).await.unwrap();
    assert_eq!(plan.count(ChangeAction::Replace), 1);
    bed.lifecycle.install(&spec, &options, &bed.context).await.unwrap();
    let fixed = bed.get("/apis/apps/v1/namespaces/fixed/deployments/fixed").await.unwrap();
    assert_eq!(fixed.text("/spec/selector/matchLabels/app"), "b");
}

#[tokio::test]
async fn an_object_that_is_too_large() {
    let Some(bed) = shared().await else { return };
    let large = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: large }}\ndata: {{ a: {} }}\n",
        "x".repeat(1_500_000)
    );
    let error = bed.install(&text("large", "default", large)).await.unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some("ConfigMap default/large"));
    assert!(matches!(error.kind(), ErrorKind::Refused | ErrorKind::LimitExceeded), "{error:?}");
    bed.uninstall("large").await.unwrap();
    assert!(!is_there(&bed, &inventory("large")).await);
}

#[tokio::test]
async fn an_unknown_field_is_named() {
    let Some(bed) = shared().await else { return };
    let typo = "apiVersion: v1\nkind: Service\nmetadata: { name: typo }\nspec: { ports: [{ port: 80 }], selektor: { app: a } }\n";
    let error = bed.install(&text("typo", "default", typo)).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Refused && error.to_string().contains("selektor"), "{error}");
    bed.uninstall("typo").await.unwrap();
}

#[tokio::test]
async fn ten_thousand_names_fit_into_an_inventory() {
    let Some(bed) = shared().await else { return };
    // Numbers that do not repeat, so that nothing is saved by packing.
    let noise = |seed: u64| {
        let words = (0..200u64).map(|n| format!("{:016x}", (seed * 200 + n).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        words.collect::<Vec<_>>().concat()
    };
    let many: Vec<String> = (0..600)
        .map(|n| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: many-{n} }}\ndata: {{ a: \"{}\" }}\n",
                noise(n)
            )
        })
        .collect();
    let spec = text("many", "many", many.join("---\n"));
    let report = bed.install(&spec).await.unwrap();
    assert_eq!(report.created.len(), 601);
    let secrets =
        bed.value("/api/v1/namespaces/kube-system/secrets?labelSelector=meshery.io%2Finventory-of%3Dmany").await;
    let pieces = secrets["items"].as_array().unwrap();
    assert!(!pieces.is_empty(), "nothing stands beside");
    for piece in pieces {
        assert!(piece["data"]["piece"].as_str().unwrap().len() * 3 / 4 <= 512 * 1024 + 3);
    }
    assert!(!bed.install(&spec).await.unwrap().changed_anything());
    bed.uninstall("many").await.unwrap();
    let secrets =
        bed.value("/api/v1/namespaces/kube-system/secrets?labelSelector=meshery.io%2Finventory-of%3Dmany").await;
    assert_eq!(secrets["items"].as_array().map_or(0, Vec::len), 0);
}
