//! Sources of every kind, rendered by the real `helm` and `kubectl`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::scratch::Scratch;
use crate::support::{Script, testbed};
use meshery_core::lifecycle::{ChartSource, Source};
use meshery_core::{Error, ErrorKind, InstanceSpec, Object, Result};
use meshery_mesh::lifecycle::render::{Tools, render};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

async fn rendered(sources: &[Source], tools: &Tools) -> Result<Vec<Object>> {
    render(&InstanceSpec::new("demo", "demo-system", vec![]), sources, tools).await
}

fn names(objects: &[Object]) -> Vec<String> {
    objects.iter().map(ToString::to_string).collect()
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\n")
}

fn with_helm(helm: PathBuf) -> Tools {
    Tools { helm: Some(helm), ..Tools::default() }
}

fn chart(path: impl Into<String>, values: Value) -> ChartSource {
    ChartSource { chart: path.into(), values: serde_json::from_value(values).unwrap(), ..ChartSource::default() }
}

fn source(chart: ChartSource) -> Source {
    Source::Chart(Box::new(chart))
}

async fn refused(chart: ChartSource, tools: &Tools) -> Error {
    rendered(&[source(chart)], tools).await.unwrap_err()
}

/// A chart with all that charts have: a definition, a hook, a test, values, and a way to fail.
fn tiny(scratch: &Scratch) -> String {
    scratch.write("tiny/Chart.yaml", "apiVersion: v2\nname: tiny\nversion: 0.1.0\n");
    scratch.write("tiny/values.yaml", "replicaCount: 1\nimage: { tag: one }\nbroken: false\n# nameOverride: tiny\n");
    let definition =
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: tins.demo }\n";
    scratch.write("tiny/crds/tin.yaml", definition);
    let data = "data:\n  release: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\n  replicas: {{ .Values.replicaCount | quote }}\n  kubernetes: {{ .Capabilities.KubeVersion.Version }}\n  budget: {{ .Capabilities.APIVersions.Has \"demo/v1/Tin\" | quote }}\n{{ if .Values.broken }}{{ fail \"it is broken\" }}{{ end }}";
    scratch.write("tiny/templates/map.yaml", &(config_map("{{ .Release.Name }}") + data));
    for (name, hook) in [("hook", "pre-install"), ("test", "test")] {
        let object = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  annotations: {{ helm.sh/hook: {hook} }}\n"
        );
        scratch.write(&format!("tiny/templates/{name}.yaml"), &object);
    }
    scratch.path("tiny")
}

#[tokio::test]
async fn files_and_folders_are_read_in_order() {
    let scratch = Scratch::new("path");
    let file = scratch.write("b.yml", &config_map("b"));
    scratch.write("a/z.yaml", &config_map("z"));
    scratch.write("c.json", r#"{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c" } }"#);
    scratch.write("README.md", "# No manifest");
    scratch.write(".git/x.yaml", "no: manifest");
    let objects = rendered(&[Source::Path(scratch.path("."))], &Tools::default()).await.unwrap();
    assert_eq!(names(&objects), ["ConfigMap z", "ConfigMap b", "ConfigMap c"]);
    let objects = rendered(&[Source::Path(file)], &Tools::default()).await.unwrap();
    assert_eq!(names(&objects), ["ConfigMap b"]);
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let scratch = Scratch::new("missing");
    let nowhere = scratch.path("nowhere");
    for (source, place) in [
        (Source::Path(nowhere.clone()), "sources[0].path"),
        (Source::Kustomize(nowhere.clone()), "sources[0].kustomize"),
        (Source::Path(scratch.path(".")), "sources[0].path"),
    ] {
        let error = rendered(&[source], &Tools::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::NotFound, Some(place)));
        assert!(error.report().found.as_deref().unwrap().starts_with(scratch.0.to_str().unwrap()), "{error}");
    }
}

#[tokio::test]
async fn an_object_in_two_sources_is_refused_with_both_places() {
    let scratch = Scratch::new("twice");
    let file = scratch.write("a.yaml", &config_map("a"));
    let sources = [Source::Path(file.clone()), Source::Text(config_map("b") + "---\n" + &config_map("a"))];
    let error = rendered(&sources, &Tools::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.report().place.as_deref(), Some("sources[1].text:5:1"));
    assert_eq!(error.report().context, [("the first one".to_owned(), format!("{file}:1:1"))]);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named_with_how_to_get_it() {
    let scratch = Scratch::new("program");
    let absent = Some(scratch.0.join("absent"));
    let tools = Tools { helm: absent.clone(), kubectl: absent, ..Tools::default() };
    for (source, place) in [
        (source(chart(scratch.path("."), json!({}))), "sources[0].chart"),
        (Source::Kustomize(scratch.path(".")), "sources[0].kustomize"),
    ] {
        let error = rendered(&[source], &tools).await.unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::ProgramMissing, Some(place)));
        assert_eq!(error.report().context[0].0, "how to get it");
    }
}

