//! MSH527 `kuma-old-policy-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, Tags, list, of_kinds, present, tags, text, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH527",
    name: "kuma-old-policy-invalid",
    summary: "A policy of the old kind sets nothing, or sets what contradicts itself",
    why: "
Each of Kuma's first policies has `conf`, with at least one setting in each part that is there. A TrafficRoute sends requests
either to a `destination` or by a `split`, of which one entry at least has a weight; its matches ask for something. The control
plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: TrafficRoute
mesh: default
metadata: { name: orders }
spec:
  sources: [{ match: { kuma.io/service: '*' } }]
  destinations: [{ match: { kuma.io/service: orders } }]
  conf: { split: [{ weight: 0, destination: { kuma.io/service: orders } }] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: TrafficRoute
mesh: default
metadata: { name: orders }
spec:
  sources: [{ match: { kuma.io/service: '*' } }]
  destinations: [{ match: { kuma.io/service: orders } }]
  conf: { split: [{ weight: 100, destination: { kuma.io/service: orders } }] }",
    references: &[
        "https://kuma.io/docs/latest/policies/traffic-route/",
        "https://kuma.io/docs/latest/policies/retry/",
        "https://kuma.io/docs/latest/policies/virtual-outbound/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// A part of `conf`, and of which fields it needs one.
type Part = (&'static str, &'static [&'static str]);

const DETECTORS: &[&str] = &["totalErrors", "gatewayErrors", "localErrors", "standardDeviation", "failure"];
const THRESHOLDS: &[&str] = &["maxConnections", "maxPendingRequests", "maxRetries", "maxRequests"];

const PARTS: &[(&str, &[Part])] = &[
    ("CircuitBreaker", &[("", &["detectors", "thresholds"]), ("detectors", DETECTORS), ("thresholds", THRESHOLDS)]),
    ("FaultInjection", &[("", &["delay", "abort", "responseBandwidth"])]),
    (
        "HealthCheck",
        &[("", &["interval"]), ("", &["timeout"]), ("", &["unhealthyThreshold"]), ("", &["healthyThreshold"])],
    ),
    ("RateLimit", &[("http", &["requests"]), ("http", &["interval"])]),
    (
        "Retry",
        &[
            ("", &["http", "grpc", "tcp"]),
            ("http", &["numRetries", "perTryTimeout", "backOff", "retriableStatusCodes", "retriableMethods"]),
            ("grpc", &["numRetries", "perTryTimeout", "backOff", "retryOn"]),
            ("http.backOff", &["baseInterval"]),
            ("grpc.backOff", &["baseInterval"]),
            ("tcp", &["maxConnectAttempts"]),
        ],
    ),
    (
        "Timeout",
        &[
            ("tcp", &["idleTimeout"]),
            ("http", &["requestTimeout", "idleTimeout", "streamIdleTimeout", "maxStreamDuration"]),
            ("grpc", &["streamIdleTimeout", "maxStreamDuration"]),
        ],
    ),
    ("VirtualOutbound", &[("", &["host"]), ("", &["port"])]),
];
/// Where requests of a route go to.
const SERVICE: Tags =
    Tags { some: true, service: true, only_service: false, selects: true, protocols: &[], never: &[] };

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, parts) in PARTS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| {
            let Some(conf) = conf(spec, flaws) else { return };
            for (path, fields) in *parts {
                for part in
                    walk(conf, path).into_iter().filter(|part| fields.iter().all(|it| present(part, it).is_none()))
                {
                    let fields = fields.join(", ");
                    flaws.add(
                        part,
                        format!("there is none of {fields}"),
                        format!("add {}", fields.replacen(", ", " or ", 1)),
                    );
                }
            }
        }));
    }
    findings.extend(of_kinds(world, rule, &["HealthCheck"], health));
    findings.extend(of_kinds(world, rule, &["TrafficRoute"], route));
    findings.extend(of_kinds(world, rule, &["VirtualOutbound"], outbound));
    findings
}

fn conf<'a>(spec: &'a Node, flaws: &mut Flaws<'_>) -> Option<&'a Node> {
    let conf = present(spec, "conf");
    if conf.is_none() {
        flaws.add(spec, "conf is missing", "add conf");
    }
    conf
}

fn health(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(conf) = present(spec, "conf") else { return };
    let http = present(conf, "http");
    if let Some(http) = http.filter(|http| text(http, "path").is_empty()) {
        flaws.add(http, "there is no path to ask for", "add path");
    }
    if http.is_some() && present(conf, "tcp").is_some() {
        flaws.add(conf, "health is checked both by HTTP and by TCP", "keep one of http and tcp");
    }
}

