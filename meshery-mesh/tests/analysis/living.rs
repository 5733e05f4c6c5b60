//! Living with findings: what is allowed, asked for and told, in all ways in which it can be said wrongly.

use std::fs;

use meshery_core::analyzer::Remark;
use meshery_core::{Finding, RuleInfo, Severity};
use meshery_mesh::analyze::{
    Analysis, Options, Session, Source, analyze, analyze_with, at_this_time, diff, fixed, gather, report,
};

const SERVICE: &str = "{ apiVersion: v1, kind: Service, metadata: { name: reviews, namespace: shop } }\n";

fn route(lines: &str) -> String {
    format!(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ name: reviews, namespace: shop }}\n\
         spec:\n  hosts: [reviews]\n  http:\n{lines}---\n{SERVICE}"
    )
}

fn hosts() -> Options {
    Options { select: vec!["MSH101".into(), "MSH002".into(), "MSH003".into()], ..at_this_time() }
}

fn codes(analysis: &Analysis) -> Vec<&str> {
    analysis.findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_comment_before_the_first_item_is_about_that_item() {
    let text = route(
        "  # meshery: allow MSH101: comes later\n  - route: [{ destination: { host: a } }]\n  - route: [{ destination: { host: b } }]\n",
    );
    let analysis = analyze_with(&[Source::new("a.yaml", text)], &hosts());
    assert_eq!((codes(&analysis), analysis.allowed.len()), (vec!["MSH101"], 1));
    assert_eq!(analysis.findings[0].location.span.start.line, 9);
}

#[test]
fn a_day_that_is_none_allows_nothing_and_is_told() {
    for day in ["2020-1-1", "2020-02-30", "2026-12-31T00"] {
        let comment =
            format!("  - route: [{{ destination: {{ host: a }} }}] # meshery: allow MSH101 until {day}: later\n");
        let analysis = analyze_with(&[Source::new("a.yaml", route(&comment))], &hosts());
        assert_eq!(codes(&analysis), ["MSH101", "MSH002"], "{day}: {:?}", analysis.findings);
        assert!(analysis.findings[1].message.contains("is no day"), "{}", analysis.findings[1].message);
    }
}

#[test]
fn of_two_allowances_the_one_that_holds_counts() {
    let text = route(
        "  # meshery: allow MSH101 until 2020-01-01: it was to come soon\n  - route: [{ destination: { host: a } }] # meshery: allow MSH101: comes later\n",
    );
    let analysis = analyze_with(&[Source::new("a.yaml", text)], &hosts());
    assert_eq!((codes(&analysis), analysis.allowed.len()), (vec!["MSH002"], 1));
    assert_eq!(analysis.allowed[0].reason, "comes later");
}

#[test]
fn an_allowance_for_a_rule_that_there_is_not_is_told() {
    let text = route("  - route: [{ destination: { host: reviews } }] # meshery: allow MSH9999: why\n");
    let analysis = analyze_with(&[Source::new("a.yaml", text)], &hosts());
    assert_eq!(codes(&analysis), ["MSH003"]);
    assert_eq!(analysis.findings[0].message, "there is no rule MSH9999");
}

#[test]
fn one_alone_in_a_list_of_allowances_need_be_no_list() {
    let bad = Source::new("a.yaml", route("  - route: [{ destination: { host: a } }]\n"));
    let with = |list: &str| {
        let allow = Some(Source::new("allow.yaml", list));
        analyze_with(std::slice::from_ref(&bad), &Options { allow, ..hosts() })
    };
    let allowed = with("- { rules: MSH101, resources: VirtualService shop/*, reason: later }");
    assert_eq!((codes(&allowed), allowed.allowed.len(), allowed.errors.len()), (vec![], 1, 0));
    let elsewhere = with("- { rules: [MSH101], resources: VirtualService pay/*, reason: later }");
    assert_eq!(codes(&elsewhere), ["MSH101", "MSH003"], "it is about another object");
    for wrong in [
        "rules: [MSH101]",
        "- { rules: [MSH101], files: 5, reason: later }",
        "- { rules: [MSH101], until: 20200101, reason: a }",
    ] {
        let analysis = with(wrong);
        assert_eq!((codes(&analysis), analysis.errors.len()), (vec!["MSH101"], 1), "{wrong}");
        assert!(analysis.errors[0].report().place.as_deref().unwrap().starts_with("allow.yaml:1:"), "{wrong}");
    }
    // What is wrong with the list itself is told in every format.
    let late = with("- { rules: [MSH101], until: 2020-01-01, reason: it was to come soon }");
    let junit = report::render("junit", &late).unwrap();
    assert!(junit.contains("name=\"allow.yaml\"") && junit.contains("failures=\"2\""), "{junit}");
}

#[test]
fn names_of_rules_that_there_are_not_are_errors() {
    let named = Options { select: vec!["MSH1O1".into()], ..at_this_time() };
    let analysis = analyze_with(&[Source::new("a.yaml", SERVICE)], &named);
    let report = analysis.errors[0].report();
    assert_eq!((report.place.as_deref(), report.found.as_deref()), (Some("select"), Some("MSH1O1")));
    assert_eq!(report.expected.as_deref(), Some("MSH101"));
    let known = Options { select: vec!["IST0101".into()], ignore: vec!["SHOP1".into()], ..at_this_time() };
    assert_eq!(analyze_with(&[Source::new("a.yaml", SERVICE)], &known).errors.len(), 0);
}

fn remarked(options: Options) -> Vec<Finding> {
    let mut session = Session::new(options);
    session.put(&[Source::new("a.yaml", format!("{SERVICE}# meshery: allow shop-one: so be it\n"))]);
    let rule = RuleInfo::new("shop-1", "shop-owned", Severity::Warning, "Nobody owns an object");
    session
        .remark(&[Remark { rule, object: 0, message: "nobody owns it".into(), field: String::new(), help: None }])
        .unwrap();
    session.analysis().findings.into_iter().filter(|finding| finding.code == "shop-1").collect()
}

#[test]
fn what_somebody_finds_is_as_bad_as_it_is_said_to_be_and_can_be_left_out() {
    assert_eq!(remarked(at_this_time())[0].severity, Severity::Warning);
    let severe = Options { severities: [("shop-1".to_owned(), Severity::Error)].into(), ..at_this_time() };
    assert_eq!(remarked(severe)[0].severity, Severity::Error);
    assert_eq!(remarked(Options { ignore: vec!["shop-owned".into()], ..at_this_time() }), []);
}

#[test]
fn a_rule_of_ones_own_can_be_left_out_and_allowed_by_any_name() {
    let rule = |code: &str| {
        let text = format!(
            "code: {code}\nname: shop-owned\nseverity: error\nsummary: Nobody owns it\nkind: Service\n\
             holds: has(object.metadata.labels)\nmessage: \"'nobody owns it'\"\n"
        );
        vec![Source::new("rules.yaml", text)]
    };
    for (code, name) in [("ACME-1", "ACME-1"), ("shop1", "shop1"), ("SHOP1", "shop-owned")] {
        let options = Options { select: vec!["MSH101".into()], rules: rule(code), ..at_this_time() };
        let allowing = SERVICE.replace('\n', &format!(" # meshery: allow {name}: it is new\n"));
        assert_eq!(codes(&analyze_with(&[Source::new("a.yaml", SERVICE)], &options)), [code]);
        assert_eq!(codes(&analyze_with(&[Source::new("a.yaml", allowing)], &options)), [""; 0], "{name}");
        let ignoring = Options { ignore: vec![name.into()], ..options };
        assert_eq!(codes(&analyze_with(&[Source::new("a.yaml", SERVICE)], &ignoring)), [""; 0], "{name}");
    }
}

#[test]
fn a_safe_change_leaves_what_an_anchor_or_a_tag_says() {
    for version in ["&p 8080", "!!int 8080"] {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a, labels: {{ version: {version} }} }}\ndata: {{ a: b }}\n"
        );
        let analysis = analyze(&[Source::new("a.yaml", text)]);
        assert!(codes(&analysis).contains(&"MSH902"), "{version}: {:?}", analysis.findings);
        assert_eq!(fixed(&analysis, false), [], "{version}");
    }
}

