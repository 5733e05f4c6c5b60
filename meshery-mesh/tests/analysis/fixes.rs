//! What a fix changes, and what it leaves alone: over all examples of all rules.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

use meshery_mesh::analyze::{Analysis, Options, Profile, Source, analyze_with, fix, fixed, rules};

fn analysis(text: &str) -> Analysis {
    let now = Some(Duration::from_secs(1_796_000_000));
    let options = Options { profile: Profile::All, closed: true, now, ..Options::default() };
    analyze_with(&[Source::new("example.yaml", text)], &options)
}

/// With a comment at the end of every line that may have one.
fn commented(text: &str) -> String {
    let mut in_block = None;
    let line = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        if in_block.is_some_and(|outer| indent > outer || line.trim().is_empty()) {
            return format!("{line}\n");
        }
        in_block = line.trim_end().ends_with(['|', '>']).then_some(indent);
        let open = line.matches(['\'', '"']).count() % 2 == 1;
        if in_block.is_some() || open || line.trim().is_empty() || line.starts_with("---") || line.contains('#') {
            format!("{line}\n")
        } else {
            format!("{line} # kept\n")
        }
    };
    text.trim_start().lines().map(line).collect()
}

fn codes(analysis: &Analysis) -> BTreeSet<(String, String)> {
    analysis.findings.iter().map(|it| (it.code.clone(), it.resource.clone())).collect()
}

/// Applies fixes until there is none left; the text, and after how many rounds.
fn mended(text: &str, unsafe_too: bool) -> (String, usize) {
    let mut text = text.to_owned();
    for round in 0..10 {
        let changed = fixed(&analysis(&text), unsafe_too);
        let Some(file) = changed.first() else { return (text, round) };
        text = String::from_utf8(file.text.clone()).unwrap();
    }
    panic!("fixes never end:\n{text}");
}

#[test]
fn safe_fixes_mend_what_they_are_for_and_nothing_else() {
    let (mut mended_safely, mut mended_unsafely) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules().filter(|rule| !rule.bad.contains("# cluster: ") && !rule.bad.contains("# mesh config")) {
        let text = commented(rule.bad);
        let before = analysis(&text);
        assert!(before.errors.is_empty(), "{}: {:?}", rule.code, before.errors);
        for is_unsafe in [false, true] {
            let of_rule = before.findings.iter().filter(|finding| finding.code == rule.code);
            let with_fix = of_rule.clone().filter(|it| it.fixes.first().is_some_and(|fix| fix.safe || is_unsafe));
            let findings: Vec<_> = with_fix.cloned().collect();
            let changed = fix(&[Source::new("example.yaml", text.clone())], &findings, is_unsafe);
            let Some(file) = changed.first() else { continue };
            let after_text = String::from_utf8(file.text.clone()).unwrap();
            let after = analysis(&after_text);
            assert!(after.errors.is_empty(), "{}: {:?}\n{after_text}", rule.code, after.errors);
            assert_eq!(
                after_text.matches("# kept").count(),
                text.matches("# kept").count(),
                "{}: a comment is gone\n{after_text}",
                rule.code
            );
            let still = after.findings.iter().filter(|finding| finding.code == rule.code).count();
            assert!(still < of_rule.count(), "{}: the fix mends nothing\n{after_text}", rule.code);
            if is_unsafe {
                mended_unsafely.insert(rule.code);
                continue;
            }
            mended_safely.insert(rule.code);
            let new: Vec<_> = codes(&after).difference(&codes(&before)).cloned().collect();
            assert!(new.is_empty(), "{}: a safe fix brings {new:?}\n{after_text}", rule.code);
            let (once, _) = mended(&text, false);
            assert_eq!(mended(&once, false).0, once, "{}: twice is not as once", rule.code);
        }
    }
    writeln!(std::io::stderr(), "FIXES safe: {mended_safely:?}; all: {mended_unsafely:?}").unwrap();
    assert!(!mended_unsafely.is_empty());
}
