//! The rules and the reader against upstream's data, which lies beside the repository and is never copied into it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shared::data;
use meshery_core::Severity;
use meshery_mesh::analyze::{Analysis, Source, analyze, yaml};
use serde_json::Value;

/// Upstream's one code stands for an unknown host and for an unknown port of a known host. These are the second.
const ABOUT_PORTS: [&str; 1] = ["VirtualService default/reviews-bogusport"];

fn cases(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    cases
}

fn strings<'a>(case: &'a Value, key: &str) -> Vec<&'a str> {
    case[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn run(folder: &Path, files: &[&str]) -> Analysis {
    let read = |file: &&str| Source::new(*file, fs::read(folder.join(file)).unwrap());
    analyze(&files.iter().map(read).collect::<Vec<_>>())
}

fn found(analysis: &Analysis) -> BTreeSet<String> {
    let found = analysis.findings.iter().filter(|finding| finding.code == "MSH101");
    found.map(|finding| finding.resource.clone()).collect()
}

#[test]
fn istio_cases_of_unknown_hosts() {
    let Some(folder) = data("istio-analyze") else { return };
    let all = cases(&folder);
    let about: Vec<&Value> =
        all.iter().filter(|case| case["analyzer"] == "virtualservice.DestinationHostAnalyzer").collect();
    assert!(!about.is_empty(), "no case is about destination hosts");
    for case in about {
        let expected: BTreeSet<String> =
            case["expected"].as_array().unwrap().iter().filter_map(expected_host).collect();
        assert_eq!(found(&run(&folder, &strings(case, "inputFiles"))), expected, "{}", case["name"]);
    }
}

fn expected_host(message: &Value) -> Option<String> {
    let resource = message["kind_ns_name"].as_str()?;
    (message["code"] == "IST0101" && !ABOUT_PORTS.contains(&resource)).then(|| resource.to_owned())
}

/// A valid document stands alone, so a host that it names may be elsewhere: nothing may be called an error. Kiali's are
/// valid by one rule each, and istiod refuses some of them for another reason; they are checked with their rules.
#[test]
fn valid_documents_have_no_error() {
    let Some(folder) = data("config-rules") else { return };
    let mut checked = 0;
    for source in ["istio", "gateway-api", "kuma", "linkerd", "consul"] {
        let folder = folder.join(source);
        for case in cases(&folder).iter().filter(|case| case["kind"] == "valid") {
            let analysis = run(&folder, &[case["file"].as_str().unwrap()]);
            assert!(analysis.errors.is_empty(), "{}: {:?}", case["name"], analysis.errors);
            let errors: Vec<_> =
                analysis.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", case["name"]);
            checked += 1;
        }
    }
    assert!(checked > 0);
}

#[test]
fn every_document_can_be_read() {
    for (folder, files) in [("istio-analyze", 60), ("config-rules", 600), ("mesh-manifests", 70)] {
        let Some(folder) = data(folder) else { continue };
        let mut found = Vec::new();
        yaml_files(&folder, &mut found);
        assert!(found.len() >= files, "{} has only {} files", folder.display(), found.len());
        for file in found {
            for document in yaml::read(&Source::new(file.display().to_string(), fs::read(&file).unwrap())) {
                document.unwrap();
            }
        }
    }
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}