#[test]
fn nothing_of_a_secret_is_in_a_fix_or_beside_one() {
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b, labels: { version: 8080 } }\n---\n";
    let secret = "stringData: { pin: 4711, word: hunter2 }\napiVersion: v1\nkind: Secret\nmetadata: { name: a }\n";
    let analysis = analyze(&[Source::new("a.yaml", format!("{service}{secret}"))]);
    let json = serde_json::to_string(&analysis).unwrap();
    assert!(codes(&analysis).contains(&"MSH902") && !json.contains("4711"), "{json}");
    let change = diff(&analysis, &fixed(&analysis, false));
    assert!(change.contains("\"8080\"") && change.contains("*******"), "{change}");
    assert!(!change.contains("hunter2") && !change.contains("4711"), "{change}");
    let one_line = r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"stringData":{"word":"hunter2"}},{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"prts":[]}}]}"#;
    let analysis = analyze(&[Source::new("a.json", one_line)]);
    let text = report::render("text", &analysis).unwrap();
    assert!(text.contains("prts") && !text.contains("hunter2"), "{text}");
}

#[test]
fn what_a_file_has_without_a_namespace_stands_in_the_place_of_what_runs_in_default() {
    let own = |host: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ name: a }}\n\
             spec: {{ hosts: [a], http: [{{ route: [{{ destination: {{ host: {host} }} }}] }}] }}\n"
        )
    };
    let running = own("a").replace("{ name: a }", "{ name: a, namespace: default }");
    let mut session = Session::new(at_this_time());
    session.put(&[Source::new("cluster/a", running).running(), Source::new("a.yaml", own("b"))]);
    assert_eq!(session.objects().len(), 1);
}

