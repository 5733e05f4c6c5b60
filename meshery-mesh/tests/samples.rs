//! What every sample application in the registry must keep, whoever wrote it.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::sample::SampleProtocol;
use meshery_core::{ErrorKind, Object, SampleInfo, SampleSpec};
use meshery_mesh::analyze::{Source, analyze};
use meshery_mesh::lifecycle::manifests;
use meshery_mesh::providers::PROVIDERS;
use meshery_mesh::samples::{SAMPLES, Sample, infos, spec};
use serde_json::{Map, Value, json};

/// Every sample with its objects, as it is without settings.
fn samples() -> impl Iterator<Item = (SampleInfo, Vec<Object>)> {
    SAMPLES.iter().map(|sample| (sample.info(), objects(*sample, &Map::new())))
}

fn objects(sample: &dyn Sample, settings: &Map<String, Value>) -> Vec<Object> {
    let text = sample.manifest(settings).unwrap();
    manifests::read(&[Source::new(format!("{}.yaml", sample.info().name), text)]).unwrap()
}

fn of_kind<'a>(objects: &'a [Object], kind: &str) -> Vec<&'a Object> {
    objects.iter().filter(|object| object.kind() == kind).collect()
}

fn labels(object: &Object, pointer: &str) -> BTreeMap<String, String> {
    object.get(pointer).map(|labels| serde_json::from_value(labels.clone()).unwrap()).unwrap_or_default()
}

const POD_LABELS: &str = "/spec/template/metadata/labels";
const CONTAINERS: &str = "/spec/template/spec/containers";

/// The pods that a Service finds, by the Deployments that make them.
fn found<'a>(objects: &'a [Object], service: &Object) -> Vec<&'a Object> {
    let selector = labels(service, "/spec/selector");
    assert!(!selector.is_empty(), "{service}");
    let fits = |pods: &BTreeMap<String, String>| selector.iter().all(|(name, value)| pods.get(name) == Some(value));
    of_kind(objects, "Deployment").into_iter().filter(|deployment| fits(&labels(deployment, POD_LABELS))).collect()
}

#[test]
fn names_are_sorted_and_unique_and_of_no_mesh() {
    let names: Vec<_> = infos().into_iter().map(|info| info.name).collect();
    assert!(names.len() >= 4 && names.is_sorted_by(|a, b| a < b), "{names:?}");
    let meshes: BTreeSet<_> = PROVIDERS.iter().map(|mesh| mesh.info().id.to_string()).collect();
    assert!(names.iter().all(|name| !meshes.contains(name) && name != "upstream"), "{names:?}");
}

