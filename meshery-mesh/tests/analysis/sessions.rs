//! A session that follows its files says what a new one says of them as they are.

use std::collections::BTreeMap;

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
