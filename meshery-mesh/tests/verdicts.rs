//! What we say of a document before it is applied beside what a real API server answers to it, with Istio's own webhook
//! behind it: both on every document of the reference that the server knows the kind of. The data lies beside the
//! repository and is never copied into it.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use meshery_core::{OperationOptions, Severity};
use meshery_mesh::analyze::{Options, Profile, Session, Source};
use meshery_mesh::cluster::{Discovery, Method, Request};
use meshery_mesh::control_plane::testbed;
use meshery_mesh::lifecycle::{Lifecycle, manifests};
use serde_json::{Value, json};

use crate::support::bed::{Bed, bed, text};
use crate::support::istiod;
use crate::support::shared::data;

/// Where the definitions of meshes are that this server gets from their own manifests.
const MESHES: [&str; 3] = [
    "consul/2.0.3/default/1-consul.yaml",
    "kuma/2.14.3/default/1-kuma.yaml",
    "linkerd/edge-26.8.3/default/1-linkerd-crds.yaml",
];

/// Whose definitions are there by their channel.
const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// Why the server takes what rules refuse, by the rules' numbers. What is in no row is looked for by the server too: what
/// Istio's webhook looks at in the object alone, and schemas with their CEL.
const NOT_ASKED: [(std::ops::RangeInclusive<u32>, &str); 6] = [
    (101..=209, "istioctl's, about several objects or about what is advised"),
    (260..=291, "Kiali's, about several objects"),
    (301..=334, "the Gateway API's words, which no schema says"),
    (401..=447, "of Linkerd's own webhook, which is not here"),
    (501..=536, "of Kuma's own webhook, which is not here"),
    (601..=633, "of Consul's own webhook, which is not here"),
];

/// Why the server refuses what no rule does, by a part of what it says.
const NOT_SAID: [(&str, &str); 5] = [
    ("serviceaccount", "it would take it if something else were there"),
    (
        "is invalid: spec.containers: Required value",
        "a pod that says nothing but its name stands for one that is elsewhere",
    ),
    (
        "is invalid: spec.ports: Required value",
        "a Service that says nothing but its name stands for one that is elsewhere",
    ),
    ("failed to allocate IP", "the address is not of this server's network"),
    ("unknown field \"spec.sessionPersistence.cookie\"", "the definition of this release does not have it"),
];

#[derive(PartialEq)]
enum Channel {
    Standard,
    Experimental,
}

/// A document by itself, and who has it.
struct Document {
    source: &'static str,
    case: String,
    text: String,
    /// By whose definitions it is judged; `None` for either.
    channel: Option<Channel>,
}

/// A definition of each kind, as JSON.
fn definitions(folder: &Path, files: &[&str], is_wanted: impl Fn(&str) -> bool) -> String {
    let read = |file: &&str| manifests::read(&[Source::new(*file, fs::read(folder.join(file)).unwrap())]).unwrap();
    let objects = files.iter().flat_map(read).filter(|it| it.kind() == "CustomResourceDefinition");
    let wanted = objects.filter(|it| is_wanted(it.text("/spec/group")));
    wanted.map(|it| serde_json::to_string(&it).unwrap()).collect::<Vec<_>>().join("\n---\n")
}

fn split(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            documents.push(String::new());
        } else {
            let last = documents.last_mut().unwrap();
            last.push_str(line);
            last.push('\n');
        }
    }
    documents.retain(|text| text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')));
    documents
}

