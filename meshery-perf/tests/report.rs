//! What every output format must keep, on a real result and on its sad cases.

use std::path::{Path, PathBuf};

use std::time::Duration;

use meshery_core::campaign::Cell;
use meshery_core::comparison::{End, FORMAT};
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{Campaign, CampaignSpec, Comparison, Error, ErrorKind, Verdict, json};
use meshery_perf::campaign;
use meshery_perf::report::{self, FORMATS, Subject, by_name, html_fragment, save};
use serde_json::Value;

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../meshery-core")
}

/// A real result: no mesh, no mesh again, Envoy, and Envoy with mutual TLS.
fn real() -> Comparison {
    json::read_comparison(&std::fs::read_to_string(core().join("tests/golden/documents/comparison.json")).unwrap())
        .unwrap()
}

fn stopped() -> Comparison {
    let mut comparison = real();
    comparison.arms.iter_mut().for_each(|arm| arm.runs.truncate(1));
    let error = Error::new(ErrorKind::Cancelled, "stopped by the caller");
    comparison.end = End::Stopped { error: error.report().clone() };
    comparison
}

fn invalid() -> Comparison {
    let mut comparison = real();
    for effect in &mut comparison.effects {
        (effect.verdict, effect.difference, effect.ci95, effect.p, effect.p_adjusted) =
            (Verdict::Invalid, None, None, None, None);
        effect.reasons = vec![Reason::new(Doubt::Errors, "too many requests failed")];
    }
    comparison
}

fn empty() -> Comparison {
    let mut comparison = real();
    comparison.effects.clear();
    comparison.arms.clear();
    comparison
}

fn hostile() -> Comparison {
    let mut comparison = real();
    let name = "<script>alert('x')</script>&\"\u{7}";
    for arm in &mut comparison.spec.arms {
        if arm.name == "envoy" {
            arm.name = name.into();
        }
    }
    for arm in &mut comparison.arms {
        if arm.spec.name == "envoy" {
            arm.spec.name = name.into();
        }
    }
    for effect in &mut comparison.effects {
        if effect.arm == "envoy" {
            effect.arm = name.into();
        }
    }
    comparison
}

fn render<'a>(name: &str, subject: impl Into<Subject<'a>>) -> String {
    report::render(name, subject).unwrap()
}

/// The results above as the cells of a campaign.
fn campaign() -> Campaign {
    let cell = |(index, comparison): (usize, Comparison)| Cell {
        workload: format!("workload-{index}"),
        point: if index == 0 { String::new() } else { "1k & more".into() },
        settled_early: index == 1,
        comparison,
    };
    let spec = CampaignSpec::default();
    Campaign {
        format: FORMAT,
        plan: campaign::plan(&spec).unwrap(),
        spec,
        seed: 77_001,
        started_unix_ns: 1,
        sessions: 2,
        took: Duration::from_secs(60),
        cells: [real(), stopped(), invalid(), empty(), hostile()].into_iter().enumerate().map(cell).collect(),
        warnings: vec![Reason::new(Doubt::EnvironmentChanged, "resumed on another machine")],
        end: End::OutOfTime,
    }
}

#[test]
fn formats_are_sorted_unique_and_found() {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name()).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    let mut files: Vec<_> = FORMATS.iter().map(|format| format.file_name()).collect();
    files.sort_unstable();
    files.dedup();
    assert_eq!(files.len(), names.len());
    assert_eq!(by_name("papyrus").err().unwrap().report().place.as_deref(), Some("format"));
}

#[test]
fn every_format_takes_every_result() {
    for comparison in [real(), stopped(), invalid(), empty(), hostile()] {
        for format in FORMATS {
            let text = format.render((&comparison).into()).unwrap();
            assert!(text.ends_with('\n'), "{}", format.name());
            // JSON has no such numbers, and its histograms are base64, in which any three letters may stand.
            for nonsense in ["NaN", "Infinity", "inf%"].into_iter().filter(|_| format.name() != "json") {
                assert!(!text.contains(nonsense), "{}: {nonsense}", format.name());
            }
        }
        assert!(html_fragment(&comparison).unwrap().starts_with("<div"));
    }
}

