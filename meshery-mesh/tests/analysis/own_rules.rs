//! Rules of one's own.

use meshery_mesh::analyze::{Options, Source, analyze_with, test_rules};

const TIMED: &str = "
code: SHOP1
name: shop-route-timed
severity: warning
summary: A route of the shop has no timeout
kind: VirtualService.networking.istio.io
reads: { services: Service }
when: object.metadata.namespace == 'shop'
each: object.spec.http
holds: has(it.timeout) || !services.exists(s, s.metadata.name == object.metadata.name)
message: \"'the route ' + it.name + ' has no timeout'\"
at: route
help: say how long a request may take
tests:
- bad: |
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: { name: a, namespace: shop }
    spec: { hosts: [a], http: [{ name: all, route: [{ destination: { host: a } }] }] }
    ---
    { apiVersion: v1, kind: Service, metadata: { name: a, namespace: shop } }
- good: |
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: { name: a, namespace: elsewhere }
    spec: { hosts: [a], http: [{ name: all, route: [{ destination: { host: a } }] }] }
";

fn routes() -> Source {
    let text = "apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: a, namespace: shop }
spec:
  hosts: [a]
  http:
  - { name: slow, route: [{ destination: { host: a } }] }
  - { name: quick, timeout: 1s, route: [{ destination: { host: a } }] } # meshery: allow SHOP1: never
---
{ apiVersion: v1, kind: Service, metadata: { name: a, namespace: shop } }
";
    Source::new("routes.yaml", text)
}

#[test]
fn a_rule_in_cel_sees_the_object_its_parts_and_all_others() {
    let rules = vec![Source::new("rules.yaml", TIMED)];
    let options = Options { select: vec!["MSH003".into()], rules: rules.clone(), ..Options::default() };
    let analysis = analyze_with(&[routes()], &options);
    let [unused, found] = &analysis.findings[..] else { panic!("{:?}", analysis.findings) };
    let (found, unused) = if found.code == "SHOP1" { (found, unused) } else { (unused, found) };
    assert_eq!(found.message, "the route slow has no timeout");
    assert_eq!(found.location.to_string(), "routes.yaml:7:26");
    assert_eq!((found.severity.to_string().as_str(), found.field.as_str()), ("warning", "spec.http[0].route"));
    assert_eq!(unused.code, "MSH003", "an allowance of a rule of one's own is one like any other");
    let severities = [("SHOP1".to_owned(), meshery_core::Severity::Error)].into();
    let analysis = analyze_with(&[routes()], &Options { severities, ..options });
    assert!(analysis.findings.iter().any(|it| it.code == "SHOP1" && it.severity == meshery_core::Severity::Error));
}

#[test]
fn the_tests_of_a_rule_are_run() {
    let (rules, wrong) = test_rules(&Source::new("rules.yaml", TIMED));
    assert_eq!((rules[0].name.as_str(), wrong.len()), ("shop-route-timed", 0), "{wrong:?}");
    let (_, wrong) = test_rules(&Source::new("rules.yaml", TIMED.replace("== 'shop'", "== 'nowhere'")));
    assert!(wrong[0].to_string().contains("does not find its bad example"), "{wrong:?}");
    let (_, wrong) = test_rules(&Source::new("rules.yaml", TIMED.replace("namespace == 'shop'", "name == 'a'")));
    assert!(wrong.is_empty() || wrong[0].to_string().contains("finds its good example"), "{wrong:?}");
}

#[test]
fn what_is_wrong_with_a_rule_is_told_with_its_place() {
    for (from, to, place, message) in [
        ("code: SHOP1", "code: MSH101", "rules.yaml:2:7", "meshery's own rules"),
        ("severity: warning", "severity: bad", "rules.yaml:4:11", "no such severity"),
        ("holds: has", "holds: has((", "rules.yaml:10:8", "no expression in CEL"),
        ("summary: ", "sumary: ", "rules.yaml:5:1", "no such field"),
        ("- bad: |", "- worse: |", "rules.yaml:15:3", "one of two"),
        ("services: Service", "services: [Service]", "rules.yaml:7:20", "no kind"),
    ] {
        let source = Source::new("rules.yaml", TIMED.replace(from, to));
        let analysis = analyze_with(&[routes()], &Options { rules: vec![source], ..Options::default() });
        let report = analysis.errors[0].report();
        assert_eq!(report.place.as_deref(), Some(place), "{to}: {report:?}");
        assert!(analysis.errors[0].to_string().contains(message), "{to}: {}", analysis.errors[0]);
    }
}