fn outbound(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(conf) = present(spec, "conf") else { return };
    let parameters = list(conf, "parameters");
    if parameters.iter().all(|parameter| text(parameter, "tagKey") != "kuma.io/service") {
        let at = present(conf, "parameters").unwrap_or(conf);
        flaws.add(at, "no parameter is the service", "add { name: service, tagKey: kuma.io/service }");
    }
    for parameter in parameters {
        let name = text(parameter, "name");
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let at = present(parameter, "name").unwrap_or(parameter);
            flaws.add(at, format!("{name:?} cannot be named in a template"), "use letters and digits");
        }
    }
}

fn route(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(conf) = conf(spec, flaws) else { return };
    leads(conf, flaws);
    for http in list(conf, "http") {
        leads(http, flaws);
        let matched = present(http, "match");
        let asked: Vec<&Node> =
            ["path", "method", "headers"].iter().filter_map(|name| present(matched?, name)).collect();
        if asked.is_empty() {
            flaws.add(matched.unwrap_or(http), "the match asks for nothing", "add path, method or headers");
        }
        let texts = walk(http, "match.path").into_iter().chain(walk(http, "match.method"));
        let headers =
            walk(http, "match.headers").into_iter().flat_map(|it| it.fields().iter().map(|field| &field.value));
        for node in texts.chain(headers) {
            let wanted = ["exact", "prefix", "regex"].iter().find_map(|name| present(node, name));
            if wanted.is_none_or(|it| it.is_empty() && present(node, "exact").is_none()) {
                flaws.add(node, "it is compared with nothing", "set exact, prefix or regex");
            }
        }
        modified(http, flaws);
    }
    for node in walk(conf, "loadBalancer.ringHash") {
        if !matches!(text(node, "hashFunction"), "XX_HASH" | "MURMUR_HASH_2") {
            flaws.add(
                present(node, "hashFunction").unwrap_or(node),
                "the hash function is unknown",
                "use XX_HASH or MURMUR_HASH_2",
            );
        }
    }
}

fn modified(http: &Node, flaws: &mut Flaws<'_>) {
    for path in walk(http, "modify.path") {
        let has_prefix = walk(http, "match.path.prefix").first().is_some_and(|it| !it.is_empty());
        match (present(path, "rewritePrefix"), present(path, "regex")) {
            (Some(node), _) if node.is_empty() || !has_prefix => {
                flaws.add(
                    node,
                    "a prefix is replaced where none is matched, or by nothing",
                    "match by a prefix, and replace it by a path",
                );
            }
            (None, None) => flaws.add(path, "it is not said how the path is changed", "add rewritePrefix or regex"),
            _ => {}
        }
    }
    for host in walk(http, "modify.host") {
        if present(host, "value").or(present(host, "fromPath")).is_none_or(Node::is_empty) {
            flaws.add(host, "it is not said how the host is changed", "add value or fromPath");
        }
    }
    for headers in ["modify.requestHeaders", "modify.responseHeaders"].iter().flat_map(|path| walk(http, path)) {
        for header in list(headers, "add").iter().chain(list(headers, "remove")) {
            let name = text(header, "name");
            if name.is_empty() || name.starts_with(':') || name.eq_ignore_ascii_case("host") {
                let at = present(header, "name").unwrap_or(header);
                flaws.add(at, format!("the header {name:?} cannot be changed"), "name another header");
            }
        }
    }
}

/// Requests go to one destination, or by weights to several.
fn leads(node: &Node, flaws: &mut Flaws<'_>) {
    let (split, destination) = (present(node, "split"), present(node, "destination"));
    match (split, destination) {
        (None, None) => flaws.add(node, "requests go nowhere", "add destination or split"),
        (Some(split), Some(_)) => flaws.add(split, "requests go to a destination and by a split", "keep one of them"),
        _ => {}
    }
    if let Some(destination) = destination {
        tags(Some(destination), node, SERVICE, flaws);
    }
    let Some(split) = split else { return };
    let weight = |entry: &Node| present(entry, "weight").and_then(Node::as_int);
    for entry in split.items() {
        if present(entry, "weight").is_none() {
            flaws.add(entry, "the entry has no weight", "add weight");
        }
        tags(present(entry, "destination"), entry, SERVICE, flaws);
    }
    if split.items().iter().all(|entry| weight(entry).unwrap_or(0) == 0) {
        flaws.add(split, "no entry has a weight above 0", "give one a weight");
    }
}