#[test]
fn every_sample_says_what_it_is_and_runs() {
    for sample in SAMPLES {
        let (info, objects) = (sample.info(), objects(*sample, &Map::new()));
        assert!(!info.title.is_empty() && !info.summary.is_empty() && !info.version.is_empty(), "{}", info.name);
        assert_eq!(info.runs_locally, sample.local().is_some(), "{}", info.name);
        let run: BTreeSet<_> = of_kind(&objects, "Deployment")
            .iter()
            .flat_map(|deployment| deployment.items(CONTAINERS))
            .map(|container| container["image"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(info.images, run.into_iter().collect::<Vec<_>>(), "{}", info.name);
        for image in &info.images {
            let (name, tag) = image.rsplit_once(':').unwrap();
            assert!(name.contains('/') && tag != "latest" && tag.contains(char::is_numeric), "{image}");
        }
    }
}

#[test]
fn the_services_of_a_sample_are_those_that_it_tells_of() {
    for (info, objects) in samples() {
        let mut told = info.services.clone();
        told.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(info.services, told, "{}: sorted", info.name);
        let services = of_kind(&objects, "Service");
        let names: BTreeSet<_> = services.iter().map(|service| service.name()).collect();
        assert_eq!(info.services.iter().map(|service| service.name.as_str()).collect::<BTreeSet<_>>(), names);
        for told in &info.services {
            let service = services.iter().find(|service| service.name() == told.name).unwrap();
            let port = service.items("/spec/ports").iter().find(|port| port["port"] == told.port).unwrap();
            let (name, protocol) = match told.protocol {
                SampleProtocol::Grpc => ("grpc", "kubernetes.io/h2c"),
                _ => ("http", "http"),
            };
            assert_eq!(
                (port["name"].as_str(), port["appProtocol"].as_str()),
                (Some(name), Some(protocol)),
                "{service}"
            );
            assert_eq!(told.paths.is_empty(), told.protocol == SampleProtocol::Grpc, "{service}");
            assert!(told.paths.iter().all(|path| path.starts_with('/')), "{service}");
            let versions: BTreeSet<_> =
                found(&objects, service).iter().map(|pods| labels(pods, POD_LABELS)["version"].clone()).collect();
            assert_eq!(told.versions, versions.into_iter().collect::<Vec<_>>(), "{service}");
        }
    }
}

#[test]
fn manifests_name_no_namespace_and_no_mesh() {
    for (info, objects) in samples() {
        let kinds: BTreeSet<_> = objects.iter().map(Object::kind).collect();
        assert_eq!(kinds, ["Deployment", "Service", "ServiceAccount"].into(), "{}", info.name);
        for object in &objects {
            assert!(object.namespace().is_none(), "{object}");
            let text = object.value().to_string();
            assert!(!text.contains("${") && !text.contains("svc.cluster.local"), "{object}: {text}");
            assert!(object.get("/metadata/annotations").is_none(), "{object}");
            assert!(object.get("/spec/template/metadata/annotations").is_none(), "{object}");
        }
    }
}

#[test]
fn every_workload_is_one_that_a_cluster_likes() {
    for (info, objects) in samples() {
        let accounts: BTreeSet<_> = of_kind(&objects, "ServiceAccount").iter().map(|account| account.name()).collect();
        let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for deployment in of_kind(&objects, "Deployment") {
            let pods = labels(deployment, POD_LABELS);
            assert_eq!(labels(deployment, "/spec/selector/matchLabels"), pods, "{deployment}");
            assert!(pods.contains_key("app") && pods.contains_key("version"), "{deployment}");
            let account = deployment.text("/spec/template/spec/serviceAccountName");
            assert!(accounts.contains(account), "{deployment}: {account:?}");
            users.entry(account.to_owned()).or_default().insert(pods["app"].clone());
            assert_eq!(deployment.text("/spec/template/spec/securityContext/seccompProfile/type"), "RuntimeDefault");
            for container in deployment.items(CONTAINERS) {
                for resource in ["cpu", "memory"] {
                    assert!(container["resources"]["requests"][resource].is_string(), "{deployment}: {resource}");
                }
                assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false, "{deployment}");
                assert!(container["readinessProbe"].is_object(), "{deployment}: nobody asks whether it is ready");
                let ports = container["ports"].as_array().into_iter().flatten();
                let ports: Vec<_> = ports.map(|port| port["name"].as_str().unwrap()).collect();
                // Who listens nowhere cannot be asked whether he lives.
                assert_eq!(container["livenessProbe"].is_object(), !ports.is_empty(), "{deployment}");
                for probe in ["readinessProbe", "livenessProbe", "startupProbe"].map(|name| &container[name]) {
                    let asked = probe.pointer("/httpGet/port").or_else(|| probe.pointer("/tcpSocket/port"));
                    assert!(asked.is_none_or(|port| ports.contains(&port.as_str().unwrap())), "{deployment}: {probe}");
                }
            }
        }
        assert_eq!(users.keys().map(String::as_str).collect::<BTreeSet<_>>(), accounts, "{}", info.name);
        assert!(users.values().all(|apps| apps.len() == 1), "{}: an account for each: {users:?}", info.name);
    }
}

#[test]
fn every_service_finds_its_pods_at_ports_whose_names_say_what_is_spoken() {
    for (info, objects) in samples() {
        for service in of_kind(&objects, "Service") {
            let pods = found(&objects, service);
            assert!(!pods.is_empty(), "{}: {service} finds nobody", info.name);
            for port in service.items("/spec/ports") {
                let (name, protocol) = (port["name"].as_str().unwrap(), port["appProtocol"].as_str().unwrap());
                let spoken = name.split('-').next().unwrap();
                assert!([("grpc", "kubernetes.io/h2c"), ("http", "http")].contains(&(spoken, protocol)), "{service}");
                let target = port["targetPort"].as_str().unwrap();
                for deployment in &pods {
                    let ports = deployment.items(CONTAINERS).iter().flat_map(|container| {
                        container["ports"].as_array().into_iter().flatten().map(|port| port["name"].as_str().unwrap())
                    });
                    assert_eq!(ports.filter(|name| *name == target).count(), 1, "{service}: {deployment}");
                }
            }
        }
    }
}

/// What stands in several versions can be told apart by subsets, and by Services.
#[test]
fn every_version_can_be_routed_to() {
    let mut told_apart = 0;
    for (_, objects) in samples() {
        for service in of_kind(&objects, "Service") {
            let pods = found(&objects, service);
            let versions: BTreeSet<_> = pods.iter().map(|pods| labels(pods, POD_LABELS)["version"].clone()).collect();
            assert_eq!(versions.len(), pods.len(), "{service}: two of one version");
            for version in versions.iter().filter(|_| versions.len() > 1) {
                let name = format!("{}-{version}", service.name());
                let services = of_kind(&objects, "Service");
                let own = services.iter().find(|own| own.name() == name).unwrap_or_else(|| panic!("{name}"));
                let found: Vec<_> = found(&objects, own).iter().map(|pods| labels(pods, POD_LABELS)).collect();
                assert_eq!(found.iter().map(|pods| pods["version"].as_str()).collect::<Vec<_>>(), [version.as_str()]);
                assert_eq!(own.get("/spec/ports"), service.get("/spec/ports"), "{name}");
                told_apart += 1;
            }
        }
    }
    assert_eq!(told_apart, 5, "reviews in three versions and echo in two");
}

#[test]
fn our_own_rules_find_nothing_wrong() {
    for sample in SAMPLES {
        let name = format!("{}.yaml", sample.info().name);
        let found = analyze(&[Source::new(name, sample.manifest(&Map::new()).unwrap())]);
        assert!(found.findings.is_empty() && found.errors.is_empty(), "{found:?}");
    }
}

#[test]
fn settings_that_a_sample_does_not_know_are_refused_at_their_place() {
    for sample in SAMPLES {
        let mut wanted = SampleSpec::new(sample.info().name);
        wanted.settings.insert("no such setting".into(), 1.into());
        let error = spec(&wanted).unwrap_err();
        let place = error.report().place.as_deref();
        assert_eq!((error.kind(), place), (ErrorKind::InvalidInput, Some("settings.no such setting")), "{error}");
        for name in sample.info().settings.keys() {
            assert!(error.to_string().contains(name.as_str()), "{error}");
        }
    }
}

#[test]
fn what_is_wanted_otherwise_is_named_at_its_place() {
    let named = |name: &str, namespace: &str| SampleSpec {
        name: Some(name.into()),
        namespace: Some(namespace.into()),
        ..SampleSpec::new("httpbin")
    };
    let error = spec(&SampleSpec::new("bookstore")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sample: unknown sample: expected one of bookinfo, echo, emojivoto, httpbin, found \"bookstore\""
    );
    for (wanted, place) in [(named("Http", "a"), "name"), (named("http", "a.b"), "namespace")] {
        let error = spec(&wanted).unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some(place)), "{error}");
    }
    let twin = spec(&SampleSpec { name: Some("twin".into()), ..SampleSpec::new("httpbin") }).unwrap();
    assert_eq!((twin.name.as_str(), twin.namespace.as_str(), twin.version.as_str()), ("twin", "twin", "v2.15.0"));
}

