//! Configuration that is at work: whatever the meshes themselves install, and the sample applications, has no error.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshery_core::Severity;
use meshery_mesh::analyze::{Options, Profile, Source, analyze_with, gather};

use crate::shared::{data, fetched};

/// A day on which all certificates of the manifests are valid that are meant to be.
const NOW: Duration = Duration::from_secs(1_787_000_000);

fn errors(sources: &[Source]) -> Vec<String> {
    let options = Options { profile: Profile::All, now: Some(NOW), ..Options::default() };
    let analysis = analyze_with(sources, &options);
    let unread = analysis.errors.iter().map(ToString::to_string);
    let wrong = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    unread.chain(wrong.map(ToString::to_string)).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn our_own_samples_have_no_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/samples");
    let (sources, unread) = gather([folder]);
    assert!(sources.len() >= 3 && unread.is_empty(), "{unread:?}");
    for source in sources {
        assert_eq!(errors(std::slice::from_ref(&source)), Vec::<String>::new(), "{}", source.name);
    }
}

#[test]
fn what_meshes_install_has_no_error() {
    let Some(folder) = data("mesh-manifests") else { return };
    let files = files_below(&folder);
    assert!(files.len() >= 20, "{} files", files.len());
    let wrong = |file: &PathBuf| errors(&[Source::new(file.display().to_string(), fs::read(file).unwrap())]);
    let report: Vec<String> = files.iter().flat_map(wrong).collect();
    writeln!(std::io::stderr(), "ALARMS {} in {} manifests", report.len(), files.len()).unwrap();
    assert!(report.is_empty(), "{}", report.join("\n"));
}

/// Files among the samples that are no configuration of a cluster, by a part of their path: a chart, an interface, and the
/// values of a chart.
const OF_OTHERS: [&str; 3] = ["/tag-chart/", "/swagger.yaml", "/spire-trust-domain-federation/spire-"];
/// What is wrong with upstream's own samples, and is said: it mounts `ca-certs`, and its volume is called `ca`.
const MISTAKES: [(&str, &str); 1] = [("/mtls-echo.yaml", "the pod has no volume \"ca-certs\"")];

/// A sample that is a template is filled in as its own tool does it, with a name for whatever is asked.
fn filled_in(text: &str) -> String {
    let mut parts = text.split("{{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "kuma-demo" + part.split_once("}}").map_or(part, |(_, rest)| rest))
}

/// Every file by itself: many stand for each other, and are never applied together.
#[test]
fn upstreams_own_samples_have_no_error() {
    let samples = [
        ("Istio", "share/istio-samples/samples"),
        ("Gateway API", "share/gateway-api/examples"),
        ("Kuma", "share/kuma-samples"),
    ];
    let (mut report, mut known) = (Vec::new(), 0);
    for (name, place) in samples {
        let Some(folder) = fetched(place) else { continue };
        let mut files = files_below(&folder);
        files.retain(|file| !OF_OTHERS.iter().any(|part| file.to_string_lossy().contains(part)));
        assert!(files.len() >= 3, "{} files of {name}", files.len());
        let before = report.len();
        for file in &files {
            let text = fs::read_to_string(file).unwrap();
            let text = if name == "Kuma" { filled_in(&text) } else { text };
            let errors = errors(&[Source::new(file.display().to_string(), text)]);
            let is_known =
                |error: &String| MISTAKES.iter().any(|(file, text)| error.contains(file) && error.contains(text));
            known += errors.iter().filter(|error| is_known(error)).count();
            report.extend(errors.into_iter().filter(|error| !is_known(error)));
        }
        let alarms = report.len() - before;
        writeln!(std::io::stderr(), "ALARMS {alarms} in {} samples of {name}", files.len()).unwrap();
        assert!(name != "Istio" || known == MISTAKES.len(), "{known} of the mistakes of {name} are found");
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}
