//! A session that follows its files says what a new one says of them as they are.

use std::collections::BTreeMap;

use crate::mutations::Dice;
use meshery_core::Finding;
use meshery_mesh::analyze::{Options, Profile, Session, Source, analyze_with, rules};

fn options() -> Options {
    Options { profile: Profile::All, ..Options::default() }
}

fn cold(files: &BTreeMap<&str, &str>, options: &Options) -> Vec<Finding> {
    let sources: Vec<Source> = files.iter().map(|(name, text)| Source::new(*name, *text)).collect();
    analyze_with(&sources, options).findings
}

/// Each example in the place of the other, beside those of another rule, and back.
#[test]
fn every_example_that_changes() {
    let all: Vec<_> = rules().collect();
    for (at, rule) in all.iter().enumerate() {
        let other = all[(at + 7) % all.len()];
        // Now and then every rule, otherwise those whose examples they are: most of the time goes into the others.
        let select = if at % 40 == 0 { Vec::new() } else { vec![rule.code.to_owned(), other.code.to_owned()] };
        let options = Options { select, ..options() };
        let mut session = Session::new(options.clone());
        let mut files: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, text) in
            [("other", other.bad), ("this", rule.good), ("this", rule.bad), ("other", other.good), ("this", rule.good)]
        {
            session.put(&[Source::new(name, text)]);
            files.insert(name, text);
            let found = session.analysis().findings;
            assert_eq!(found, cold(&files, &options), "{} beside {}", rule.code, other.code);
        }
        session.remove("other");
        files.remove("other");
        assert_eq!(session.analysis().findings, cold(&files, &options), "{} without {}", rule.code, other.code);
    }
}

/// The same object in several files: what was found about one of them stays with it.
#[test]
fn objects_of_one_name_are_told_apart() {
    let good = "apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
";
    let bad = good.replace("host: reviews", "host: reviws");
    let mut session = Session::new(options());
    let mut files = BTreeMap::new();
    for (name, text) in [("a.yaml", good), ("b.yaml", &bad), ("b.yaml", good), ("a.yaml", &bad), ("c.yaml", &bad)] {
        files.insert(name, text);
        session.put(&[Source::new(name, text)]);
        assert_eq!(session.analysis().findings, cold(&files, &options()), "{name}");
    }
    session.remove("a.yaml");
    files.remove("a.yaml");
    assert_eq!(session.analysis().findings, cold(&files, &options()));
}

/// Lines before an object, between two, within one, and the other way round: what stays the same has its places where it is
/// now, those of its fixes and of what it has to do with, too.
#[test]
fn every_example_that_is_moved() {
    for (at, rule) in rules().enumerate() {
        let select = if at % 40 == 0 { Vec::new() } else { vec![rule.code.to_owned()] };
        let options = Options { select, ..options() };
        let mut session = Session::new(options.clone());
        let bad = rule.bad.trim_start();
        let last = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: last, namespace: shop }\n";
        for text in [
            format!("{bad}\n---\n{last}"),
            format!("# ä\n{bad}\n---\n{last}"),
            format!("{last}---\n{bad}\n"),
            format!("{}data: {{ a: b }}\n---\n# why\n\n{bad}\n---\n{last}", last.replace("last", "first")),
            format!("{last}data: {{ a: ä }}\n---\n{bad} # more\n"),
            format!("\u{feff}{}", bad.replace("\n---\n", "\n# more\n---\n\n")),
            format!("{bad}\n---\n{last}"),
        ] {
            session.put(&[Source::new("a.yaml", text.as_str())]);
            let files = BTreeMap::from([("a.yaml", text.as_str())]);
            assert_eq!(session.analysis().findings, cold(&files, &options), "{}: {text}", rule.code);
        }
    }
}

/// An allowance beside what has moved is where that is.
#[test]
fn what_is_allowed_moves_too() {
    let bad = "apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviws } }] # meshery: allow MSH101: comes later
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }
";
    let options = Options { select: vec!["MSH101".into()], ..options() };
    let mut session = Session::new(options.clone());
    for text in
        [bad.to_owned(), format!("# one\n# two\n{bad}"), bad.replace(" # meshery: allow MSH101: comes later", "")]
    {
        session.put(&[Source::new("a.yaml", text.as_str())]);
        let files = BTreeMap::from([("a.yaml", text.as_str())]);
        assert_eq!(session.analysis().findings, cold(&files, &options), "{text}");
    }
    assert_eq!(session.analysis().findings.len(), 1, "nothing allows it any more");
}

/// Files of many rules beside each other, changed one after another at random: what is found then is what a new look finds.
/// `MESHERY_STEPS=5000` makes more changes than 80.
#[test]
fn whatever_changes_is_seen_as_if_all_were_new() {
    let texts: Vec<&str> = rules().flat_map(|rule| [rule.bad, rule.good]).collect();
    let names: Vec<String> = (0..24).map(|number| format!("{number:02}.yaml")).collect();
    let steps: u32 = std::env::var("MESHERY_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(80);
    let profiles = [(Profile::All, false), (Profile::All, true), (Profile::Istioctl, true)];
    for (seed, (profile, closed)) in (1..).zip(profiles) {
        let options = Options { profile, closed, ..Options::default() };
        let (mut session, mut dice) = (Session::new(options.clone()), Dice(seed));
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for step in 0..steps {
            let name = names[dice.roll(names.len())].as_str();
            match dice.roll(10) {
                0 => {
                    files.remove(name);
                    session.remove(name);
                }
                1 => {
                    let moved = files.get(name).map(|text| format!("# moved\n{text}"));
                    files.extend(moved.map(|text| (name, text)));
                }
                _ => drop(files.insert(name, texts[dice.roll(texts.len())].to_owned())),
            }
            if let Some(text) = files.get(name) {
                session.put(&[Source::new(name, text.clone())]);
            }
            let texts = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            assert_eq!(session.analysis().findings, cold(&texts, &options), "step {step} of {profile:?}: {name}");
        }
    }
}
