//! What istioctl says where it says something else than we do: its mistakes are kept in the profile that answers for it.

use meshery_mesh::analyze::{Options, Profile, Source, analyze_with, at_this_time};

/// The codes and objects, each once, that an analyzer of istioctl finds in the files of clusters.
fn verdict(analyzer: &str, clusters: &[&str]) -> Vec<String> {
    let source = |(at, text): (usize, &&str)| {
        let source = Source::new(format!("{at}.yaml"), *text);
        if clusters.len() > 1 { source.of_cluster(format!("cluster{at}")) } else { source }
    };
    let sources: Vec<Source> = clusters.iter().enumerate().map(source).collect();
    let options = Options { profile: Profile::Istioctl, select: vec![analyzer.into()], ..at_this_time() };
    let analysis = analyze_with(&sources, &options);
    assert!(analysis.errors.is_empty(), "{:?}", analysis.errors);
    let mut found: Vec<String> = analysis.findings.iter().map(|it| format!("{} {}", it.code, it.resource)).collect();
    found.sort();
    found.dedup();
    found
}

const GATEWAY: &str = "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: a }
spec: { selector: { app: own }, servers: [{ port: { number: 8000 }, tls: { credentialName: secret }, hosts: [x] }] }
---
";
const POD: &str = "
apiVersion: v1
kind: Pod
metadata: { name: own, namespace: b, labels: { app: own } }
---
";

fn with_pod(rest: &str) -> String {
    format!("{GATEWAY}{POD}{rest}")
}

#[test]
fn only_pods_are_workloads_of_a_gateway() {
    let analyzer = "gateway.IngressGatewayPortAnalyzer";
    let deployment = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: own, namespace: b }
spec: { template: { metadata: { labels: { app: own } } } }";
    assert_eq!(verdict(analyzer, &[&format!("{GATEWAY}{deployment}")]), ["IST0101 Gateway a/shop"]);
    assert_eq!(verdict(analyzer, &[&with_pod("")]), ["IST0162 Gateway a/shop"]);
    // A Service that selects nothing selects everything; a protocol that is not written is none.
    let service = |namespace: &str, port: &str| {
        let head = "apiVersion: v1\nkind: Service\nmetadata: { name: s, namespace: ";
        with_pod(&format!("{head}{namespace} }}\nspec: {{ ports: [{port}] }}"))
    };
    let right = "{ port: 1, targetPort: '8000', protocol: TCP }";
    assert_eq!(verdict(analyzer, &[&service("b", right)]), [""; 0]);
    assert_eq!(verdict(analyzer, &[&service("a", right)]), ["IST0162 Gateway a/shop"]);
    assert_eq!(verdict(analyzer, &[&service("b", "{ port: 8000 }")]), ["IST0162 Gateway a/shop"]);
}

#[test]
fn a_certificate_is_the_first_block_of_data() {
    let analyzer = "gateway.SecretAnalyzer";
    assert_eq!(verdict(analyzer, &[GATEWAY]), ["IST0101 Gateway a/shop"]);
    assert_eq!(verdict(analyzer, &[&with_pod("")]), ["IST0101 Gateway a/shop"]);
    let secret = |namespace: &str, content: &str| {
        let head = "apiVersion: v1\nkind: Secret\nmetadata: { name: secret, namespace: ";
        with_pod(&format!("{head}{namespace} }}\n{content}"))
    };
    assert_eq!(verdict(analyzer, &[&secret("a", "")]), ["IST0101 Gateway a/shop"]);
    for content in ["", "stringData: { tls.crt: a, tls.key: b }", "data: { tls.crt: YQ==, tls.key: YQ== }"] {
        assert_eq!(verdict(analyzer, &[&secret("b", content)]), ["IST0161 Gateway a/shop"], "{content}");
    }
    assert_eq!(verdict(analyzer, &[&secret("b", "data: { tls.crt: '?' }")]), ["IST0101 Gateway a/shop"], "refused");
    // Nothing in a block of PEM is no certificate that could be bad.
    let empty = "LS0tLS1CRUdJTiBBTlktLS0tLQotLS0tLUVORCBBTlktLS0tLQo=";
    assert_eq!(verdict(analyzer, &[&secret("b", &format!("data: {{ cert: {empty}, key: YQ== }}"))]), [""; 0]);
}

