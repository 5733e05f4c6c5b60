//! Certificates that a mesh depends on: made once, found again, never replaced unseen, and looked at before an upgrade.
#![cfg(target_os = "linux")]

use std::path::Path;

use crate::support::bed::{Bed, bed, text};
use crate::support::{credentials, stage, testbed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::lifecycle::{AdviceCode, Credential};
use meshery_core::{Error, ErrorKind, InstanceSpec, MeshId, OperationOptions};
use meshery_mesh::lifecycle::Lifecycle;
use meshery_mesh::lifecycle::render::Tools;
use serde_json::json;
use time::{Duration, OffsetDateTime};

const ISSUER: &str = "/api/v1/namespaces/linkerd/secrets/linkerd-identity-issuer";
const ROOTS: &str = "/api/v1/namespaces/linkerd/configmaps/linkerd-identity-trust-roots";
const INJECTOR: &str = "/api/v1/namespaces/linkerd/secrets/linkerd-proxy-injector-k8s-tls";

/// Linkerd by charts that do with certificates what its own do.
fn from_charts(version: &str) -> InstanceSpec {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/linkerd");
    let mut spec = InstanceSpec::new("linkerd", "linkerd", vec![]);
    (spec.mesh, spec.version) = (Some(MeshId::from("linkerd")), version.into());
    spec.settings.insert("charts".into(), charts.to_str().unwrap().into());
    spec
}

/// Linkerd's issuer and its anchor alone, with this identity.
fn identity(version: &str, [certificate, key, anchors]: &[String; 3]) -> InstanceSpec {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "linkerd-identity-issuer" },
        "stringData": { "crt.pem": certificate, "key.pem": key },
    });
    let roots = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "linkerd-identity-trust-roots" },
        "data": { "ca-bundle.crt": anchors },
    });
    let spec = text("linkerd", "linkerd", format!("{secret}\n---\n{roots}\n"));
    InstanceSpec { mesh: Some(MeshId::from("linkerd")), version: version.into(), ..spec }
}

fn issuer() -> Credential {
    let known = stage::mesh("linkerd").facts(&from_charts("")).credentials;
    known.into_iter().find(|credential| credential.issues).unwrap()
}

/// The error of an operation, and that nothing was written.
async fn refused(bed: &Bed, lifecycle: &Lifecycle, spec: &InstanceSpec, options: &OperationOptions) -> Error {
    let before = bed.mark().await;
    let error = lifecycle.install(spec, options, &bed.context).await.unwrap_err();
    let requests = bed.requests(before, bed.mark().await);
    let writes = requests.into_iter().filter(|request| request.writes() && !request.uri.contains("dryRun"));
    assert_eq!(writes.count(), 0, "{error}");
    assert!(!error.to_string().contains("PRIVATE"), "keys are not repeated: {error}");
    error
}

#[tokio::test]
async fn an_identity_is_made_once_and_stays() {
    let (Some(bed), Some(helm)) = (bed().await, testbed::helm()) else { return };
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(Tools { helm: Some(helm), ..Tools::default() });
    let options = OperationOptions { remove_definitions: true, ..bed.options.clone() };
    let (spec, context) = (from_charts("edge-25.4.4"), &bed.context);
    let before = bed.snapshot().await;
    lifecycle.install(&spec, &options, context).await.unwrap();
    let kept = async || (bed.value(ISSUER).await, bed.value(ROOTS).await, bed.value(INJECTOR).await);
    let made = kept().await;
    let text = |encoded: &serde_json::Value| STANDARD.decode(encoded.as_str().unwrap()).unwrap();
    assert!(text(&made.0["data"]["key.pem"]).starts_with(b"-----BEGIN PRIVATE KEY-----"));
    // Valid for a year, below an anchor that is valid for ten, for the name that Linkerd asks for.
    let outcomes = lifecycle.verify("linkerd", &options, context).await.unwrap();
    let certificates = outcomes.iter().find(|outcome| outcome.name == "certificates_valid").unwrap();
    // A year, less what has passed since.
    let lasts = ["364 days from now", "365 days from now"];
    assert!(certificates.passed && lasts.iter().any(|words| certificates.evidence.contains(words)), "{certificates:?}");
    assert_eq!(certificates.evidence.matches("valid until").count(), 4, "{certificates:?}");

    // Once more, and the release after it: not one certificate is another.
    let again = lifecycle.install(&spec, &options, context).await.unwrap();
    assert!(!again.changed_anything(), "{again:?}");
    let plan = lifecycle.plan(&from_charts("edge-25.10.7"), &options, context).await.unwrap();
    assert_eq!(plan.advice, []);
    lifecycle.upgrade(&from_charts("edge-25.10.7"), &options, context).await.unwrap();
    assert_eq!(kept().await, made);

    // A webhook's certificate may be another one: its pods are started anew, and nobody else knows it.
    bed.delete(INJECTOR).await.unwrap();
    lifecycle.install(&from_charts("edge-25.10.7"), &options, context).await.unwrap();
    let renewed = kept().await;
    assert!((&renewed.0, &renewed.1) == (&made.0, &made.1) && renewed.2["data"] != made.2["data"]);

    // Of an identity half of which is gone nobody knows what the proxies trust.
    bed.delete(ROOTS).await.unwrap();
    let error = refused(&bed, &lifecycle, &from_charts("edge-25.10.7"), &options).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("linkerd-identity-trust-roots"), "{error}");
    let report = lifecycle.uninstall("linkerd", &options, context).await.unwrap();
    let difference = bed.difference(&before).await;
    assert!(difference.is_empty(), "{difference:?} {report:?}");
    bed.stop();
}