#[test]
fn json_is_valid_and_comes_back_as_it_was() {
    let schema = std::fs::read_to_string(core().join("schema/comparison.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for comparison in [real(), stopped(), invalid(), empty()] {
        let text = render("json", &comparison);
        let document: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert!(json::read_comparison(&text).unwrap() == comparison);
    }
}

#[test]
fn every_format_takes_a_campaign_and_says_all_of_it() {
    let campaign = campaign();
    for format in FORMATS {
        let text = format.render((&campaign).into()).unwrap();
        for said in ["workload-0", "workload-1", "envoy-mtls"] {
            assert!(text.contains(said), "{}: {said}", format.name());
        }
    }
    let (table, page) = (render("table", &campaign), render("html", &campaign));
    for text in [&table, &page] {
        assert!(text.contains("77001") && text.contains("budget of time") && text.contains("another machine"));
    }
    assert_nested(&page);
    assert!(!page.contains("<script>alert"));
    assert_eq!(page.matches("href=\"#load-").count(), page.matches("<th scope=\"row\"><a ").count());
    assert_eq!(page.matches("id=\"load-").count(), 5);
    let schema = std::fs::read_to_string(core().join("schema/campaign.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let document: Value = serde_json::from_str(&render("json", &campaign)).unwrap();
    let errors: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn lines_of_a_spreadsheet_are_effects() {
    let table = render("csv", &real());
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), real().effects.len() + 1);
    let columns = lines[0].split(',').count();
    // Reasons are quoted; what stands before them has no comma.
    assert!(lines[1..].iter().all(|line| line.split('"').next().unwrap().split(',').count() <= columns));
    assert!(lines[1].starts_with(",,none-again,none,latency.p50,nanoseconds,relative,"), "{}", lines[1]);
}

#[test]
fn a_test_view_sees_the_verdicts() {
    let report = render("junit", &real());
    assert_nested(report.trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    let count = |verdict| real().effects.iter().filter(|effect| effect.verdict == verdict).count();
    for (element, verdict) in
        [("<failure ", Verdict::Regressed), ("<error ", Verdict::Invalid), ("<skipped ", Verdict::Inconclusive)]
    {
        assert_eq!(report.matches(element).count(), count(verdict), "{element}");
    }
    assert_eq!(report.matches("<testcase ").count(), real().effects.len());
}

#[test]
fn a_summary_has_the_worst_first_and_a_limited_size() {
    let page = render("markdown", &real());
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && line.contains("envoy")).collect();
    assert!(rows[0].contains("regressed"), "{}", rows[0]);
    let last_regressed = rows.iter().rposition(|row| row.contains("regressed")).unwrap();
    assert!(rows[..last_regressed].iter().all(|row| row.contains("regressed")));
    let mut large = campaign();
    let cell = large.cells[0].clone();
    large.cells = vec![cell; 60];
    let page = render("markdown", &large);
    assert!(page.len() < 65_536 && page.trim_end().ends_with("do not fit here."), "{}", page.len());
    assert!(render("markdown", &hostile()).contains("&lt;script>"));
}

#[test]
fn credentials_do_not_leave() {
    let mut comparison = real();
    comparison.spec.arms[2].settings.insert("token".into(), "open sesame".into());
    for format in FORMATS {
        assert!(!format.render((&comparison).into()).unwrap().contains("sesame"), "{}", format.name());
    }
}

#[test]
fn table_and_page_say_every_arm_metric_and_verdict() {
    for comparison in [real(), invalid()] {
        let (table, page) = (render("table", &comparison), render("html", &comparison));
        for effect in &comparison.effects {
            let verdict = effect.verdict.to_string();
            for text in [&table, &page] {
                assert!(text.contains(&effect.arm) && text.contains(&verdict), "{} {verdict}", effect.arm);
            }
        }
        for title in ["p50 latency", "p99.9 latency", "Throughput", "Failed requests", "Memory"] {
            assert!(table.contains(title) && page.contains(title), "{title}");
        }
        assert!(table.contains(&comparison.seed.to_string()) && page.contains(&comparison.seed.to_string()));
    }
}

#[test]
fn an_early_end_is_said_on_top() {
    let (table, page, cell) =
        (render("table", &stopped()), render("html", &stopped()), html_fragment(&stopped()).unwrap());
    for text in [table, page, cell] {
        assert!(text.contains("Stopped") && text.contains("stopped by the caller"));
    }
}

#[test]
fn the_page_needs_no_network() {
    for comparison in [real(), hostile()] {
        // Places on the same page are fine.
        let page = render("html", &comparison).replace("href=\"#", "");
        for reference in ["http://", "https://", "src=", "href=", "@import", "url("] {
            assert!(!page.contains(reference), "{reference}");
        }
    }
}

/// Elements that need no end.
const VOID: [&str; 2] = ["meta", "br"];

/// Refuses markup whose elements do not nest. Styles and scripts are passed over as a browser does.
fn assert_nested(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.trim_start_matches("<!doctype html>");
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        let name = tag.split([' ', '\n']).next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closes what is not open");
        } else if !VOID.contains(&name) {
            open.push(name.to_owned());
        }
        if ["style", "script"].contains(&name) {
            rest = &rest[rest.find(&format!("</{name}>")).expect("it ends")..];
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn the_markup_nests_and_nothing_breaks_out_of_it() {
    for comparison in [real(), stopped(), invalid(), empty(), hostile()] {
        let (page, cell) = (render("html", &comparison), html_fragment(&comparison).unwrap());
        assert_nested(&page);
        assert_nested(&cell);
        assert!(!page.contains("<script>alert") && !cell.contains("<script>alert"));
    }
    assert!(render("html", &hostile()).contains("&lt;script&gt;alert"), "it is shown as it is written");
}

#[test]
fn save_writes_every_format_and_names_what_it_cannot_write() {
    let folder = std::env::temp_dir().join(format!("meshery-report-{}", std::process::id()));
    let paths = save(&real(), &folder).unwrap();
    assert_eq!(paths.len(), FORMATS.len());
    assert!(paths.iter().all(|path| path.metadata().unwrap().len() > 500));
    let error = save(&real(), folder.join("result.json/inside")).unwrap_err();
    assert!(error.report().place.as_deref().unwrap().contains("result.json"), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}