#[test]
fn gateways_conflict_by_host_alone() {
    let analyzer = "gateway.ConflictingGatewayAnalyzer";
    let gateway = |name: &str, selector: &str, servers: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{ name: {name}, namespace: a }}\n\
             spec: {{ selector: {{ {selector} }}, servers: [{servers}] }}\n---\n"
        )
    };
    let server = |host: &str| format!("{{ port: {{ number: 80, protocol: HTTP }}, hosts: [{host}] }}");
    let two = |one: String, other: String| verdict(analyzer, &[&format!("{one}{other}{POD}")]);
    let both = ["IST0145 Gateway a/a", "IST0145 Gateway a/b"];
    assert_eq!(two(gateway("a", "app: own", &server("x")), gateway("b", "app: own", &server("x"))), both);
    assert_eq!(two(gateway("a", "app: own", &server("x")), gateway("b", "app: own", &server("y"))), [""; 0]);
    // The selector that asks for nothing is a part of every other.
    assert_eq!(two(gateway("a", "", &server("x")), gateway("b", "app: own", &server("x"))), both);
    assert_eq!(two(gateway("a", "app: own", &server("x")), gateway("b", "app: ow", &server("x"))), [""; 0]);
    // A host twice in one Gateway conflicts as soon as there is another Gateway, and only there.
    let twice = format!("{}, {}", server("x"), server("x"));
    assert_eq!(two(gateway("a", "app: own", &twice), gateway("b", "app: own", &server("y"))), ["IST0145 Gateway a/a"]);
    assert_eq!(two(gateway("a", "app: own", &twice), String::new()), [""; 0]);
    assert_eq!(two(gateway("a", "app: own", ""), String::new()), ["IST0101 Gateway a/a"]);
    assert_eq!(two(gateway("a", "app: own", ""), gateway("b", "app: own", &server("x"))), [""; 0]);
}

#[test]
fn clusters_may_differ_in_nothing() {
    let analyzer = "services.MultiClusterServiceAnalyzer";
    let service = |spec: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{ name: s, namespace: a }}\nspec: {{ {spec} }}")
    };
    let two = |one: &str, other: &str| verdict(analyzer, &[&service(one), &service(other)]);
    let port = "ports: [{ name: http, port: 80 }]";
    assert_eq!(two(port, port), [""; 0]);
    assert_eq!(two("ports: [{ name: http, port: 80, nodePort: 30001 }]", port), ["IST0170 Service a/s"]);
    assert_eq!(two("ports: [{ name: http, port: 80, targetPort: 80 }]", port), ["IST0170 Service a/s"]);
    assert_eq!(two("type: ClusterIP", ""), ["IST0170 Service a/s"]);
    assert_eq!(verdict(analyzer, &[&service(port)]), [""; 0]);
}

const ROUTES: &str = "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: own, namespace: a }
spec:
  hosts: [x]
  http:
";

/// A VirtualService whose rules have these matches.
fn routes(matches: &[&str]) -> String {
    let rule = |found: &&str| format!("  - {{ {found} route: [{{ destination: {{ host: x }} }}] }}\n");
    format!("{ROUTES}{}", matches.iter().map(rule).collect::<String>())
}

#[test]
fn a_match_without_a_method_is_one_of_get() {
    let analyzer = "schema.ValidationAnalyzer.VirtualService";
    let found = |matches: &[&str]| verdict(analyzer, &[&routes(matches)]);
    let (dead, rule) = ("IST0131 VirtualService a/own", "IST0130 VirtualService a/own");
    let short = "match: [{ uri: { prefix: /a } }],";
    assert_eq!(found(&[short, "match: [{ uri: { prefix: /a/b } }],"]), [dead]);
    assert_eq!(found(&[short, "match: [{ uri: { prefix: /a/b }, method: { exact: GET } }],"]), [dead]);
    assert_eq!(found(&[short, "match: [{ uri: { prefix: /a/b }, method: { exact: PUT } }],"]), [""; 0]);
    assert_eq!(found(&[short, "match: [{ uri: { prefix: /a/b }, port: 80 }],"]), [""; 0]);
    // Only prefixes are held against each other, and what is the same is, whatever it is called.
    assert_eq!(found(&[short, "match: [{ uri: { exact: /a/b } }],"]), [""; 0]);
    assert_eq!(found(&[short, "match: [{ name: other, uri: { prefix: /a } }],"]), [rule, dead]);
    assert_eq!(found(&[short, "match: [{ uri: { prefix: /a } }, { uri: { prefix: /b } }],"]), [dead]);
    assert_eq!(found(&["", short]), [rule]);
    assert_eq!(found(&[short, ""]), [""; 0]);
}

#[test]
fn a_selector_that_is_refused_is_all_that_is_said() {
    let filter = |selector: &str| {
        let head = "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: { name: own, namespace: a }";
        format!("{head}\nspec: {{ workloadSelector: {{ labels: {selector} }} }}")
    };
    let analyzer = "schema.ValidationAnalyzer.EnvoyFilter";
    assert_eq!(verdict(analyzer, &[&filter("{ app: '*' }")]), ["IST0106 EnvoyFilter a/own"]);
    assert_eq!(verdict(analyzer, &[&filter("{ app: own }")]), ["IST0133 EnvoyFilter a/own"]);
}
