//! What is particular to single meshes on a cluster.

use std::fs;

use crate::support::{shared, testbed};
use meshery_core::lifecycle::{ChartSource, ClusterMesh, ClusterProbe, DataPlane, Source, Trace};
use meshery_core::{InstanceSpec, Object, Result};
use meshery_mesh::analyze;
use meshery_mesh::lifecycle::manifests;
use meshery_mesh::lifecycle::render::{Tools, render};
use meshery_mesh::providers::PROVIDERS;
use serde_json::{Value, json};

const PEM: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n";

fn mesh(name: &str) -> &'static dyn ClusterMesh {
    PROVIDERS.iter().find(|provider| provider.info().id.as_str() == name).unwrap().cluster().unwrap()
}

fn spec(version: &str, namespace: &str, settings: Value) -> InstanceSpec {
    let settings = serde_json::from_value(settings).unwrap();
    InstanceSpec { version: version.into(), settings, ..InstanceSpec::new("demo", namespace, vec![]) }
}

fn charts(name: &str, spec: &InstanceSpec) -> Result<Vec<ChartSource>> {
    let chart = |source| match source {
        Source::Chart(chart) => *chart,
        other => panic!("{other:?}"),
    };
    Ok(mesh(name).sources(spec)?.into_iter().map(chart).collect())
}

fn releases(charts: &[ChartSource]) -> Vec<&str> {
    charts.iter().filter_map(|chart| chart.release.as_deref()).collect()
}

fn refused_at(name: &str, version: &str, settings: Value, place: &str) {
    let error = mesh(name).sources(&spec(version, "default", settings)).unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some(place), "{error}");
    assert!(!error.to_string().contains("AA=="), "secrets are not repeated: {error}");
}

#[test]
fn istio_comes_as_base_and_istiod_and_a_revision_as_istiod_alone() {
    let plain = charts("istio", &spec("1.30.3", "default", json!({}))).unwrap();
    assert_eq!(releases(&plain), ["istio-base", "istiod"]);
    assert_eq!(plain[1].chart, "oci://gcr.io/istio-release/charts/istiod");
    assert_eq!(plain[1].version.as_deref(), Some("1.30.3"));
    assert_eq!(plain[1].namespace.as_deref(), Some("istio-system"));

    let settings = json!({ "revision": "canary", "values": { "autoscaleMin": 2, "global": { "hub": "a.test" } } });
    let canary = charts("istio", &spec("1.30.3", "mesh", settings)).unwrap();
    assert_eq!(releases(&canary), ["istiod-canary"]);
    let expected =
        json!({ "revision": "canary", "autoscaleMin": 2, "global": { "hub": "a.test", "istioNamespace": "mesh" } });
    assert_eq!(Value::from(canary[0].values.clone()), expected);
}

#[test]
fn ambient_brings_the_parts_on_nodes_and_shared_values_reach_them() {
    let values = json!({ "resources": { "requests": { "cpu": "2" } }, "global": { "hub": "a.test" } });
    let spec = spec("1.30.3", "default", json!({ "profile": "ambient", "values": values }));
    let charts = charts("istio", &spec).unwrap();
    assert_eq!(releases(&charts), ["istio-base", "istiod", "istio-cni", "ztunnel"]);
    for chart in &charts {
        assert_eq!(chart.values["global"]["hub"], "a.test", "{chart:?}");
        assert_eq!(chart.values.contains_key("resources"), chart.release.as_deref() == Some("istiod"), "{chart:?}");
    }
    assert_eq!(charts[1].values["profile"], "ambient");
}

#[test]
fn what_istio_cannot_be_told_is_refused_at_its_place() {
    refused_at("istio", "", json!({}), "version");
    refused_at("istio", "1.30.3", json!({ "profile": "embient" }), "settings.profile");
    refused_at("istio", "1.30.3", json!({ "revision": "1.30.3" }), "settings.revision");
    refused_at("istio", "1.30.3", json!({ "revision": 1 }), "settings.revision");
    refused_at("istio", "1.30.3", json!({ "values": [] }), "settings.values");
    refused_at("istio", "1.30.3", json!({ "values": { "revision": "a" } }), "settings.values.revision");
}

#[test]
fn a_revision_is_asked_for_and_checked_by_its_own_label() {
    let canary = spec("1.30.3", "default", json!({ "revision": "canary" }));
    for check in mesh("istio").checks(&canary) {
        match check.probe {
            ClusterProbe::Injected { opt_ins, .. } => {
                let [opt_in] = opt_ins.as_slice() else { panic!("{opt_ins:?}") };
                assert_eq!((opt_in.name.as_str(), opt_in.value.as_deref()), ("istio.io/rev", Some("canary")));
            }
            ClusterProbe::Denied { object, control } => {
                assert_eq!(
                    (object.label("istio.io/rev"), control.label("istio.io/rev")),
                    (Some("canary"), Some("canary"))
                );
                let weight = "/spec/http/0/route/0/weight";
                assert_eq!((object.get(weight), control.get(weight)), (Some(&json!(-5)), Some(&json!(100))));
            }
            _ => {}
        }
    }
    let named = |spec: &InstanceSpec, name: &str| {
        let residue = mesh("istio").facts(spec).residue;
        residue.into_iter().find(|rule| rule.trace == Trace::Name(name.into()))
    };
    let own = named(&canary, "istio-gateway-deployment-canary").unwrap();
    assert!(own.remove && own.shared_by.is_none());
    let shared = named(&canary, "istio-ca-root-cert").unwrap();
    assert!(shared.namespace.is_none() && shared.shared_by.is_some(), "another revision may need it");
}

