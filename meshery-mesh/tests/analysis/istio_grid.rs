//! The analyzers that answer to istioctl's codes, in its own words: upstream's grid of cases, in the profile that says
//! what istioctl says. The data lies beside the repository and is never copied into it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use meshery_mesh::analyze::{Options, Profile, Source, analyze_with, at_this_time, rules};
use serde_json::Value;

use crate::shared::data;

/// What istioctl leaves out, whoever asks.
const SYSTEM: [&str; 4] = ["kube-system/", "kube-public/", "kube-node-lease/", "local-path-storage/"];

/// A code and the object that it is about.
type Message = (String, String);

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn source(folder: &Path, file: &str) -> Source {
    Source::new(file, fs::read(folder.join(file)).unwrap())
}

fn expected(case: &Value) -> BTreeSet<Message> {
    let messages = case["expected"].as_array().unwrap().iter();
    messages
        .map(|it| (it["code"].as_str().unwrap().to_owned(), it["kind_ns_name"].as_str().unwrap().to_owned()))
        .collect()
}

fn found(folder: &Path, case: &Value) -> BTreeSet<Message> {
    let mut sources: Vec<Source> = strings(&case["inputFiles"]).map(|file| source(folder, file)).collect();
    for (cluster, files) in case["clusterInputFiles"].as_object().into_iter().flatten() {
        sources.extend(strings(files).map(|file| source(folder, file).of_cluster(cluster)));
    }
    let told = |key: &str| case[key].as_str().map(|file| source(folder, file));
    let options = Options {
        profile: Profile::Istioctl,
        select: vec![case["analyzer"].as_str().unwrap().to_owned()],
        closed: true,
        mesh_config: told("meshConfigFile"),
        mesh_networks: told("meshNetworksFile"),
        // istioctl looks at the clock.
        ..at_this_time()
    };
    let analysis = analyze_with(&sources, &options);
    assert!(analysis.errors.is_empty(), "{}: {:?}", case["name"], analysis.errors);
    for finding in &analysis.findings {
        assert!(finding.location.span.start.line > 0 && finding.location.span.start.column > 0, "{finding}");
    }
    let ours = analysis.findings.iter().filter(|finding| !SYSTEM.iter().any(|it| finding.resource.contains(it)));
    ours.map(|finding| (finding.code.clone(), finding.resource.clone())).collect()
}

/// Case by case, with what is missing and what is too much.
#[test]
fn every_case_of_upstreams_grid() {
    let Some(folder) = data("istio-analyze") else { return };
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let (mut report, mut missed, mut built) = (String::new(), 0, 0);
    for case in &cases {
        let analyzer = case["analyzer"].as_str().unwrap();
        let is_built = rules().any(|rule| rule.answers_to(analyzer));
        built += usize::from(is_built);
        let (expected, found) = (expected(case), found(&folder, case));
        let verdict = match (is_built, expected == found) {
            (false, _) => "not built",
            (true, true) => "as upstream",
            (true, false) => "differs",
        };
        writeln!(report, "GRID {verdict:<12} {analyzer:<52} {}", case["name"].as_str().unwrap()).unwrap();
        if is_built && expected != found {
            missed += 1;
            writeln!(report, "  missing: {:?}", expected.difference(&found).collect::<Vec<_>>()).unwrap();
            writeln!(report, "  too much: {:?}", found.difference(&expected).collect::<Vec<_>>()).unwrap();
        }
    }
    // Not by `println!`, which the test harness keeps to itself.
    writeln!(std::io::stderr(), "{report}GRID {} of {} cases as upstream", built - missed, cases.len()).unwrap();
    assert_eq!(missed, 0, "{report}");
}
