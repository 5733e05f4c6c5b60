//! Every output format of an analysis, and what findings are known by when lines have moved.

use meshery_core::Severity;
use meshery_mesh::analyze::report::{FORMATS, fingerprints, render};
use meshery_mesh::analyze::{Analysis, Options, Source, analyze_with};
use serde_json::Value;

const BAD: &str = include_str!("../fixtures/analyze/bad.yaml");

fn analysis(text: &str) -> Analysis {
    let sources = [Source::new("shop & more/bad.yaml", text), Source::new("broken.yaml", "a: [\n")];
    let options = Options { select: vec!["MSH101".into()], ..Options::default() };
    analyze_with(&sources, &options)
}

#[test]
fn every_format_tells_of_every_finding_and_of_what_cannot_be_read() {
    let analysis = analysis(BAD);
    assert_eq!((analysis.findings.len(), analysis.errors.len()), (1, 1));
    for format in FORMATS {
        let text = format.render(&analysis).unwrap();
        for said in ["MSH101", "reviws", "broken.yaml:2:1"] {
            // GitHub and SARIF write some characters in percent, XML and HTML as entities: none of these.
            assert!(text.contains(said), "{} does not say {said:?}:\n{text}", format.name());
        }
    }
}

#[test]
fn people_see_the_line_and_the_place_in_it() {
    let text = render("text", &analysis(BAD)).unwrap();
    assert!(text.contains("- route: [{ destination: { host: reviws } }]"), "{text}");
    assert!(text.contains("^^^^^^ spec.http[0].route[0].destination.host"), "{text}");
    assert!(text.contains("help: did you mean \"reviews\"?"), "{text}");
    assert!(text.ends_with("1 error, 1 place unreadable in 2 files\n"), "{text}");
    let none = analyze_with(&[Source::new("a.yaml", "")], &Options::default());
    assert_eq!(render("text", &none).unwrap(), "nothing wrong in 1 file\n");
}

#[test]
fn sarif_has_places_fixes_and_the_rules_that_were_broken() {
    let sarif: Value = serde_json::from_str(&render("sarif", &analysis(BAD)).unwrap()).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!((&sarif["version"], &run["tool"]["driver"]["name"]), (&"2.1.0".into(), &"meshery".into()));
    let result = &run["results"][0];
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "shop%20&%20more/bad.yaml");
    let line = BAD.lines().position(|line| line.contains("reviws")).unwrap() + 1;
    assert_eq!((&physical["region"]["startLine"], &result["level"]), (&line.into(), &"error".into()));
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "reviews");
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!((&rule["id"], &result["ruleId"]), (&"MSH101".into(), &"MSH101".into()));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_finding_is_known_when_lines_have_moved() {
    let (before, after) = (analysis(BAD), analysis(&format!("# one\n# two\n{BAD}")));
    assert_ne!(before.findings[0].location, after.findings[0].location);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let baseline = fingerprints(&before).into_iter().collect();
    let options = Options { baseline, select: vec!["MSH101".into()], ..Options::default() };
    let later = analyze_with(&[Source::new("shop & more/bad.yaml", BAD)], &options);
    assert!(later.findings.is_empty() && later.allowed.len() == 1);
}

#[test]
fn what_is_bad_enough_is_up_to_the_caller() {
    let options = |severity| Options {
        select: vec!["MSH101".into()],
        severities: [("virtualservice-host-unknown".into(), severity)].into(),
        ..Options::default()
    };
    let of = |severity| analyze_with(&[Source::new("bad.yaml", BAD)], &options(severity));
    assert!(of(Severity::Error).is_at_least(Severity::Error) && !of(Severity::Info).is_at_least(Severity::Warning));
    assert!(of(Severity::Info).is_at_least(Severity::Info));
}