fn cases(path: &Path) -> Vec<Value> {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn documents(rules: &Path, grid: &Path) -> Vec<Document> {
    let mut all = Vec::new();
    for source in ["consul", "gateway-api", "istio", "kiali", "kuma", "linkerd"] {
        for case in cases(&rules.join(source).join("cases.json")) {
            let text = fs::read_to_string(rules.join(source).join(case["file"].as_str().unwrap())).unwrap();
            for text in split(&text) {
                let channel = case["expect"]["channel"].as_str().map(|channel| match channel {
                    "standard" => Channel::Standard,
                    _ => Channel::Experimental,
                });
                all.push(Document { source, case: case["name"].as_str().unwrap().into(), text, channel });
            }
        }
    }
    for name in ["bad.yaml", "good.yaml"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules/MSH911");
        for text in split(&fs::read_to_string(folder.join(name)).unwrap()) {
            all.push(Document { source: "kubernetes", case: name.into(), text, channel: None });
        }
    }
    let files: BTreeSet<String> = cases(&grid.join("cases.json"))
        .iter()
        .flat_map(|case| {
            let clusters = case["clusterInputFiles"].as_object().into_iter().flatten().map(|(_, files)| files);
            let files = clusters.chain([&case["inputFiles"]]).filter_map(Value::as_array).flatten();
            files.filter_map(|file| file.as_str().map(ToOwned::to_owned)).collect::<Vec<_>>()
        })
        .collect();
    for file in files {
        for text in split(&fs::read_to_string(grid.join(&file)).unwrap()) {
            all.push(Document { source: "istioctl", case: file.clone(), text, channel: None });
        }
    }
    all
}

/// What the definitions of a channel are replaced by.
fn channel(name: &str) -> String {
    let folder = testbed().unwrap().join("share/gateway-api/config/crd").join(name);
    let files: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("gateway.") && !name.contains("_vap_"))
        .collect();
    definitions(&folder, &files.iter().map(String::as_str).collect::<Vec<_>>(), |_| true)
}

/// Istio with its webhook answering.
async fn with_istio(bed: &Bed) -> meshery_mesh::control_plane::Companion {
    let lifecycle = Lifecycle::new(bed.engine.clone()).with_tools(istiod::tools());
    let spec = istiod::spec("istio", None, &json!({}));
    let options = OperationOptions { wait: false, ..bed.options.clone() };
    lifecycle.install(&spec, &options, &bed.context).await.unwrap();
    let istiod = istiod::start(&bed.plane, &spec).await;
    istiod::until_it_validates(&bed.cluster).await;
    istiod
}

/// What is wrong with a document alone: the rules that refuse it, with what they answer to.
fn ours(session: &mut Session) -> BTreeMap<String, String> {
    let analysis = session.analysis();
    let errors = analysis.errors.iter().map(|error| ("unreadable".to_owned(), error.to_string()));
    let wrong = analysis.findings.iter().filter(|it| it.severity == Severity::Error);
    errors.chain(wrong.map(|finding| (finding.code.clone(), finding.message.clone()))).collect()
}

/// Why the server does not refuse what these rules do; `None` if it ought to.
fn not_asked<'a>(codes: impl Iterator<Item = &'a String>) -> Option<String> {
    let reason = |code: &String| {
        let number: u32 = code.strip_prefix("MSH")?.parse().ok()?;
        Some(format!("{code}: {}", NOT_ASKED.iter().find(|(range, _)| range.contains(&number))?.1))
    };
    codes.map(reason).collect::<Option<Vec<String>>>().map(|all| all.join("; "))
}

#[derive(Default)]
struct Tally {
    both_take: usize,
    both_refuse: usize,
    only_we_refuse: usize,
    only_it_refuses: usize,
    unknown: usize,
}