fn settings(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

/// What the environment of the two versions of the echo says: error rate, error code, delay.
fn told(given: Value) -> Vec<[String; 3]> {
    let echo = SAMPLES.iter().find(|sample| sample.info().name == "echo").unwrap();
    let told = |deployment: &Object| {
        let environment = deployment.items("/spec/template/spec/containers/0/env");
        ["ERROR_RATE", "ERROR_CODE", "TIMING_50_PERCENTILE"].map(|name| {
            let variable = environment.iter().find(|variable| variable["name"] == name).unwrap();
            variable["value"].as_str().unwrap().to_owned()
        })
    };
    of_kind(&objects(*echo, &settings(given)), "Deployment").into_iter().map(told).collect()
}

#[test]
fn the_echo_is_told_in_its_environment_how_to_fail() {
    assert_eq!(told(json!({})), [["0", "503", "0s"], ["0", "503", "0s"]]);
    let all = json!({ "abort_percentage": 5, "abort_status": 429, "delay": "1500ms" });
    assert_eq!(told(all), [["0.05", "429", "1.5s"], ["0.05", "429", "1.5s"]]);
    assert_eq!(told(json!({ "abort_percentage": 100, "faulty": "v2" })), [["0", "503", "0s"], ["1", "503", "0s"]]);
    for (given, place) in [
        (json!({ "abort_percentage": 101 }), "settings.abort_percentage"),
        (json!({ "abort_percentage": 0.5 }), "settings.abort_percentage"),
        (json!({ "abort_status": 200 }), "settings.abort_status"),
        (json!({ "delay": "0s" }), "settings.delay"),
        (json!({ "delay": "2min" }), "settings.delay"),
        (json!({ "delay": "100" }), "settings.delay"),
        (json!({ "delay": 100 }), "settings.delay"),
        (json!({ "faulty": "v3" }), "settings.faulty"),
    ] {
        let wanted = SampleSpec { settings: settings(given), ..SampleSpec::new("echo") };
        let error = spec(&wanted).unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some(place)), "{error}");
    }
}
