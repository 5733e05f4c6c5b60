//! `RULES.md`: every rule with the meshes that it is for and the codes of other tools that it answers to, and what those
//! tools know that no rule does. `MESHERY_UPDATE=1` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use meshery_core::ConfigAnalyzer;
use meshery_mesh::analyze::rules;

/// Codes of others that no rule answers to, and why.
const UNANSWERED: [(&str, &str); 9] = [
    ("IST0001", "an error of istioctl itself"),
    ("IST0141", "whether somebody may do something is asked of a cluster, by the lifecycle's plans"),
    ("IST0142", "whether Kubernetes is too old is asked of a cluster, by the lifecycle's plans"),
    ("IST0143", "nothing produces it"),
    ("IST0156", "`istioctl x precheck` alone; the lifecycle's plans say which versions a server has"),
    ("IST0168", "nothing produces it"),
    ("IST0169", "`istioctl x precheck` alone: one setting of one release"),
    ("IST0172", "`istioctl x precheck` alone; the lifecycle's plans say which versions a server has"),
    ("KIA0107", "a principal of another cluster is right; MSH266 looks at all clusters"),
];

/// Every code that a rule answers to, with a prefix.
fn answered(prefix: &str) -> BTreeSet<&'static str> {
    rules().flat_map(|rule| rule.aliases).copied().filter(|alias| alias.starts_with(prefix)).collect()
}

fn table() -> String {
    let mut text = "# Every rule\n\n\
        `cargo run -p meshery-examples --bin analyze -- --explain CODE` shows a rule's page: why it matters, a wrong and a \
        right example, and where its mesh's documentation says so. This table is written by a test \
        (`meshery-mesh/tests/analysis/table.rs`).\n\n\
        | code | name | how bad | what for | meshes | answers to |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for rule in rules() {
        let info = rule.info();
        let category = serde_json::to_value(info.category).unwrap();
        let cells = [
            info.code,
            info.name,
            info.severity.to_string(),
            category.as_str().unwrap_or_default().to_owned(),
            info.meshes.join(", "),
            info.aliases.join(", "),
        ];
        writeln!(text, "| {} |", cells.join(" | ")).unwrap();
    }
    let [ist, kia, linkerd] = ["IST", "KIA", "l"].map(|prefix| answered(prefix).len());
    write!(
        text,
        "\n{} rules answer to {ist} codes of istioctl, {kia} of Kiali and {linkerd} checks of Linkerd. Not answered:\n\n\
         | code | why |\n|---|---|\n",
        rules().count()
    )
    .unwrap();
    for (code, why) in UNANSWERED {
        writeln!(text, "| {code} | {why} |").unwrap();
    }
    text
}

#[test]
fn the_table_of_rules_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RULES.md");
    if std::env::var_os("MESHERY_UPDATE").is_some() {
        std::fs::write(&path, table()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == table(), "RULES.md is not as the rules are: run this test with MESHERY_UPDATE=1");
}

#[test]
fn what_is_not_answered_is_not_answered() {
    for (code, _) in UNANSWERED {
        assert!(!rules().any(|rule| rule.answers_to(code)), "{code} is answered now");
    }
}
