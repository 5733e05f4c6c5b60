//! Every sample application on a real control plane: installed by one call, ready, and removed by one to the last object.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;

use crate::support::{bed, istiod, testbed};
use meshery_core::lifecycle::{Holder, OptIn, Tag};
use meshery_core::{MeshId, Object, ObjectId, OperationOptions, SampleSpec};
use meshery_mesh::analyze::Source;
use meshery_mesh::lifecycle::{Lifecycle, manifests};
use meshery_mesh::providers::PROVIDERS;
use meshery_mesh::samples::SAMPLES;
use serde_json::{Map, Value, json};

#[tokio::test]
async fn every_sample_comes_is_ready_and_goes_to_nothing() {
    let Some(bed) = bed::bed().await else { return };
    let before = bed.snapshot().await;
    for sample in SAMPLES {
        let (info, text) = (sample.info(), sample.manifest(&Map::new()).unwrap());
        let objects = manifests::read(&[Source::new("sample.yaml", text)]).unwrap().len();
        let wanted = SampleSpec::new(&info.name);
        let report = bed.lifecycle.install_sample(&wanted, &bed.options, &bed.context).await.unwrap();
        assert_eq!(report.created.len(), objects + 1, "{}: its objects and its namespace", info.name);
        let status = bed.lifecycle.status(&info.name, &bed.options, &bed.context).await.unwrap();
        assert!(status.healthy && status.version == info.version, "{status:?}");
        for check in bed.lifecycle.verify(&info.name, &bed.options, &bed.context).await.unwrap() {
            assert!(check.passed, "{}: {check:?}", info.name);
        }
        let again = bed.lifecycle.install_sample(&wanted, &bed.options, &bed.context).await.unwrap();
        assert!(!again.changed_anything(), "{again:?}");
        let removed = bed.uninstall(&info.name).await.unwrap();
        assert_eq!((removed.deleted.len(), removed.kept.len()), (objects + 1, 0), "{removed:?}");
        let difference = bed.difference(&before).await;
        assert!(difference.is_empty(), "{}: {difference:?}", info.name);
    }
    assert_eq!(bed.plane.nodes().troubles(), [""; 0]);
    bed.stop();
}

/// How the namespace asks for a mesh is taken from the mesh, whichever it is.
#[tokio::test]
async fn the_namespace_asks_for_a_mesh_as_long_as_the_sample_is_there() {
    let Some(bed) = bed::bed().await else { return };
    bed.namespace("lodging").await;
    let before = bed.snapshot().await;
    let mut asked = 0;
    let meshes = PROVIDERS.iter().filter_map(|mesh| Some((mesh.info().id, mesh.cluster()?)));
    let opt_ins: Vec<_> = meshes
        .flat_map(|(id, mesh)| mesh.marks().opt_ins.into_iter().map(move |opt_in| (id.clone(), opt_in)))
        .collect();
    // One label and one annotation do for all.
    for tag in [Tag::Label, Tag::Annotation] {
        let fits = |(_, opt_in): &&(MeshId, OptIn)| opt_in.on == Holder::Namespace && opt_in.tag == tag;
        for (id, opt_in) in opt_ins.iter().filter(fits).take(1) {
            let asks: BTreeMap<_, _> = [(opt_in.name.clone(), opt_in.value.clone().unwrap_or_default())].into();
            let (namespace_labels, namespace_annotations) =
                if tag == Tag::Label { (asks, BTreeMap::new()) } else { (BTreeMap::new(), asks) };
            for namespace in [None, Some("lodging".to_owned())] {
                let wanted = SampleSpec {
                    namespace: namespace.clone(),
                    namespace_labels: namespace_labels.clone(),
                    namespace_annotations: namespace_annotations.clone(),
                    ..SampleSpec::new("httpbin")
                };
                bed.lifecycle.install_sample(&wanted, &bed.options, &bed.context).await.unwrap();
                let name = namespace.as_deref().unwrap_or("httpbin");
                let home = bed.get(&format!("/api/v1/namespaces/{name}")).await.unwrap();
                let bears = |given: &BTreeMap<String, String>, found: fn(&Object, &str) -> Option<String>| {
                    given.iter().all(|(name, value)| found(&home, name).as_ref() == Some(value))
                };
                assert!(bears(&namespace_labels, |home, name| home.label(name).map(str::to_owned)), "{id}: {home:?}");
                assert!(
                    bears(&namespace_annotations, |home, name| home.annotation(name).map(str::to_owned)),
                    "{id}: {home:?}"
                );
                bed.uninstall("httpbin").await.unwrap();
                let difference = bed.difference(&before).await;
                assert!(difference.is_empty(), "{id}: {difference:?}");
                asked += 1;
            }
        }
    }
    assert!(asked >= 4, "{asked}");
    bed.stop();
}

/// The names of all containers of a pod, also of those that come before the others and stay.
fn containers(pod: &Value) -> Vec<&str> {
    let lists = ["/spec/containers", "/spec/initContainers"].map(|pointer| pod.pointer(pointer));
    lists.into_iter().flatten().filter_map(Value::as_array).flatten().filter_map(|one| one["name"].as_str()).collect()
}

#[tokio::test]
async fn every_pod_of_a_sample_gets_the_sidecar_that_its_namespace_asks_for() {
    if testbed::helm().is_none() || testbed::istio_charts().is_none() {
        return;
    }
    let Some(bed) = bed::bed().await else { return };
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(istiod::tools());
    let mesh = istiod::spec("istio", None, &json!({}));
    let unwaited = OperationOptions { wait: false, ..bed.options.clone() };
    lifecycle.install(&mesh, &unwaited, &bed.context).await.unwrap();
    let _istiod = istiod::start(&bed.plane, &mesh).await;
    lifecycle.install(&mesh, &bed.options, &bed.context).await.unwrap();
    let before = bed.snapshot().await;
    for (labels, sidecars) in [(json!({ "istio-injection": "enabled" }), 1), (json!({}), 0)] {
        for sample in SAMPLES {
            let name = sample.info().name;
            let namespace_labels = serde_json::from_value(labels.clone()).unwrap();
            let wanted = SampleSpec { namespace_labels, ..SampleSpec::new(&name) };
            lifecycle.install_sample(&wanted, &bed.options, &bed.context).await.unwrap();
            let pods = bed.value(&format!("/api/v1/namespaces/{name}/pods")).await;
            let pods = pods["items"].as_array().unwrap();
            assert!(!pods.is_empty(), "{name}");
            for pod in pods {
                let found = containers(pod).into_iter().filter(|container| *container == "istio-proxy").count();
                assert_eq!(found, sidecars, "{name}: {:?}", containers(pod));
            }
            lifecycle.uninstall(&name, &bed.options, &bed.context).await.unwrap();
            // istiod writes to what it elects by all the time.
            let elects = |id: &ObjectId| id.namespace.as_deref() == Some("istio-system");
            let difference = bed.difference_but(&before, elects).await;
            assert!(difference.is_empty(), "{name}: {difference:?}");
        }
    }
}