#[test]
fn a_pod_says_by_which_revision_of_istio_it_is_served() {
    let enrolment = |settings| mesh("istio").enrolment(&spec("1.30.3", "default", settings)).unwrap();
    let canary = enrolment(json!({ "revision": "canary" }));
    let pod = |metadata: Value| {
        let mut metadata = metadata;
        metadata["name"] = "cart".into();
        let spec = json!({ "initContainers": [{ "name": "istio-proxy" }], "containers": [{ "name": "cart" }] });
        Object::new(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec })).unwrap()
    };
    let status = json!({ "sidecar.istio.io/status": r#"{"revision":"canary"}"# });
    for (metadata, serves) in [
        (json!({ "annotations": status }), true),
        (json!({ "annotations": { "istio.io/rev": "canary" } }), true),
        // The injector's own word counts, and not what was asked for.
        (json!({ "annotations": status, "labels": { "istio.io/rev": "prod" } }), true),
        (json!({ "annotations": { "istio.io/rev": "default" } }), false),
        (json!({}), false),
    ] {
        assert_eq!(canary.data_plane.serves(&pod(metadata.clone())), serves, "{metadata}");
    }
    let ambient = enrolment(json!({ "profile": "ambient" }));
    let DataPlane::Node { mark } = &ambient.data_plane else { panic!("{ambient:?}") };
    assert_eq!(mark.to_string(), "annotation ambient.istio.io/redirection=enabled");
    assert_eq!(ambient.ways[0][0].to_string(), "label istio.io/dataplane-mode=ambient");
}

/// The same objects as Istio's own order of charts gives, in the real charts.
#[tokio::test]
async fn istio_renders_whole_from_a_folder() {
    let (Some(helm), Some(folder)) = (testbed::helm(), testbed::istio_charts()) else { return };
    let tools = Tools { helm: Some(helm), ..Tools::default() };
    let rendered = async |settings: Value| {
        let mut spec = spec("", "default", settings);
        spec.settings.insert("charts".into(), folder.to_str().unwrap().into());
        render(&spec, &mesh("istio").sources(&spec).unwrap(), &tools).await.unwrap()
    };
    let of_kind = |objects: &[Object], kind: &str| objects.iter().filter(|object| object.kind() == kind).count();
    let plain = rendered(json!({})).await;
    assert_eq!((plain.len(), of_kind(&plain, "CustomResourceDefinition")), (34, 15));
    let ambient = rendered(json!({ "profile": "ambient" })).await;
    assert_eq!(of_kind(&ambient, "DaemonSet"), 2);
    let canary = rendered(json!({ "revision": "canary" })).await;
    assert_eq!(of_kind(&canary, "CustomResourceDefinition"), 0);
    let both: std::collections::BTreeSet<_> = plain.iter().chain(&canary).map(Object::id).collect();
    assert_eq!(both.len(), plain.len() + canary.len(), "a revision shares no object with the one beside it");

    // Every field that somebody else may write is there to be written, and every webhook is covered.
    for owner in mesh("istio").facts(&spec("", "default", json!({}))).runtime_owners {
        let hooks = plain.iter().filter(|object| object.id().kind == owner.kind);
        let clients =
            hooks.flat_map(|object| object.items("/webhooks")).filter(|hook| hook["clientConfig"].is_object());
        assert!(clients.count() > 0, "{}", owner.kind);
    }
}

#[test]
fn linkerd_comes_as_two_charts_with_the_identity_it_is_given() {
    let identity = json!({ "trust_anchors": PEM, "issuer_certificate": PEM, "issuer_key": KEY });
    let settings =
        json!({ "identity": identity, "values": { "identity": { "issuer": { "issuanceLifetime": "1h" } } } });
    let charts = charts("linkerd", &spec("edge-26.8.3", "default", settings)).unwrap();
    assert_eq!(releases(&charts), ["linkerd-crds", "linkerd-control-plane"]);
    assert_eq!(charts[1].repository.as_deref(), Some("https://helm.linkerd.io/edge"));
    assert_eq!((charts[1].version.as_deref(), charts[1].namespace.as_deref()), (Some("2026.8.3"), Some("linkerd")));
    let expected = json!({
        "heartbeatSchedule": "0 0 * * *",
        "identity": { "issuer": { "issuanceLifetime": "1h", "tls": { "crtPEM": PEM, "keyPEM": KEY } } },
        "identityTrustAnchorsPEM": PEM,
    });
    assert_eq!(Value::from(charts[1].values.clone()), expected);
}

#[test]
fn linkerd_without_an_identity_is_refused_unless_somebody_else_sees_to_it() {
    let identity =
        |key: Value| json!({ "identity": { "trust_anchors": PEM, "issuer_certificate": PEM, "issuer_key": key } });
    refused_at("linkerd", "2026.8.3", json!({}), "settings.identity");
    refused_at("linkerd", "2026.8.3", json!({ "identity": KEY }), "settings.identity");
    refused_at(
        "linkerd",
        "2026.8.3",
        json!({ "identity": { "trust_anchors": PEM } }),
        "settings.identity.issuer_certificate",
    );
    refused_at("linkerd", "2026.8.3", identity(json!("AA==")), "settings.identity.issuer_key");
    refused_at("linkerd", "2026.8.3", identity(json!(PEM)), "settings.identity.issuer_key");
    refused_at("linkerd", "2026.8.3", json!({ "identity": { "key": KEY } }), "settings.identity.key");
    refused_at("linkerd", "", identity(json!(KEY)), "version");
    let external =
        json!({ "values": { "identity": { "externalCA": true, "issuer": { "scheme": "kubernetes.io/tls" } } } });
    assert_eq!(charts("linkerd", &spec("2026.8.3", "default", external)).unwrap().len(), 2);
}

/// No object that a mesh's own charts make is taken for something that it leaves behind.
#[test]
fn what_is_installed_is_no_residue() {
    let Some(folder) = shared::data("mesh-manifests") else { return };
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let mut looked_at = 0;
    for profile in index.iter().filter(|profile| profile["profile"] == "default") {
        let name = profile["mesh"].as_str().unwrap();
        let provider = PROVIDERS.iter().find(|provider| provider.info().id.as_str() == name);
        let Some(mesh) = provider.and_then(|provider| provider.cluster()) else { continue };
        let facts = mesh.facts(&spec("", "default", json!({})));
        for release in profile["releases"].as_array().unwrap() {
            let file = release["file"].as_str().unwrap();
            let text = fs::read(folder.join(file)).unwrap();
            for object in manifests::read(&[analyze::Source::new(file, text)]).unwrap() {
                let fits = facts
                    .residue
                    .iter()
                    .find(|rule| rule.remove && rule.kind == object.id().kind && rule.trace.fits(&object));
                assert!(fits.is_none(), "{file}: {object} fits {fits:?}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 200, "{looked_at}");
}

/// A mesh is recognised by what its own charts make, whole, and by nobody else's.
#[test]
fn what_is_installed_is_recognised() {
    let Some(folder) = shared::data("mesh-manifests") else { return };
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    for profile in &index {
        let name = profile["mesh"].as_str().unwrap();
        let mut objects = Vec::new();
        for release in profile["releases"].as_array().unwrap() {
            let file = release["file"].as_str().unwrap();
            objects
                .extend(manifests::read(&[analyze::Source::new(file, fs::read(folder.join(file)).unwrap())]).unwrap());
        }
        for provider in PROVIDERS {
            let Some(mesh) = provider.cluster() else { continue };
            let (id, marks) = (provider.info().id, mesh.marks());
            let is_there = |part: &&meshery_core::lifecycle::Part| objects.iter().any(|object| part.is(object));
            let required = marks.parts.iter().filter(|part| part.required);
            let found = marks.parts.iter().filter(is_there).count();
            if id.as_str() == name {
                let missing: Vec<_> = required.filter(|part| !is_there(part)).collect();
                assert!(missing.is_empty(), "{name} {}: {missing:?}", profile["version"]);
            } else {
                assert_eq!(found, 0, "{id} is seen in {name}");
            }
        }
    }
}

/// Certificates are kept where a mesh's own manifests keep them: each of them whole, or not at all.
#[test]
fn certificates_are_where_they_are_looked_for() {
    let Some(folder) = shared::data("mesh-manifests") else { return };
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let mut found = std::collections::BTreeSet::new();
    for profile in &index {
        let name = profile["mesh"].as_str().unwrap();
        let read = |release: &Value| {
            let file = release["file"].as_str().unwrap();
            let source = analyze::Source::new(file, fs::read(folder.join(file)).unwrap());
            (release["namespace"].as_str().unwrap().to_owned(), manifests::read(&[source]).unwrap())
        };
        let releases: Vec<_> = profile["releases"].as_array().unwrap().iter().map(read).collect();
        for credential in mesh(name).facts(&spec("", &releases[0].0, json!({}))).credentials {
            let is_kept = |place: &&&meshery_core::lifecycle::Place| {
                let all = releases.iter().flat_map(|(_, objects)| objects);
                all.filter(|object| object.id() == place.object).any(|object| object.get(&place.pointer).is_some())
            };
            let kept = credential.places().iter().filter(is_kept).count();
            assert!(kept == 0 || kept == 3, "{name} {}: {credential:?}", profile["version"]);
            if kept == 3 {
                found.insert((name, credential.name));
            }
        }
    }
    let count = |name: &str| found.iter().filter(|(mesh, _)| *mesh == name).count();
    assert_eq!((count("appmesh"), count("kuma"), count("linkerd")), (1, 1, 4), "{found:?}");
}