#[tokio::test]
#[cfg(unix)]
async fn a_program_that_hangs_is_given_up() {
    let (scratch, script) = (Scratch::new("hangs"), Script::new("hanging-helm", "exec sleep 60"));
    let tools = Tools { timeout: Duration::from_millis(200), ..with_helm(script.0.clone()) };
    let error = refused(chart(tiny(&scratch), json!({})), &tools).await;
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn kustomizations_are_built() {
    let Some(kubectl) = testbed::kubectl() else { return };
    let scratch = Scratch::new("kustomize");
    let tools = Tools { kubectl: Some(kubectl), ..Tools::default() };
    scratch.write("map.yaml", &config_map("a"));
    scratch.write("kustomization.yaml", "namePrefix: pre-\nnamespace: shop\nresources: [map.yaml]\n");
    let objects = rendered(&[Source::Kustomize(scratch.path("."))], &tools).await.unwrap();
    assert_eq!(objects[0].id().to_string(), "ConfigMap shop/pre-a");

    scratch.write("kustomization.yaml", "resources: [absent.yaml]\n");
    let error = rendered(&[Source::Kustomize(scratch.path("."))], &tools).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("absent.yaml"), "{error}");
}

#[tokio::test]
async fn charts_are_rendered_with_definitions_and_hooks_and_without_tests() {
    let Some(helm) = testbed::helm() else { return };
    let scratch = Scratch::new("chart");
    let tools =
        Tools { kubernetes: Some("1.33.0".into()), api_versions: vec!["demo/v1/Tin".into()], ..with_helm(helm) };
    let tiny = tiny(&scratch);
    let own = ChartSource { release: Some("own".into()), namespace: Some("else".into()), ..chart(&tiny, json!({})) };
    let mut objects = rendered(&[source(chart(&tiny, json!({ "replicaCount": 3 })))], &tools).await.unwrap();
    objects.sort_by_key(ToString::to_string);
    assert_eq!(
        names(&objects),
        ["ConfigMap demo", "ConfigMap hook", "CustomResourceDefinition.apiextensions.k8s.io tins.demo"]
    );
    let data = |objects: &[Object], name: &str| {
        let object = objects.iter().find(|object| object.name() == name).unwrap();
        object.get("/data").unwrap().clone()
    };
    let expected = json!({
        "release": "demo", "namespace": "demo-system", "replicas": "3", "kubernetes": "v1.33.0", "budget": "true",
    });
    assert_eq!(data(&objects, "demo"), expected);
    let objects = rendered(&[source(own)], &tools).await.unwrap();
    assert_eq!(data(&objects, "own")["namespace"], "else");
}

#[tokio::test]
async fn charts_that_cannot_be_what_is_meant_are_refused() {
    let Some(helm) = testbed::helm() else { return };
    let (scratch, tools) = (Scratch::new("refused"), with_helm(helm));
    let tiny = tiny(&scratch);
    let versioned = ChartSource { version: Some("0.2.0".into()), ..chart(&tiny, json!({})) };
    let unversioned = ChartSource { repository: Some("https://charts.test".into()), ..chart("tiny", json!({})) };
    let pinned = ChartSource { digest: Some("0".repeat(64)), ..chart(&tiny, json!({})) };
    let badly_pinned = ChartSource { digest: Some("sha256:1".into()), ..chart(&tiny, json!({})) };
    for (chart, kind, place, words) in [
        (chart(&tiny, json!({ "broken": true })), ErrorKind::InvalidInput, "", "it is broken"),
        (chart(&tiny, json!({ "replicaCuont": 2 })), ErrorKind::InvalidInput, ".values.replicaCuont", "replicaCount"),
        (chart(&tiny, json!({ "image": { "tga": 2 } })), ErrorKind::InvalidInput, ".values.image.tga", "did you mean"),
        (chart("nowhere/tiny", json!({})), ErrorKind::NotFound, "", "nowhere/tiny"),
        (chart("", json!({})), ErrorKind::NotFound, "", "there is no such chart"),
        (versioned, ErrorKind::Conflict, ".version", "expected 0.2.0, found 0.1.0"),
        (unversioned, ErrorKind::InvalidInput, ".version", "comes from a repository"),
        (chart("oci://charts.test/tiny", json!({})), ErrorKind::InvalidInput, ".version", "comes from a repository"),
        (pinned, ErrorKind::InvalidInput, ".digest", "an archive"),
        (badly_pinned, ErrorKind::InvalidInput, ".digest", "64 hexadecimal digits"),
    ] {
        let error = refused(chart, &tools).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.report().place.as_deref(), Some(&*format!("sources[0].chart{place}")), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let same = ChartSource { version: Some("0.1.0".into()), ..chart(&tiny, json!({ "nameOverride": "x" })) };
    assert_eq!(rendered(&[source(same)], &tools).await.unwrap().len(), 3);
}

/// Packs the tiny chart, and says where its archive is and what its SHA-256 is.
fn packed(helm: &Path, scratch: &Scratch) -> (String, String) {
    let mut package = Command::new(helm);
    package.args(["package", &tiny(scratch), "--destination", scratch.0.to_str().unwrap()]);
    let homes = ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"];
    package.envs(homes.map(|home| (home, scratch.path(home))));
    assert!(package.output().unwrap().status.success());
    let archive = scratch.path("tiny-0.1.0.tgz");
    let digest = format!("{:x}", Sha256::digest(fs::read(&archive).unwrap()));
    (archive, digest)
}

#[tokio::test]
async fn an_archive_is_held_to_its_digest() {
    let Some(helm) = testbed::helm() else { return };
    let scratch = Scratch::new("digest");
    let (archive, digest) = packed(&helm, &scratch);
    let tools = with_helm(helm);
    let right = ChartSource { digest: Some(digest.to_uppercase()), ..chart(&archive, json!({})) };
    assert_eq!(rendered(&[source(right)], &tools).await.unwrap().len(), 3);
    let wrong = ChartSource { digest: Some("0".repeat(64)), ..chart(&archive, json!({})) };
    let error = refused(wrong, &tools).await;
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::Conflict, Some("sources[0].chart.digest")));
    assert_eq!((error.report().expected.clone(), error.report().found.clone()), (Some("0".repeat(64)), Some(digest)));
}