#[test]
fn every_cluster_is_told_the_configuration_of_the_mesh() {
    let policy = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: a, namespace: shop }\n\
                  spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/a] } }] }] }\n";
    let config = Source::new("mesh.yaml", "enableAutoMtls: false");
    for clusters in [&["east"][..], &["east", "west"]] {
        let options = Options { mesh_config: Some(config.clone()), select: vec!["MSH201".into()], ..at_this_time() };
        let mut session = Session::new(options);
        for cluster in clusters {
            session.put(&[Source::new(format!("{cluster}.yaml"), policy).of_cluster(*cluster)]);
        }
        assert_eq!(session.analysis().findings.len(), clusters.len());
        session.put(&[Source::new("other.yaml", SERVICE).of_cluster("east")]);
        assert_eq!(session.analysis().findings.len(), clusters.len());
    }
}

#[test]
fn what_is_mended_stays_of_its_cluster() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: { version: 8080 } }\n";
    let east = Source::new("a.yaml", text).of_cluster("east");
    let west = Source::new("b.yaml", SERVICE).of_cluster("west");
    let mended = fixed(&analyze(&[east, west]), false);
    assert_eq!(mended[0].cluster.as_deref(), Some("east"));
}

#[cfg(unix)]
#[test]
fn a_pattern_follows_no_circle_of_links() {
    let folder = std::env::temp_dir().join(format!("meshery-circles-{}", std::process::id()));
    fs::create_dir_all(folder.join("deploy/shop")).unwrap();
    for name in ["a", "b", "c"] {
        std::os::unix::fs::symlink(".", folder.join("deploy").join(name)).unwrap();
    }
    fs::write(folder.join("deploy/shop/a.yaml"), SERVICE).unwrap();
    fs::write(folder.join("deploy/shop/b.json"), "{}").unwrap();
    let found = |pattern: &str| {
        let (sources, errors) = gather([folder.join(pattern)]);
        assert!(errors.len() <= 1, "{errors:?}");
        sources.into_iter().map(|source| source.name.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("deploy/**/*.yaml"), ["a.yaml"]);
    assert_eq!(found("*/shop/*.yaml"), ["a.yaml"]);
    assert_eq!(found("deploy/sh?p/[ab].*"), ["a.yaml", "b.json"]);
    assert_eq!(found("deploy//./shop/*.yaml"), ["a.yaml"], "a slash that is there twice counts once");
    assert_eq!(found("deploy/*.yaml"), [""; 0], "a star is within a folder");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_cannot_be_read_any_more_has_no_findings() {
    let folder = std::env::temp_dir().join(format!("meshery-gone-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("a.yaml");
    fs::write(&path, route("  - route: [{ destination: { host: a } }]\n")).unwrap();
    let mut session = Session::new(hosts());
    session.gather([&path]);
    assert_eq!(codes(&session.analysis()), ["MSH101"]);
    fs::remove_file(&path).unwrap();
    session.gather([&path]);
    let analysis = session.analysis();
    assert_eq!((codes(&analysis), analysis.errors.len()), (vec![], 1));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn markdown_is_not_made_of_what_files_say() {
    let text = route("  - route: [{ destination: { host: \"*<img>_a_`b`\" } }]\n");
    let shown = report::render("markdown", &analyze_with(&[Source::new("a`b.yaml", text)], &hosts())).unwrap();
    assert!(shown.contains(r"\*\<img\>\_a\_\`b\`") && shown.contains("`` a`b.yaml:"), "{shown}");
}

#[test]
fn the_place_of_what_cannot_be_read_is_told_in_every_format() {
    let analysis = analyze(&[Source::new("a.yaml", "kind: [\n")]);
    let github = report::render("github", &analysis).unwrap();
    assert!(github.contains("::error file=a.yaml,line=2,col=1,title=unreadable::"), "{github}");
    let sarif: serde_json::Value = serde_json::from_str(&report::render("sarif", &analysis).unwrap()).unwrap();
    let told = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        (&told["artifactLocation"]["uri"], &told["region"]["startLine"]),
        (&"a.yaml".into(), &2.into()),
        "{sarif}"
    );
}

#[test]
fn two_clusters_may_have_a_file_of_one_name() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: { version: 8080 } }\n";
    let mut session = Session::new(at_this_time());
    for cluster in ["east", "west"] {
        session.put(&[Source::new("base/a.yaml", text).of_cluster(cluster)]);
    }
    let analysis = session.analysis();
    assert_eq!((session.objects().len(), codes(&analysis)), (2, vec!["MSH902"; 2]));
    let mended = fixed(&analysis, false);
    assert_eq!(mended.iter().map(|file| file.cluster.as_deref().unwrap()).collect::<Vec<_>>(), ["east", "west"]);
    session.put(&[Source::new("base/a.yaml", format!("# moved\n{text}")).of_cluster("east")]);
    let lines: Vec<_> = session.analysis().findings.iter().map(|it| it.location.span.start.line).collect();
    assert_eq!(lines, [3, 4], "each where it is in its own");
    session.put(&mended);
    assert_eq!(session.analysis().findings, []);
    session.remove("base/a.yaml");
    assert_eq!(session.objects().len(), 0);
}