/// Asks both about each, and writes down where they differ; what nobody can explain comes back.
async fn compare(
    bed: &Bed,
    documents: &[&Document],
    tally: &mut BTreeMap<&str, Tally>,
    out: &mut String,
) -> Vec<String> {
    let discovery = Discovery::read(&bed.cluster).await.unwrap();
    let mut unexplained = Vec::new();
    for document in documents {
        let tally = tally.entry(document.source).or_default();
        let options = Options { profile: Profile::All, ..Options::default() };
        let mut session = Session::new(options);
        session.put(&[Source::new("it.yaml", document.text.as_str())]);
        let objects = session.objects();
        let [object] = objects.as_slice() else {
            tally.unknown += 1;
            continue;
        };
        let Some(api) = discovery.find(&object.api_version, &object.kind) else {
            tally.unknown += 1;
            continue;
        };
        let ours = ours(&mut session);
        let path = api.path(Some(object.namespace.as_deref().unwrap_or("default")), None);
        let request = Request::new(Method::Post, path).query("dryRun", "All").query("fieldValidation", "Strict");
        let request = request.body("application/yaml", document.text.clone().into_bytes());
        let theirs = match bed.cluster.send(request).await.unwrap().body().await {
            // It is there already: it was taken once.
            Err(error) if !error.to_string().contains("already exists") => Some(error.to_string()),
            _ => None,
        };
        let what = format!("{} {} {}", document.source, document.case, object);
        let (kind, reason) = match (ours.is_empty(), theirs) {
            (true, None) => {
                tally.both_take += 1;
                continue;
            }
            (false, Some(_)) => {
                tally.both_refuse += 1;
                continue;
            }
            (false, None) => {
                tally.only_we_refuse += 1;
                let said: Vec<String> = ours.iter().map(|(code, message)| format!("{code} {message}")).collect();
                ("only we refuse", not_asked(ours.keys()).ok_or_else(|| said.join("; ")))
            }
            (true, Some(error)) => {
                tally.only_it_refuses += 1;
                let known = NOT_SAID.iter().find(|(part, _)| error.contains(part)).map(|(_, reason)| *reason);
                let said = error.lines().next().unwrap_or_default().to_owned();
                ("only it refuses", known.map(|reason| format!("{reason}: {said}")).ok_or(error))
            }
        };
        match reason {
            Ok(reason) => writeln!(out, "VERDICT {kind} {what}: {reason}").unwrap(),
            Err(said) => unexplained.push(format!("{kind} {what}: {said}")),
        }
    }
    unexplained
}

#[tokio::test]
async fn our_verdicts_are_those_of_a_real_server() {
    let (Some(rules), Some(grid), Some(manifests)) =
        (data("config-rules"), data("istio-analyze"), data("mesh-manifests"))
    else {
        return;
    };
    let Some(bed) = bed().await else { return };
    let istiod = with_istio(&bed).await;
    let meshes = definitions(&manifests, &MESHES, |group| group != GATEWAY_API);
    bed.install(&text("meshes", "definitions", meshes)).await.unwrap();

    let documents = documents(&rules, &grid);
    let mut namespaces = BTreeSet::new();
    for document in &documents {
        let mut session = Session::new(Options::default());
        session.put(&[Source::new("it.yaml", document.text.as_str())]);
        namespaces.extend(session.objects().iter().filter_map(|it| it.namespace.as_deref().map(ToOwned::to_owned)));
    }
    for name in namespaces {
        // Some are there, and some are no names: what is in those is refused for that.
        drop(bed.create("/api/v1/namespaces", &json!({ "metadata": { "name": name } })).await);
    }

    let (mut tally, mut out, mut unexplained) = (BTreeMap::new(), String::new(), Vec::new());
    for (name, which) in [("standard", Channel::Standard), ("experimental", Channel::Experimental)] {
        bed.install(&text("gateway-api", "definitions", channel(name))).await.unwrap();
        let is_first = which == Channel::Standard;
        let due: Vec<&Document> =
            documents.iter().filter(|it| it.channel.as_ref().map_or(is_first, |it| *it == which)).collect();
        unexplained.extend(compare(&bed, &due, &mut tally, &mut out).await);
    }
    for (source, it) in &tally {
        writeln!(
            out,
            "VERDICT {source}: {} both take, {} both refuse, {} only we refuse, {} only it refuses, {} of kinds it does not know",
            it.both_take, it.both_refuse, it.only_we_refuse, it.only_it_refuses, it.unknown
        )
        .unwrap();
    }
    // Not by `println!`, which the test harness keeps to itself.
    write!(std::io::stderr(), "{out}").unwrap();
    assert!(unexplained.is_empty(), "{}\n{} without a reason", unexplained.join("\n"), unexplained.len());
    assert!(tally.values().map(|it| it.both_refuse).sum::<usize>() > 100);
    istiod.stop().unwrap();
    bed.stop();
}