/// Serves the files of a folder over HTTP for as long as the test's process lives.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(std::io::Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let (status, body) = match fs::read(folder.join(name)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = (&stream).write_all(&[head.as_bytes(), &body].concat());
        }
    });
    url
}

#[tokio::test]
async fn charts_are_fetched_from_repositories_and_held_to_their_digest() {
    let Some(helm) = testbed::helm() else { return };
    let scratch = Scratch::new("repository");
    let (_, digest) = packed(&helm, &scratch);
    let tools = with_helm(helm);
    let url = serve(scratch.0.clone());
    let entry = "apiVersion: v1\nentries:\n  tiny:\n  - { apiVersion: v2, name: tiny, version: 0.1.0, urls: [tiny-0.1.0.tgz] }\n";
    scratch.write("index.yaml", entry);
    let at = |version: &str| ChartSource {
        repository: Some(url.clone()),
        version: Some(version.into()),
        ..chart("tiny", json!({ "replicaCount": 2 }))
    };
    let pinned = ChartSource { digest: Some(digest.clone()), ..at("0.1.0") };
    let by_url = ChartSource { digest: Some(digest), ..chart(format!("{url}/tiny-0.1.0.tgz"), json!({})) };
    for chart in [at("0.1.0"), pinned, by_url] {
        assert_eq!(rendered(&[source(chart)], &tools).await.unwrap().len(), 3);
    }
    let other = ChartSource { digest: Some("f".repeat(64)), ..at("0.1.0") };
    let slip = ChartSource { values: serde_json::from_value(json!({ "brokn": true })).unwrap(), ..at("0.1.0") };
    let nobody = ChartSource { repository: Some("http://127.0.0.1:1".into()), ..at("0.1.0") };
    for (chart, kind) in [
        (other, ErrorKind::Conflict),
        (slip, ErrorKind::InvalidInput),
        (at("9.9.9"), ErrorKind::NotFound),
        (nobody, ErrorKind::Unreachable),
    ] {
        let error = refused(chart, &tools).await;
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn istio_is_rendered_whole() {
    let (Some(helm), Some(charts)) = (testbed::helm(), testbed::istio_charts()) else { return };
    let tools = with_helm(helm);
    let at = |folder: &str, values: Value| source(chart(charts.join(folder).to_str().unwrap(), values));
    let sources = [
        at("base", json!({})),
        at("istio-control/istio-discovery", json!({ "profile": "ambient", "autoscaleMax": 2 })),
    ];
    let objects = rendered(&sources, &tools).await.unwrap();
    let definitions = objects.iter().filter(|object| object.kind() == "CustomResourceDefinition").count();
    assert_eq!((objects.len(), definitions), (34, 15));

    let slip = at("istio-control/istio-discovery", json!({ "autoscaleMxa": 2 }));
    let error = rendered(&[slip], &tools).await.unwrap_err();
    assert_eq!(error.report().context, [("did you mean".to_owned(), "autoscaleMax".to_owned())]);
}

/// What users set is not mistaken for a slip: all values of a chart of Istio's, given to each of the others.
#[tokio::test]
async fn the_charts_of_istio_take_each_others_values() {
    let (Some(helm), Some(charts)) = (testbed::helm(), testbed::istio_charts()) else { return };
    let folders = ["base", "istio-control/istio-discovery", "istio-cni", "ztunnel"];
    let tools = with_helm(helm);
    for values in folders {
        let text = fs::read_to_string(charts.join(values).join("values.yaml")).unwrap();
        let wrapped = "apiVersion: v1\nkind: A\nmetadata: { name: a }\n".to_owned() + &text;
        let object = rendered(&[Source::Text(wrapped)], &tools).await.unwrap().remove(0);
        let values = object.get("/_internal_defaults_do_not_set").unwrap();
        for folder in folders {
            let chart = chart(charts.join(folder).to_str().unwrap(), values.clone());
            if let Err(error) = rendered(&[source(chart)], &tools).await {
                assert!(!error.to_string().contains("did you mean"), "{folder}: {error}");
            }
        }
    }
}
