//! Documents with the verdict that upstream gives them. The data lies beside the repository and is never copied into it;
//! its README says how a result is compared.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use meshery_core::{Finding, Severity};
use meshery_mesh::analyze::{Options, Profile, Source, analyze_with, rules};
use serde_json::Value;

use crate::shared::data;

/// How many of each source's invalid documents are caught at least. It only ever grows.
const CAUGHT: [(&str, usize); 6] =
    [("consul", 93), ("gateway-api", 94), ("istio", 54), ("kiali", 14), ("kuma", 118), ("linkerd", 18)];

fn findings(folder: &Path, case: &Value, closed: bool) -> Vec<Finding> {
    let file = case["file"].as_str().unwrap();
    let text = fs::read(folder.join(file)).unwrap();
    let options = Options { profile: Profile::All, closed, ..Options::default() };
    let analysis = analyze_with(&[Source::new(file, text)], &options);
    assert!(analysis.errors.is_empty(), "{file}: {:?}", analysis.errors);
    analysis.findings
}

/// The steps of a path, however it is written.
fn steps(path: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut is_key = false;
    for c in path.chars() {
        match c {
            '[' => {
                steps.push(String::new());
                is_key = true;
            }
            ']' => is_key = false,
            '.' if !is_key => steps.push(String::new()),
            c => steps.last_mut().unwrap().push(c),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps
}

/// Whether one is the other, or in it.
fn related(a: &str, b: &str) -> bool {
    let (a, b) = (steps(a), steps(b));
    a.starts_with(&b) || b.starts_with(&a)
}

/// What has no namespace is said to be in `default`.
fn is_about(finding: &Finding, resource: &Value) -> bool {
    resource.as_str().is_none_or(|resource| {
        finding.resource.ends_with(resource) || finding.resource == resource.replacen(" default/", " ", 1)
    })
}

fn is_caught(findings: &[Finding], expect: &Value, source: &str) -> bool {
    let list = |key: &str| expect[key].as_array().cloned().unwrap_or_default();
    let wrong: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    if source == "kiali" {
        let answers =
            |finding: &Finding, code: &str| rules().any(|rule| rule.code == finding.code && rule.answers_to(code));
        return list("findings").iter().all(|wanted| {
            let least = if wanted["severity"] == "warning" { Severity::Warning } else { Severity::Error };
            let field = wanted["field"].as_str().unwrap_or_default();
            findings.iter().any(|it| {
                answers(it, wanted["code"].as_str().unwrap())
                    && it.severity >= least
                    && is_about(it, &wanted["resource"])
                    && related(&it.field, field)
            })
        });
    }
    let violations = list("violations");
    let about: Vec<&&Finding> = wrong.iter().filter(|finding| is_about(finding, &expect["resource"])).collect();
    let fields = violations.iter().filter_map(|violation| violation["field"].as_str());
    !about.is_empty() && fields.into_iter().all(|field| about.iter().any(|finding| related(&finding.field, field)))
}

#[test]
fn every_document_with_upstreams_verdict() {
    let Some(folder) = data("config-rules") else { return };
    let (mut report, mut flagged) = (String::new(), 0);
    for (source, least) in CAUGHT {
        let folder = folder.join(source);
        let cases: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
        let (mut valid, mut invalid, mut caught) = (0, 0, 0);
        for case in &cases {
            let found = findings(&folder, case, source == "kiali");
            let name = case["name"].as_str().unwrap();
            if case["kind"] == "invalid" {
                invalid += 1;
                let is_caught = is_caught(&found, &case["expect"], source);
                caught += usize::from(is_caught);
                let verdict = if is_caught { "caught" } else { "missed" };
                writeln!(report, "CONFIG {verdict:<7} {source} {name}").unwrap();
                continue;
            }
            valid += 1;
            let rule = case["expect"]["rule"].as_str().unwrap_or_default();
            let answers = |it: &Finding| rules().any(|known| known.code == it.code && known.answers_to(rule));
            let is_wrong = |it: &&Finding| if source == "kiali" { answers(it) } else { it.severity == Severity::Error };
            let wrong: Vec<&Finding> = found.iter().filter(is_wrong).collect();
            let verdict = if wrong.is_empty() { "passed" } else { "flagged" };
            writeln!(report, "CONFIG {verdict:<7} {source} {name}").unwrap();
            for finding in wrong {
                writeln!(report, "  {finding}").unwrap();
                flagged += 1;
            }
        }
        writeln!(report, "CONFIG {source}: {caught} of {invalid} invalid caught, {valid} valid").unwrap();
        assert!(caught >= least, "{source}: {caught} caught, {least} before\n{report}");
    }
    write!(std::io::stderr(), "{report}").unwrap();
    assert_eq!(flagged, 0, "valid, and called wrong\n{report}");
}
