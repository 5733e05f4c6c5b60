//! Every rule against its own fixtures, and the list of rules itself.
//!
//! A fixture is a file `tests/fixtures/rules/CODE/bad*.yaml` or `good*.yaml`. In a bad one `# expect: CODE` stands on
//! each line that a finding must point to, `# expect: CODE warning` where it is less than the rule's severity. The
//! list of rules finds the fixtures, so a new rule needs none of this code.

use std::fs;
use std::path::{Path, PathBuf};

use meshery_core::{Finding, RuleInfo};
use meshery_mesh::analyze::{Analysis, RULES, Source, analyze};

type Expectation = (usize, String);

fn fixtures(rule: &RuleInfo, prefix: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules").join(&rule.code);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().unwrap().to_string_lossy().starts_with(prefix));
    files.sort();
    assert!(!files.is_empty(), "{} has no {prefix}*.yaml", rule.code);
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
    let analysis = analyze(&[Source::new(file.display().to_string(), text.clone())]);
    assert!(analysis.errors.is_empty(), "{:?}", analysis.errors);
    (text, analysis)
}

fn of<'a>(analysis: &'a Analysis, rule: &RuleInfo) -> Vec<&'a Finding> {
    analysis.findings.iter().filter(|finding| finding.code == rule.code).collect()
}

#[test]
fn bad_fixtures_are_found_at_their_lines() {
    for rule in RULES.iter().map(|rule| rule.info()) {
        for file in fixtures(&rule, "bad") {
            let (text, analysis) = check(&file);
            let found = of(&analysis, &rule).into_iter();
            let found: Vec<Expectation> =
                found.map(|finding| (finding.location.span.start.line, finding.severity.to_string())).collect();
            assert_eq!(found, expectations(&text, &rule), "{}", file.display());
        }
    }
}

#[test]
fn good_fixtures_have_no_finding() {
    for rule in RULES.iter().map(|rule| rule.info()) {
        for file in fixtures(&rule, "good") {
            let (_, analysis) = check(&file);
            assert_eq!(of(&analysis, &rule), Vec::<&Finding>::new(), "{}", file.display());
        }
    }
}

#[test]
fn every_finding_says_what_to_do() {
    for rule in RULES.iter().map(|rule| rule.info()) {
        for file in fixtures(&rule, "bad") {
            for finding in of(&check(&file).1, &rule) {
                assert!(finding.help.as_ref().is_some_and(|help| !help.is_empty()), "{finding}");
                assert!(finding.location.span.start.offset < finding.location.span.end.offset, "{finding}");
            }
        }
    }
}

#[test]
fn rules_are_sorted_and_well_named() {
    let rules: Vec<RuleInfo> = RULES.iter().map(|rule| rule.info()).collect();
    assert!(rules.windows(2).all(|pair| pair[0].code < pair[1].code), "RULES is not sorted by code, or has one twice");
    for rule in &rules {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(rule.name.chars().all(kebab) && rule.name.starts_with(char::is_alphabetic), "{}", rule.name);
        assert_eq!(rules.iter().filter(|other| other.name == rule.name).count(), 1, "{}", rule.name);
        assert!(rule.code.starts_with("MSH") && rule.code.len() == 6, "{}", rule.code);
        assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{}", rule.summary);
    }
}

#[test]
fn every_rule_is_explained_in_its_file() {
    for rule in RULES.iter().map(|rule| rule.info()) {
        let file = format!("src/analyze/rules/{}.rs", rule.name.replace('-', "_"));
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        assert!(text.starts_with(&format!("//! {} `{}`: ", rule.code, rule.name)), "{file}");
        for heading in ["//! ## Wrong", "//! ## Right"] {
            assert!(text.contains(heading), "{file} lacks {heading}");
        }
    }
}

#[test]
fn a_bad_file_keeps_no_other_from_being_checked() {
    let file = &fixtures(&RULES[0].info(), "bad")[0];
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
