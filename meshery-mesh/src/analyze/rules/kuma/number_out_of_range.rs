//! MSH507 `kuma-number-out-of-range`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, of_kinds, walk};
use crate::analyze::values::number;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH507",
    name: "kuma-number-out-of-range",
    summary: "A count, a percentage or a status code is out of its range, or no number",
    why: "
Percentages are from 0 to 100 and may have a fraction, in quotes: `\"50.5\"`. Status codes are from 100 to 599. What is counted
is counted from 1: a limit of 0 connections lets nothing through, and 0 hosts are no hosts to judge. The control plane
refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshCircuitBreaker
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { connectionLimits: { maxConnections: 0 } } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshCircuitBreaker
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { connectionLimits: { maxConnections: 100 } } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshcircuitbreaker/",
        "https://kuma.io/docs/latest/policies/meshfaultinjection/",
        "https://kuma.io/docs/latest/policies/meshhealthcheck/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// The range of a number.
#[derive(Clone, Copy)]
enum Range {
    /// From 1.
    Count,
    /// Above 0.
    Positive,
    /// From 0.
    NotNegative,
    /// From 0 to 100.
    Percentage,
    /// From above 0 to 100.
    Share,
    /// From 100 to 599.
    Status,
}
use Range::{Count, NotNegative, Percentage, Positive, Share, Status};

/// Where in the settings of a policy numbers stand.
const NUMBERS: &[(&str, &[(&str, Range)])] = &[
    ("MeshRetry", &[("tcp.maxConnectAttempt", Count)]),
    (
        "MeshCircuitBreaker",
        &[
            ("connectionLimits.maxConnections", Count),
            ("connectionLimits.maxConnectionPools", Count),
            ("connectionLimits.maxPendingRequests", Count),
            ("connectionLimits.maxRetries", Count),
            ("connectionLimits.maxRequests", Count),
            ("outlierDetection.maxEjectionPercent", Percentage),
            ("outlierDetection.healthyPanicThreshold", Percentage),
            ("outlierDetection.detectors.totalFailures.consecutive", Count),
            ("outlierDetection.detectors.gatewayFailures.consecutive", Count),
            ("outlierDetection.detectors.localOriginFailures.consecutive", Count),
            ("outlierDetection.detectors.successRate.minimumHosts", Count),
            ("outlierDetection.detectors.successRate.requestVolume", Count),
            ("outlierDetection.detectors.successRate.standardDeviationFactor", Positive),
            ("outlierDetection.detectors.failurePercentage.minimumHosts", Count),
            ("outlierDetection.detectors.failurePercentage.requestVolume", Count),
            ("outlierDetection.detectors.failurePercentage.threshold", Percentage),
        ],
    ),
    (
        "MeshHealthCheck",
        &[
            ("unhealthyThreshold", Count),
            ("healthyThreshold", Count),
            ("intervalJitterPercent", Percentage),
            ("healthyPanicThreshold", Percentage),
            ("http.expectedStatuses[]", Status),
        ],
    ),
    (
        "MeshRateLimit",
        &[
            ("local.http.requestRate.num", Count),
            ("local.tcp.connectionRate.num", Count),
            ("local.http.onRateLimit.status", Count),
        ],
    ),
    (
        "MeshFaultInjection",
        &[
            ("http[].abort.httpStatus", Status),
            ("http[].abort.percentage", Percentage),
            ("http[].delay.percentage", Percentage),
            ("http[].responseBandwidth.percentage", Percentage),
        ],
    ),
    (
        "MeshLoadBalancingStrategy",
        &[
            ("loadBalancer.leastRequest.activeRequestBias", NotNegative),
            ("localityAwareness.localZone.affinityTags[].weight", Count),
            ("localityAwareness.crossZone.failoverThreshold.percentage", Share),
        ],
    ),
    (
        "MeshTrace",
        &[("sampling.client", Percentage), ("sampling.random", Percentage), ("sampling.overall", Percentage)],
    ),
];

/// Where in a spec numbers stand that no policy of the new kind has.
const OTHERS: &[(&str, &[(&str, Range)])] = &[
    ("CircuitBreaker", &[("conf.maxEjectionPercent", Percentage), ("conf.detectors.failure.threshold", Percentage)]),
    (
        "HealthCheck",
        &[
            ("conf.unhealthyThreshold", Count),
            ("conf.healthyThreshold", Count),
            ("conf.healthyPanicThreshold", Percentage),
            ("conf.http.expectedStatuses[]", Status),
        ],
    ),
    (
        "Retry",
        &[("conf.http.numRetries", Count), ("conf.grpc.numRetries", Count), ("conf.tcp.maxConnectAttempts", Count)],
    ),
    (
        "FaultInjection",
        &[
            ("conf.delay.percentage", Percentage),
            ("conf.abort.percentage", Percentage),
            ("conf.abort.httpStatus", Status),
            ("conf.responseBandwidth.percentage", Percentage),
        ],
    ),
    ("RateLimit", &[("conf.http.requests", Count)]),
    ("Mesh", &[("tracing.backends[].sampling", Percentage)]),
    (
        "Dataplane",
        &[
            ("networking.inbound[].serviceProbe.unhealthyThreshold", Count),
            ("networking.inbound[].serviceProbe.healthyThreshold", Count),
        ],
    ),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, numbers) in NUMBERS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| {
            for conf in confs(spec) {
                check(conf, numbers, flaws);
            }
        }));
    }
    for (kind, numbers) in OTHERS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| check(spec, numbers, flaws)));
    }
    findings.extend(of_kinds(world, rule, &["MeshFaultInjection"], faults));
    findings.extend(of_kinds(world, rule, &["FaultInjection"], |spec, flaws| {
        bandwidth(spec, "conf.responseBandwidth.limit", "GMKgmk", flaws);
    }));
    findings
}

fn check(holder: &Node, numbers: &[(&str, Range)], flaws: &mut Flaws<'_>) {
    for (path, range) in numbers {
        for node in walk(holder, path) {
            let Some(value) = number::of(node) else {
                if let Some(text) = node.as_str() {
                    flaws.add(node, format!("{text:?} is no number"), "write a number");
                }
                continue;
            };
            let (is_good, wanted) = match range {
                Count => (value >= 1.0, "a number from 1"),
                Positive => (value > 0.0, "a number above 0"),
                NotNegative => (value >= 0.0, "a number from 0"),
                Percentage => ((0.0..=100.0).contains(&value), "a percentage from 0 to 100"),
                Share => (value > 0.0 && value <= 100.0, "a percentage above 0, up to 100"),
                Status => ((100.0..600.0).contains(&value), "a status code from 100 to 599"),
            };
            if !is_good {
                flaws.add(node, format!("{value} is not {wanted}"), format!("use {wanted}"));
            }
        }
    }
}

fn faults(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        bandwidth(conf, "http[].responseBandwidth.limit", "GMk", flaws);
    }
}

/// A limit such as `50Mbps`.
fn bandwidth(holder: &Node, path: &str, units: &str, flaws: &mut Flaws<'_>) {
    for node in walk(holder, path) {
        let Some(written) = node.as_str() else { continue };
        let number = written.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = number.strip_prefix(char::is_whitespace).unwrap_or(number);
        let is_good =
            number.strip_suffix("bps").is_some_and(|unit| !unit.is_empty() && unit.chars().all(|c| units.contains(c)));
        if !is_good {
            flaws.add(node, format!("{written:?} is no bandwidth"), "write it as 500kbps, 50Mbps or 1Gbps");
        }
    }
}
