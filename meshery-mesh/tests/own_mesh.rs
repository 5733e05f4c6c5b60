//! A mesh that a program brings along: one file (`support/paper.rs`), and one line that names it. Everything else works
//! with it as with those of the list.
#![cfg(target_os = "linux")]

use std::sync::Arc;

use crate::support::bed::bed;
use crate::support::{failed, paper};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::lifecycle::MeshState;
use meshery_core::{Context, ErrorKind, InstanceSpec, MeshHost, MeshId, MeshSpec};
use meshery_mesh::control_plane::{Conduct, Service};
use meshery_mesh::lifecycle::Lifecycle;
use meshery_mesh::providers::Registry;
use serde_json::json;

fn registry() -> Registry {
    Registry::default().with(Arc::new(paper::Paper)).unwrap()
}

fn spec(version: &str) -> InstanceSpec {
    let spec = InstanceSpec::new("paper", "paper-system", vec![]);
    InstanceSpec { mesh: Some(MeshId::from("paper")), version: version.into(), ..spec }
}

#[tokio::test]
async fn it_has_a_whole_life_on_a_cluster() {
    let Some(bed) = bed().await else { return };
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_meshes(registry());
    let (options, context) = (&bed.options, &bed.context);
    let before = bed.snapshot().await;
    lifecycle.install(&spec("1.0.0"), options, context).await.unwrap();
    // What its control plane would do at run time: answer the API server, and write into namespaces.
    let stand_in = bed.plane.stand_in(Service::new("paper-system", "paper", 443)).await.unwrap();
    stand_in.behave(Conduct::Inject { opt_ins: vec![paper::opt_in()], container: "paper-proxy".into() });
    let hook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": { "name": "paper" },
        "webhooks": [{
            "name": "inject.paper.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "clientConfig": {
                "caBundle": STANDARD.encode(stand_in.authority_pem()),
                "service": { "namespace": "paper-system", "name": "paper" },
            },
            "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"] }],
        }],
    });
    let hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/paper";
    bed.apply(hooks, "paper", &hook).await.unwrap();
    let root = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "paper-root" } });
    bed.apply("/api/v1/namespaces/default/configmaps/paper-root", "paper", &root).await.unwrap();

    let mut outcomes = lifecycle.verify("paper", options, context).await.unwrap();
    // It is not asked from one moment to the next.
    for _ in 0..1000 {
        if failed(&outcomes).is_empty() {
            break;
        }
        outcomes = lifecycle.verify("paper", options, context).await.unwrap();
    }
    assert!(outcomes.len() == 2 && failed(&outcomes).is_empty(), "{outcomes:?}");
    let seen = lifecycle.detect(context).await.unwrap();
    assert_eq!((seen.meshes[0].mesh.as_str(), seen.meshes[0].state), ("paper", MeshState::Running));
    assert_eq!(seen.meshes[0].versions, ["1.0.0"]);
    assert!(bed.lifecycle.detect(context).await.unwrap().meshes.is_empty(), "nobody else knows it");

    lifecycle.upgrade(&spec("1.1.0"), options, context).await.unwrap();
    lifecycle.rollback("paper", None, options, context).await.unwrap();
    let error = lifecycle.upgrade(&spec("1.2.0"), options, context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported, "{error}");

    bed.delete(hooks).await.unwrap();
    let report = lifecycle.uninstall("paper", options, context).await.unwrap();
    assert!(report.residue.iter().any(|residue| residue.object.name == "paper-root" && residue.removed), "{report:?}");
    let difference = bed.difference(&before).await;
    assert!(difference.is_empty(), "{difference:?}");
    bed.stop();
}

#[tokio::test]
async fn it_runs_on_this_machine() {
    let Some(host) = crate::support::host() else { return };
    let host = host.with_meshes(registry());
    assert!(host.meshes().iter().any(|info| info.id.as_str() == "paper"));
    let echo = host.start_upstream(&Context::default()).await.unwrap();
    let mesh = host.install(&MeshSpec::new("paper", &echo.entry), &Context::default()).await.unwrap();
    assert!(failed(&host.verify(&mesh, &Context::default()).await.unwrap()).is_empty());
    host.uninstall(&mesh).await.unwrap();
    host.uninstall(&echo).await.unwrap();
}

#[test]
fn a_name_is_given_once() {
    assert_eq!(registry().with(Arc::new(paper::Paper)).unwrap_err().kind(), ErrorKind::InvalidInput);
}