#[tokio::test]
async fn an_expired_identity_stops_the_upgrade_before_the_first_write() {
    let Some(bed) = bed().await else { return };
    let (now, issuer) = (OffsetDateTime::now_utc(), issuer());
    let expired = credentials::valid(&issuer, now - Duration::days(400), now - Duration::days(1));
    let spec = |version: &str| identity(version, &expired);
    let error = refused(&bed, &bed.lifecycle, &spec("edge-25.4.4"), &bed.options).await;
    assert!(error.to_string().contains("was valid until"), "{error}");
    // It is there all the same: it ended after it was installed.
    let accepting = OperationOptions { accept: vec![AdviceCode::CertificateExpired], ..bed.options.clone() };
    bed.lifecycle.install(&spec("edge-25.4.4"), &accepting, &bed.context).await.unwrap();
    let outcomes = bed.lifecycle.verify("linkerd", &bed.options, &bed.context).await.unwrap();
    let certificates = outcomes.iter().find(|outcome| outcome.name == "certificates_valid").unwrap();
    assert!(!certificates.passed && certificates.evidence.contains("was valid until"), "{certificates:?}");

    let error = refused(&bed, &bed.lifecycle, &spec("edge-25.10.7"), &bed.options).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let words = error.to_string();
    assert!(
        words.contains("Secret linkerd/linkerd-identity-issuer") && words.contains("certificate_expired"),
        "{words}"
    );
    bed.uninstall("linkerd").await.unwrap();
    bed.stop();
}

#[tokio::test]
async fn what_cannot_work_is_refused_and_what_ends_soon_is_told() {
    let Some(bed) = bed().await else { return };
    let (now, issuer) = (OffsetDateTime::now_utc(), issuer());
    let (good, other) = (credentials::make(&issuer), credentials::make(&issuer));
    let [certificate, key, anchors] = good.clone();
    for (wrong, words) in [
        ([certificate.clone(), other[1].clone(), anchors.clone()], "its key belongs to another certificate"),
        ([certificate.clone(), key.clone(), other[2].clone()], "none of the anchors has signed it"),
        (["nonsense".into(), key.clone(), anchors.clone()], "no certificate"),
    ] {
        let error = refused(&bed, &bed.lifecycle, &identity("edge-25.4.4", &wrong), &bed.options).await;
        assert!(error.to_string().contains(words), "{error}");
    }
    let soon = credentials::valid(&issuer, now - Duration::days(350), now + Duration::days(15));
    let plan = bed.plan(&identity("edge-25.4.4", &soon)).await.unwrap();
    let codes: Vec<_> = plan.advice.iter().map(|advice| (advice.code, advice.blocks)).collect();
    assert_eq!(codes, [(AdviceCode::CertificateExpiring, false)]);

    // Rotation, step by step, is nobody's to refuse; the same at once is.
    let both = format!("{anchors}{}", other[2]);
    bed.install(&identity("edge-25.4.4", &good)).await.unwrap();
    let error = refused(&bed, &bed.lifecycle, &identity("edge-25.4.4", &other), &bed.options).await;
    assert!(error.to_string().contains("authority_replaced"), "{error}");
    for step in [[certificate, key, both.clone()], [other[0].clone(), other[1].clone(), both], other] {
        let spec = identity("edge-25.4.4", &step);
        assert_eq!(bed.plan(&spec).await.unwrap().advice, []);
        bed.install(&spec).await.unwrap();
    }
    bed.uninstall("linkerd").await.unwrap();
    bed.stop();
}
