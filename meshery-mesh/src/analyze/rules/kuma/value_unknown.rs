//! MSH510 `kuma-value-unknown`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Dialect, Flaws, confs, of_kinds, walk};
use crate::nearest::nearest_value;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH510",
    name: "kuma-value-unknown",
    summary: "A condition or a protocol is none that Kuma knows",
    why: "
On what to retry is said by words that are written exactly so, `5xx` and not `5XX`, or by a status code that exists. A protocol
that Kuma does not know cannot be routed by. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshRetry
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: { numRetries: 3, retryOn: [5XX] } } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshRetry
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: { numRetries: 3, retryOn: [5xx, \"503\"] } } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshretry/",
        "https://kuma.io/docs/latest/networking/meshservice/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const HTTP: [&str; 17] = [
    "5xx",
    "GatewayError",
    "Reset",
    "Retriable4xx",
    "ConnectFailure",
    "EnvoyRatelimited",
    "RefusedStream",
    "Http3PostConnectFailure",
    "HttpMethodConnect",
    "HttpMethodDelete",
    "HttpMethodGet",
    "HttpMethodHead",
    "HttpMethodOptions",
    "HttpMethodPatch",
    "HttpMethodPost",
    "HttpMethodPut",
    "HttpMethodTrace",
];
const GRPC: [&str; 5] = ["Canceled", "DeadlineExceeded", "Internal", "ResourceExhausted", "Unavailable"];
const PROTOCOLS: [&str; 4] = ["tcp", "grpc", "http", "http2"];
/// Known up to Kuma 2, where no service was refused for its protocol.
const OLD_PROTOCOLS: [&str; 2] = ["kafka", "tls"];
const PREDICATES: [&str; 3] = ["OmitHostsWithTags", "OmitPreviousHosts", "OmitPreviousPriorities"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshRetry"], retry);
    let is_two = world.view::<Dialect>().is_two;
    findings.extend(of_kinds(world, rule, &["MeshService"], |spec, flaws| {
        for node in walk(spec, "ports[].appProtocol") {
            let is_known = |it: &str| {
                let it = it.to_ascii_lowercase();
                it.is_empty() || PROTOCOLS.contains(&&*it) || is_two && OLD_PROTOCOLS.contains(&&*it)
            };
            check(node, is_known, &PROTOCOLS, flaws);
        }
    }));
    // Here the text is compared as it is written, and what is left out is filled in by the definition.
    findings.extend(of_kinds(world, rule, &["MeshMultiZoneService"], |spec, flaws| {
        for node in walk(spec, "ports[].appProtocol") {
            check(node, |it| PROTOCOLS.contains(&it) || is_two && it == "kafka", &PROTOCOLS, flaws);
        }
    }));
    findings.extend(of_kinds(world, rule, &["MeshExternalService"], |spec, flaws| {
        for node in walk(spec, "match.protocol") {
            let known = ["tcp", "grpc", "http", "http2"];
            check(node, |it| known.contains(&it), &known, flaws);
        }
    }));
    findings
}

fn retry(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        for node in walk(conf, "http.retryOn[]") {
            check(node, |it| HTTP.contains(&it) || is_status(it), &HTTP, flaws);
        }
        for node in walk(conf, "grpc.retryOn[]") {
            check(node, |it| GRPC.contains(&it), &GRPC, flaws);
        }
        for node in walk(conf, "http.hostSelection[].predicate") {
            check(node, |it| PREDICATES.contains(&it), &PREDICATES, flaws);
        }
    }
}

fn check(node: &Node, is_known: impl Fn(&str) -> bool, known: &[&str], flaws: &mut Flaws<'_>) {
    let Some(text) = node.as_str().filter(|text| !is_known(text)) else { return };
    flaws.add(node, format!("{text:?} is unknown"), format!("use one of {}", known.join(", ")));
    flaws.meaning(text, nearest_value(text, known));
}

/// Whether a text is a status code of HTTP that has a meaning.
fn is_status(text: &str) -> bool {
    let code = text.parse::<u16>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    code.is_some_and(|code| {
        matches!(
            code,
            100..=103
                | 200..=208
                | 226
                | 300..=305
                | 307
                | 308
                | 400..=418
                | 421..=426
                | 428
                | 429
                | 431
                | 451
                | 500..=508
                | 510
                | 511
        )
    })
}
