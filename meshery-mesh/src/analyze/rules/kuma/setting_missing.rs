//! MSH505 `kuma-setting-missing`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, entries, list, of_kinds, present, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH505",
    name: "kuma-setting-missing",
    summary: "A policy, or a part of one, sets nothing",
    why: "
A part that is there and empty looks as if it did something: a MeshTimeout without a timeout, a detector of outliers without
one that detects, a rule that allows nobody and denies nobody. The control plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: {} } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: { requestTimeout: 5s } } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshtimeout/",
        "https://kuma.io/docs/latest/policies/meshretry/",
        "https://kuma.io/docs/latest/policies/meshcircuitbreaker/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// A part of the settings, and of which fields it needs one.
type Part = (&'static str, &'static [&'static str]);

const DETECTORS: &[&str] =
    &["totalFailures", "gatewayFailures", "localOriginFailures", "successRate", "failurePercentage"];
const RETRIES: &[&str] = &[
    "numRetries",
    "perTryTimeout",
    "backOff",
    "retryOn",
    "retriableRequestHeaders",
    "retriableResponseHeaders",
    "rateLimitedBackOff",
    "hostSelection",
];

/// The parts of each policy's settings; the first is all of them.
const PARTS: &[(&str, &[Part])] = &[
    ("MeshAccessLog", &[("", &["backends"])]),
    (
        "MeshCircuitBreaker",
        &[
            ("", &["connectionLimits", "outlierDetection"]),
            ("outlierDetection", &["detectors"]),
            ("outlierDetection.detectors", DETECTORS),
        ],
    ),
    ("MeshHealthCheck", &[("", &["http", "tcp", "grpc"])]),
    (
        "MeshRateLimit",
        &[
            ("", &["local"]),
            ("local", &["tcp", "http"]),
            ("local.http", &["disabled", "requestRate", "onRateLimit"]),
            ("local.tcp", &["disabled", "connectionRate"]),
        ],
    ),
    (
        "MeshRetry",
        &[
            ("", &["tcp", "http", "grpc"]),
            ("tcp", &["maxConnectAttempt"]),
            ("http", RETRIES),
            ("http.backOff", &["baseInterval", "maxInterval"]),
            ("http.rateLimitedBackOff", &["resetHeaders"]),
            ("grpc", &["numRetries", "perTryTimeout", "backOff", "retryOn", "rateLimitedBackOff"]),
            ("grpc.backOff", &["baseInterval", "maxInterval"]),
            ("grpc.rateLimitedBackOff", &["resetHeaders"]),
        ],
    ),
    (
        "MeshTimeout",
        &[
            ("", &["connectionTimeout", "idleTimeout", "http"]),
            ("http", &["requestTimeout", "streamIdleTimeout", "maxStreamDuration", "maxConnectionDuration"]),
        ],
    ),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, parts) in PARTS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| check(spec, parts, flaws)));
    }
    findings.extend(of_kinds(world, rule, &["MeshTrafficPermission"], permission));
    findings.extend(of_kinds(world, rule, &["MeshTCPRoute"], route));
    findings.extend(of_kinds(world, rule, &["MeshTrace"], trace));
    findings
}

fn check(spec: &Node, parts: &[Part], flaws: &mut Flaws<'_>) {
    for (_, entry) in entries(spec) {
        let Some(conf) = present(entry, "default") else {
            needs(entry, parts.first().map(|part| part.1).unwrap_or_default(), flaws);
            continue;
        };
        for (path, fields) in parts {
            for part in walk(conf, path) {
                needs(part, fields, flaws);
            }
        }
    }
}

/// Something is wrong with a part that has none of these fields.
fn needs(part: &Node, fields: &[&str], flaws: &mut Flaws<'_>) {
    // Another type than a map is what the API server refuses by the schema.
    if (part.is_empty() || !part.fields().is_empty()) && fields.iter().all(|field| present(part, field).is_none()) {
        let fields = fields.join(", ");
        flaws.add(
            part,
            format!("nothing is set: there is none of {fields}"),
            format!("add {}", fields.replacen(", ", " or ", 1)),
        );
    }
}

fn permission(spec: &Node, flaws: &mut Flaws<'_>) {
    for rule in list(spec, "rules") {
        let conf = present(rule, "default").unwrap_or(rule);
        if ["allow", "allowWithShadowDeny", "deny"].iter().all(|field| list(conf, field).is_empty()) {
            flaws.add(rule, "the rule allows nobody and denies nobody", "add allow, deny or allowWithShadowDeny");
        }
    }
    for entry in list(spec, "from") {
        let conf = present(entry, "default").unwrap_or(entry);
        if present(conf, "action").is_none_or(Node::is_empty) {
            flaws.add(entry, "it is not said whether to allow or to deny", "add default: { action: Allow }");
        }
    }
}

fn route(spec: &Node, flaws: &mut Flaws<'_>) {
    for rule in walk(spec, "to[].rules[]") {
        let conf = present(rule, "default").unwrap_or(rule);
        if list(conf, "backendRefs").is_empty() {
            flaws.add(conf, "the route leads nowhere", "add backendRefs");
        }
    }
}

fn trace(spec: &Node, flaws: &mut Flaws<'_>) {
    let conf = present(spec, "default").unwrap_or(spec);
    if present(conf, "backends").is_none() {
        flaws.add(conf, "nothing says where traces go", "add backends; an empty list turns tracing off");
    }
}
