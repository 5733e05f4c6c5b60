//! Every rule against its own examples and fixtures, and the list of rules itself.
//!
//! The examples of a rule's page are run as the whole of a world. A line `# cluster: NAME` begins the files of another
//! cluster, a line `# mesh config` what istiod is told beside the objects.
//!
//! A fixture is a file `tests/fixtures/rules/CODE/bad*.yaml` or `good*.yaml`, which may be a part of a world. In a bad one
//! `# expect: CODE` stands on each line that a finding must point to, `# expect: CODE warning` where it is as bad as that
//! instead of as bad as the rule says. The list of rules finds the fixtures, so a new rule needs none of this code.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshery_core::{ConfigAnalyzer, Finding, RuleInfo};
use meshery_mesh::analyze::{Analysis, Options, Profile, Rule, Source, analyze, analyze_with, at_this_time, rules};

type Expectation = (usize, String);

/// In the year that the certificates of the examples were made in.
const NOW: Duration = Duration::from_secs(1_796_000_000);

fn run(rule: &Rule, example: &str) -> Vec<Finding> {
    let mut options = Options { profile: Profile::All, closed: true, now: Some(NOW), ..Options::default() };
    let mut sources = vec![Source::new("example.yaml", "")];
    for line in example.lines() {
        if let Some(cluster) = line.strip_prefix("# cluster: ") {
            sources.push(Source::new(format!("{cluster}.yaml"), "").of_cluster(cluster));
        } else if line == "# mesh config" {
            sources.push(Source::new("mesh.yaml", ""));
        } else if let Some(last) = sources.last_mut() {
            last.text.extend(format!("{line}\n").bytes());
        }
    }
    if let Some(at) = sources.iter().position(|source| source.name == "mesh.yaml") {
        options.mesh_config = Some(sources.remove(at));
    }
    let analysis = analyze_with(&sources, &options);
    assert!(analysis.errors.is_empty(), "{}: {:?}", rule.code, analysis.errors);
    analysis.findings.into_iter().filter(|finding| finding.code == rule.code).collect()
}

#[test]
fn the_examples_of_every_page_behave() {
    for rule in rules() {
        let bad = run(rule, rule.bad);
        assert!(!bad.is_empty(), "{}: the bad example is not found", rule.code);
        for finding in &bad {
            says_all(finding);
        }
        assert_eq!(run(rule, rule.good), [], "{}: the good example is found", rule.code);
    }
}

fn says_all(finding: &Finding) {
    assert!(finding.help.as_ref().is_some_and(|help| !help.is_empty()), "no help: {finding}");
    assert!(finding.location.span.start.offset < finding.location.span.end.offset, "no place: {finding}");
    assert!(finding.location.span.start.line > 0, "no place: {finding}");
    assert!(!finding.message.ends_with('.') && !finding.message.is_empty(), "no sentence of a list: {finding}");
}

#[test]
fn every_page_is_whole() {
    for rule in rules() {
        for (part, text) in [("why", rule.why), ("bad", rule.bad), ("good", rule.good), ("summary", rule.summary)] {
            assert!(!text.trim().is_empty(), "{} has no {part}", rule.code);
        }
        assert!(!rule.references.is_empty(), "{} has no reference", rule.code);
        assert!(rule.references.iter().all(|reference| reference.starts_with("https://")), "{}", rule.code);
        assert_eq!(
            rule.aliases.iter().any(|alias| alias.starts_with("IST")),
            !rule.upstream.is_empty(),
            "{}",
            rule.code
        );
    }
}

fn fixtures(rule: &RuleInfo, prefix: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules").join(&rule.code);
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().unwrap().to_string_lossy().starts_with(prefix));
    files.sort();
    files
}

fn expectations(text: &str, rule: &RuleInfo) -> Vec<Expectation> {
    let marked = text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, line.split_once("# expect: ")?.1)));
    marked
        .map(|(line, expected)| {
            let (code, severity) = expected.split_once(' ').unwrap_or((expected, ""));
            assert_eq!(code, rule.code, "line {line} expects another rule");
            (line, if severity.is_empty() { rule.severity.to_string() } else { severity.to_string() })
        })
        .collect()
}

fn check(file: &Path) -> (String, Analysis) {
    let text = fs::read_to_string(file).unwrap();
    let options = Options { profile: Profile::All, ..at_this_time() };
    let analysis = analyze_with(&[Source::new(file.display().to_string(), text.clone())], &options);
    assert!(analysis.errors.is_empty(), "{:?}", analysis.errors);
    (text, analysis)
}

fn of<'a>(analysis: &'a Analysis, rule: &RuleInfo) -> Vec<&'a Finding> {
    analysis.findings.iter().filter(|finding| finding.code == rule.code).collect()
}

#[test]
fn bad_fixtures_are_found_at_their_lines() {
    let mut wrong = Vec::new();
    for rule in rules().map(ConfigAnalyzer::info) {
        for file in fixtures(&rule, "bad") {
            let (text, analysis) = check(&file);
            let found = of(&analysis, &rule);
            for finding in &found {
                says_all(finding);
            }
            let found: Vec<Expectation> =
                found.iter().map(|finding| (finding.location.span.start.line, finding.severity.to_string())).collect();
            let expected = expectations(&text, &rule);
            if found != expected {
                wrong.push(format!("{}: found {found:?}, expected {expected:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn good_fixtures_have_no_finding() {
    for rule in rules().map(ConfigAnalyzer::info) {
        for file in fixtures(&rule, "good") {
            let (_, analysis) = check(&file);
            assert_eq!(of(&analysis, &rule), Vec::<&Finding>::new(), "{}", file.display());
        }
    }
}

#[test]
fn fixtures_are_of_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules");
    for entry in fs::read_dir(folder).unwrap() {
        let code = entry.unwrap().file_name().into_string().unwrap();
        assert!(rules().any(|rule| rule.code == code), "{code} is no rule");
    }
}

#[test]
fn rules_are_sorted_and_well_named() {
    let rules: Vec<RuleInfo> = rules().map(ConfigAnalyzer::info).collect();
    assert!(
        rules.windows(2).all(|pair| pair[0].code < pair[1].code),
        "rules are not sorted by code, or one is there twice"
    );
    for rule in &rules {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(rule.name.chars().all(kebab) && rule.name.starts_with(char::is_alphabetic), "{}", rule.name);
        assert_eq!(rules.iter().filter(|other| other.name == rule.name).count(), 1, "{}", rule.name);
        assert!(rule.code.starts_with("MSH") && rule.code.len() == 6, "{}", rule.code);
        assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{}", rule.summary);
    }
}

#[test]
fn a_bad_file_keeps_no_other_from_being_checked() {
    let rule = rules().find(|rule| rule.code == "MSH101").unwrap();
    let file = &fixtures(&rule.info(), "bad")[0];
    let good = fs::read(file).unwrap();
    let sources = [
        Source::new("z.yaml", good.clone()),
        Source::new("b.yaml", "a: [\n---\nkind: Pod\n---\n- 1\n"),
        Source::new("a.yaml", b"a: \xff\n".to_vec()),
    ];
    let analysis = analyze(&sources);
    assert_eq!(analysis.findings.len(), analyze(&[Source::new("z.yaml", good)]).findings.len());
    let places: Vec<&str> = analysis.errors.iter().filter_map(|error| error.report().place.as_deref()).collect();
    assert_eq!(places, ["a.yaml:1:4", "b.yaml:2:1", "b.yaml:3:1", "b.yaml:5:1"]);
    let json = serde_json::to_value(&analysis).unwrap();
    assert_eq!(json["errors"][0]["code"], "syntax");
}
