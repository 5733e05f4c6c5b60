//! MSH506 `kuma-duration-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, of_kinds, walk};
use crate::analyze::values::duration;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH506",
    name: "kuma-duration-invalid",
    summary: "A stretch of time is none, or is too short",
    why: "
Times are written as Go writes them, `1m30s`, and none may be negative. Where zero would mean never or always, it may not be
zero either; the interval of a rate limit has to be longer than 50 ms, which is what Envoy can count. The control plane
refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { connectionTimeout: 0s } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { connectionTimeout: 10s } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshtimeout/",
        "https://kuma.io/docs/latest/policies/meshratelimit/",
        "https://pkg.go.dev/time#ParseDuration",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// How long a time has to be.
#[derive(Clone, Copy)]
enum Least {
    /// Any, but not negative.
    Zero,
    /// Longer than nothing.
    More,
    /// Longer than what Envoy can count.
    Countable,
    /// What reads as a time.
    Any,
}
use Least::{Any, Countable, More, Zero};

/// Where in the settings of a policy times stand.
const TIMES: &[(&str, &[(&str, Least)])] = &[
    (
        "MeshTimeout",
        &[
            ("connectionTimeout", More),
            ("idleTimeout", Zero),
            ("http.requestTimeout", Zero),
            ("http.streamIdleTimeout", Zero),
            ("http.maxStreamDuration", Zero),
            ("http.maxConnectionDuration", Zero),
            ("http.requestHeadersTimeout", Zero),
        ],
    ),
    (
        "MeshRetry",
        &[
            ("http.perTryTimeout", Any),
            ("http.backOff.baseInterval", Any),
            ("http.backOff.maxInterval", Any),
            ("http.rateLimitedBackOff.maxInterval", More),
            ("grpc.perTryTimeout", Any),
            ("grpc.backOff.baseInterval", Any),
            ("grpc.backOff.maxInterval", Any),
            ("grpc.rateLimitedBackOff.maxInterval", More),
        ],
    ),
    ("MeshCircuitBreaker", &[("outlierDetection.interval", More), ("outlierDetection.baseEjectionTime", More)]),
    (
        "MeshHealthCheck",
        &[
            ("interval", More),
            ("timeout", More),
            ("initialJitter", More),
            ("intervalJitter", More),
            ("noTrafficInterval", More),
        ],
    ),
    (
        "MeshRateLimit",
        &[("local.http.requestRate.interval", Countable), ("local.tcp.connectionRate.interval", Countable)],
    ),
    ("MeshFaultInjection", &[("http[].delay.value", Zero)]),
];

/// Where in a spec times stand that no policy has.
const OTHERS: &[(&str, &[(&str, Least)])] = &[
    (
        "MeshIdentity",
        &[("provider.bundled.certificateParameters.expiry", Zero), ("provider.spire.agent.timeout", Zero)],
    ),
    (
        "Timeout",
        &[
            ("conf.connectTimeout", Any),
            ("conf.tcp.idleTimeout", More),
            ("conf.http.requestTimeout", More),
            ("conf.http.idleTimeout", More),
            ("conf.grpc.streamIdleTimeout", More),
            ("conf.grpc.maxStreamDuration", More),
        ],
    ),
    (
        "Retry",
        &[
            ("conf.http.perTryTimeout", More),
            ("conf.http.backOff.baseInterval", More),
            ("conf.http.backOff.maxInterval", More),
            ("conf.grpc.perTryTimeout", More),
            ("conf.grpc.backOff.baseInterval", More),
            ("conf.grpc.backOff.maxInterval", More),
        ],
    ),
    (
        "HealthCheck",
        &[
            ("conf.interval", More),
            ("conf.timeout", More),
            ("conf.initialJitter", More),
            ("conf.intervalJitter", More),
            ("conf.noTrafficInterval", More),
        ],
    ),
    (
        "Dataplane",
        &[("networking.inbound[].serviceProbe.interval", More), ("networking.inbound[].serviceProbe.timeout", More)],
    ),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, times) in TIMES {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| {
            for conf in confs(spec) {
                check(conf, times, flaws);
            }
        }));
    }
    for (kind, times) in OTHERS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| check(spec, times, flaws)));
    }
    findings
}

fn check(holder: &Node, times: &[(&str, Least)], flaws: &mut Flaws<'_>) {
    for (path, least) in times {
        for node in walk(holder, path) {
            // Another type than a text is what the API server refuses by the schema.
            let Some(text) = node.as_str() else { continue };
            let Some(seconds) = duration::seconds(text) else {
                flaws.add(node, format!("{text:?} is no duration"), "write it as 1m30s");
                continue;
            };
            let (is_good, wanted) = match least {
                Any => (true, ""),
                Zero => (seconds >= 0.0, "negative"),
                More => (seconds > 0.0, "zero or negative"),
                // A duration is a whole number of nanoseconds.
                Countable => (seconds > 0.050_000_000_5, "longer than 50ms"),
            };
            if is_good {
                continue;
            }
            if matches!(least, Countable) {
                flaws.add(node, format!("{text} is not {wanted}"), "use a longer interval, as 1s");
            } else {
                flaws.add(node, format!("{text} may not be {wanted}"), "use a longer time");
            }
        }
    }
}
