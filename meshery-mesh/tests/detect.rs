//! Which meshes are on a cluster, told from what is there alone: real manifests on a real API server, in every state.

use std::io::Write;

use crate::support::bed::{self, Bed};
use crate::support::stage::{self, Release, Stage};
use meshery_core::OperationOptions;
use meshery_core::lifecycle::{AdviceCode, Detection, MeshState};
use serde_json::json;

async fn look(bed: &Bed, state: &str) -> Detection {
    let detection = bed.lifecycle.detect(&bed.context).await.unwrap();
    let meshes = detection.meshes.iter().map(|mesh| {
        let (versions, installers) = (mesh.versions.join("+"), mesh.installers.join("+"));
        format!("{} {:?} {versions} by {installers}", mesh.mesh, mesh.state)
    });
    let advice = detection.advice.iter().map(|advice| advice.code.to_string());
    let (meshes, advice) = (meshes.collect::<Vec<_>>().join("; "), advice.collect::<Vec<_>>().join(", "));
    writeln!(std::io::stderr(), "DETECT {state} | {meshes} | {advice}").unwrap();
    detection
}

/// The newest release of a mesh, staged.
async fn newest(bed: &Bed, mesh: &str) -> Option<(Release, Stage)> {
    let mut chain = stage::chains(mesh)?.remove("default").unwrap();
    let stage = Stage::set(bed, &mut chain).await;
    Some((chain.pop().unwrap(), stage))
}

fn state(detection: &Detection, mesh: &str) -> Option<MeshState> {
    detection.meshes.iter().find(|found| found.mesh.as_str() == mesh).map(|found| found.state)
}

fn warns(detection: &Detection, code: AdviceCode) -> bool {
    detection.advice.iter().any(|advice| advice.code == code)
}

fn everything(bed: &Bed) -> OperationOptions {
    OperationOptions { remove_definitions: true, remove_data: true, ..bed.options.clone() }
}

#[tokio::test]
async fn every_mesh_is_found_running_half_removed_and_gone() {
    let Some(bed) = bed::bed().await else { return };
    // A disk is used once.
    stage::disks(&bed, 12).await;
    let origin = bed.snapshot().await;
    assert_eq!(look(&bed, "clean").await, Detection::default());
    for mesh in ["appmesh", "consul", "kuma", "linkerd", "nginx-service-mesh", "nsm", "osm"] {
        let Some((release, stage)) = newest(&bed, mesh).await else { return };
        bed.install(&release.spec("mesh")).await.unwrap();
        stage.at_run_time(&bed, &release).await;
        let running = look(&bed, &format!("{mesh}, installed")).await;
        assert_eq!(running.meshes.len(), 1, "{running:?}");
        assert_eq!(state(&running, mesh), Some(MeshState::Running), "{running:?}");
        assert_eq!(running.meshes[0].versions, [release.version.trim_start_matches('v')], "{running:?}");
        let ended = ["appmesh", "nginx-service-mesh", "osm"].contains(&mesh);
        assert_eq!(warns(&running, AdviceCode::ProjectEnded), ended, "{running:?}");
        // What its controllers would do at once, these do not: somebody removes it by hand, and stops half-way.
        let parts: Vec<_> = running.meshes[0].parts.iter().filter(|id| id.kind.kind == "Deployment").collect();
        let remove = async |name: &str, namespace: &str| {
            bed.delete(&format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")).await.unwrap();
        };
        remove(&parts[0].name, parts[0].namespace.as_deref().unwrap()).await;
        let half = look(&bed, &format!("{mesh}, a part removed by hand")).await;
        let alone = running.meshes[0].parts.len() == 1;
        let expected = if alone { MeshState::Remnants } else { MeshState::Partial };
        let found = state(&half, mesh).unwrap();
        assert!(found == expected || found == MeshState::Running, "{mesh}: {half:?}");
        let but_definitions = OperationOptions { remove_definitions: false, ..everything(&bed) };
        bed.lifecycle.uninstall("mesh", &but_definitions, &bed.context).await.unwrap();
        let gone = look(&bed, &format!("{mesh}, removed but for its definitions")).await;
        let has_definitions = release.objects.iter().any(|object| object.kind() == "CustomResourceDefinition");
        assert_eq!(state(&gone, mesh).is_some(), has_definitions || mesh == "osm", "{gone:?}");
        // Taken up again, to be removed whole.
        bed.lifecycle.install(&release.spec("mesh"), &bed.options, &bed.context).await.unwrap();
        bed.lifecycle.uninstall("mesh", &everything(&bed), &bed.context).await.unwrap();
        drop(stage);
        let left = bed.difference_but(&origin, |id| id.kind.kind == "PersistentVolume").await;
        assert!(left.is_empty(), "{mesh}: {left:?}");
    }
    bed.stop();
}

#[tokio::test]
async fn two_meshes_that_ask_for_the_same_pods_are_told() {
    let Some(bed) = bed::bed().await else { return };
    let Some((istio, _stage)) = newest(&bed, "istio").await else { return };
    let Some((linkerd, _other)) = newest(&bed, "linkerd").await else { return };
    bed.install(&istio.spec("istio")).await.unwrap();
    bed.install(&linkerd.spec("linkerd")).await.unwrap();
    let both = look(&bed, "istio and linkerd").await;
    assert_eq!((state(&both, "istio"), state(&both, "linkerd")), (Some(MeshState::Running), Some(MeshState::Running)));
    assert!(!warns(&both, AdviceCode::InjectedTwice));
    let metadata = json!({
        "name": "shop", "labels": { "istio-injection": "enabled" }, "annotations": { "linkerd.io/inject": "enabled" },
    });
    bed.create("/api/v1/namespaces", &json!({ "metadata": metadata })).await.unwrap();
    let twice = look(&bed, "istio and linkerd, both asked for in one namespace").await;
    assert!(warns(&twice, AdviceCode::InjectedTwice), "{twice:?}");
    // Its control plane is gone, and its injector still asked: nothing can be made in the namespace.
    bed.delete("/apis/apps/v1/namespaces/istio-system/deployments/istiod").await.unwrap();
    let mut silent = look(&bed, "istio without istiod").await;
    for _ in 0..1000 {
        if warns(&silent, AdviceCode::WebhookUnanswered) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        silent = bed.lifecycle.detect(&bed.context).await.unwrap();
    }
    assert_eq!(state(&silent, "istio"), Some(MeshState::Remnants), "{silent:?}");
    assert!(silent.advice.iter().any(|advice| advice.code == AdviceCode::WebhookUnanswered && advice.blocks));
    bed.stop();
}
