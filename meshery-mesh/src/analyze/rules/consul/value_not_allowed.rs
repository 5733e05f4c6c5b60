//! MSH601 `consul-value-not-allowed`.

use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, items, text};
use crate::analyze::kinds::{
    CONSUL_MESH, CONTROL_PLANE_REQUEST_LIMIT, GATEWAY_POLICY, INGRESS_GATEWAY, JWT_PROVIDER, PEERING_ACCEPTOR,
    PEERING_DIALER, PROXY_DEFAULTS, REGISTRATION, ROUTE_RETRY_FILTER, SERVICE_DEFAULTS, SERVICE_INTENTIONS,
    SERVICE_RESOLVER, SERVICE_ROUTER, TERMINATING_GATEWAY,
};
use crate::nearest::nearest_value;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH601",
    name: "consul-value-not-allowed",
    summary: "A field of Consul's has a value that Consul does not know",
    why: "
The admission webhook of Consul on Kubernetes refuses the object. Values are told apart by case, so that `TLSv1.2` and
`Allow` are none. The definitions of the kinds do not list these values, so nothing else complains before the object is
applied.

What only Consul's servers check, a condition of retries or a policy of load balancing, is a warning: the object is stored,
and its condition `Synced` stays false.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: reviews, namespace: shop }
spec: { protocol: HTTP }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: reviews, namespace: shop }
spec: { protocol: http }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
        "https://developer.hashicorp.com/consul/docs/k8s/crds",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// A field that takes some values only.
struct Choice {
    kind: Kind<'static>,
    /// What leads to the maps that have it.
    within: &'static [&'static str],
    key: &'static str,
    allowed: &'static [&'static str],
    /// Whether it must be there.
    is_required: bool,
    /// Whether only Consul's servers check it.
    is_late: bool,
}

impl Choice {
    const fn new(
        kind: Kind<'static>,
        within: &'static [&'static str],
        key: &'static str,
        allowed: &'static [&'static str],
    ) -> Self {
        Self { kind, within, key, allowed, is_required: false, is_late: false }
    }

    const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    const fn late(self) -> Self {
        Self { is_late: true, ..self }
    }
}

const ACTIONS: &[&str] = &["allow", "deny"];
const BACKENDS: &[&str] = &["kubernetes"];
const GATEWAYS: &[&str] = &["local", "none", "remote"];
const METHODS: &[&str] = &["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const MUTUAL_TLS: &[&str] = &["permissive", "strict"];
const ORDERS: &[&str] = &["order-by-locality", "sequential"];
const PROTOCOLS: &[&str] = &["grpc", "http", "http2", "tcp"];
const RETRIES: &[&str] = &[
    "5xx",
    "cancelled",
    "connect-failure",
    "deadline-exceeded",
    "envoy-ratelimited",
    "gateway-error",
    "internal",
    "refused-stream",
    "reset",
    "resource-exhausted",
    "retriable-4xx",
    "unavailable",
];
const SLASHES: &[&str] = &[
    "IMPLEMENTATION_SPECIFIC_DEFAULT",
    "KEEP_UNCHANGED",
    "REJECT_REQUEST",
    "UNESCAPE_AND_FORWARD",
    "UNESCAPE_AND_REDIRECT",
];
const VERSIONS: &[&str] = &["TLS_AUTO", "TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"];
const CLUSTER: &[&str] = &["jsonWebKeySet", "remote", "jwksCluster"];
const DISCOVERIES: &[&str] = &["EDS", "LOGICAL_DNS", "ORIGINAL_DST", "STATIC", "STRICT_DNS"];
const NORMALIZATION: &[&str] = &["http", "incoming", "requestNormalization"];
const INJECTION: &[&str] = &["deployment", "credentialInjection"];

const CHOICES: &[Choice] = &[
    Choice::new(CONSUL_MESH, &["tls", "*"], "tlsMinVersion", VERSIONS),
    Choice::new(CONSUL_MESH, &["tls", "*"], "tlsMaxVersion", VERSIONS),
    Choice::new(CONSUL_MESH, NORMALIZATION, "pathWithEscapedSlashesAction", SLASHES),
    Choice::new(
        CONSUL_MESH,
        NORMALIZATION,
        "headersWithUnderscoresAction",
        &["ALLOW", "DROP_HEADER", "REJECT_REQUEST"],
    ),
    Choice::new(CONTROL_PLANE_REQUEST_LIMIT, &[], "mode", &["disabled", "enforcing", "permissive"]).required(),
    Choice::new(GATEWAY_POLICY, &["targetRef"], "kind", &["Gateway"]),
    Choice::new(INGRESS_GATEWAY, &["tls"], "tlsMinVersion", VERSIONS),
    Choice::new(INGRESS_GATEWAY, &["tls"], "tlsMaxVersion", VERSIONS),
    Choice::new(INGRESS_GATEWAY, &["listeners", "*"], "protocol", PROTOCOLS).required(),
    Choice::new(INGRESS_GATEWAY, &["listeners", "*", "tls"], "tlsMinVersion", VERSIONS),
    Choice::new(INGRESS_GATEWAY, &["listeners", "*", "tls"], "tlsMaxVersion", VERSIONS),
    Choice::new(JWT_PROVIDER, CLUSTER, "discoveryType", DISCOVERIES).required(),
    Choice::new(PEERING_ACCEPTOR, &["peer", "secret"], "backend", BACKENDS).required(),
    Choice::new(PEERING_DIALER, &["peer", "secret"], "backend", BACKENDS).required(),
    Choice::new(PROXY_DEFAULTS, &["meshGateway"], "mode", GATEWAYS),
    Choice::new(PROXY_DEFAULTS, &[], "mutualTLSMode", MUTUAL_TLS),
    Choice::new(PROXY_DEFAULTS, &["accessLogs"], "type", &["file", "stderr", "stdout"]),
    Choice::new(PROXY_DEFAULTS, &["expose", "paths", "*"], "protocol", &["http", "http2"]),
    Choice::new(PROXY_DEFAULTS, &["failoverPolicy"], "mode", ORDERS),
    Choice::new(PROXY_DEFAULTS, &["prioritizeByLocality"], "mode", &["failover", "none"]),
    Choice::new(REGISTRATION, &["check"], "status", &["critical", "passing", "warning"]).required(),
    Choice::new(SERVICE_DEFAULTS, &[], "protocol", PROTOCOLS),
    Choice::new(SERVICE_DEFAULTS, &["meshGateway"], "mode", GATEWAYS),
    Choice::new(SERVICE_DEFAULTS, &[], "mutualTLSMode", MUTUAL_TLS),
    Choice::new(SERVICE_DEFAULTS, &[], "balanceInboundConnections", &["exact_balance"]),
    Choice::new(SERVICE_DEFAULTS, &["expose", "paths", "*"], "protocol", &["http", "http2"]),
    Choice::new(SERVICE_DEFAULTS, &["upstreamConfig", "defaults", "meshGateway"], "mode", GATEWAYS),
    Choice::new(SERVICE_DEFAULTS, &["upstreamConfig", "overrides", "*", "meshGateway"], "mode", GATEWAYS),
    Choice::new(SERVICE_INTENTIONS, &["sources", "*", "permissions", "*"], "action", ACTIONS).required(),
    Choice::new(SERVICE_RESOLVER, &["failover", "*", "policy"], "mode", ORDERS),
    Choice::new(SERVICE_RESOLVER, &["prioritizeByLocality"], "mode", &["failover", "none"]),
    Choice::new(
        SERVICE_RESOLVER,
        &["loadBalancer", "hashPolicies", "*"],
        "field",
        &["cookie", "header", "query_parameter"],
    ),
    Choice::new(
        SERVICE_RESOLVER,
        &["loadBalancer"],
        "policy",
        &["least_request", "maglev", "random", "ring_hash", "round_robin"],
    )
    .late(),
    Choice::new(TERMINATING_GATEWAY, INJECTION, "source", &["kubernetesSecret", "vault"]),
    Choice::new(TERMINATING_GATEWAY, &["services", "*", "credential"], "mode", &["inject", "none"]).required(),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for choice in CHOICES {
        for object in world.of(choice.kind) {
            let mut checks = Checks::new(rule, object);
            let specs = object.root.get("spec").into_iter();
            for map in specs.flat_map(|spec| each(spec, choice.within)).filter(|map| map.items().is_empty()) {
                choose(&mut checks, choice, map);
            }
            findings.append(&mut checks.findings);
        }
    }
    let lists = [(CONSUL_MESH, curves as fn(&mut Checks<'_>, &Node)), (SERVICE_INTENTIONS, sources)];
    findings.extend(checked(world, rule, &lists));
    findings.extend(checked(world, rule, &[(SERVICE_ROUTER, routes), (ROUTE_RETRY_FILTER, retries)]));
    findings
}

/// A value of another type is wrong by the definition of the kind.
fn choose(checks: &mut Checks<'_>, choice: &Choice, map: &Node) {
    let value = text(map, choice.key);
    let is_empty = map.get(choice.key).is_none_or(Node::is_empty);
    if choice.allowed.contains(&value) || (is_empty && !choice.is_required) || (!is_empty && value.is_empty()) {
        return;
    }
    let message = if value.is_empty() {
        format!("{} must be given", choice.key)
    } else {
        format!("{} cannot be {value:?}", choice.key)
    };
    checks.at(map, choice.key, message, one_of(choice.allowed));
    checks.meaning(value, near(value, choice.allowed));
    if choice.is_late {
        checks.when_synced();
    }
}

fn one_of(allowed: &[&str]) -> String {
    format!("write one of {}", allowed.join(", "))
}

/// The value that was meant, if one is nearly it.
fn near<'a>(value: &str, allowed: &[&'a str]) -> Option<&'a str> {
    if value.is_empty() { None } else { nearest_value(value, allowed) }
}

fn member(checks: &mut Checks<'_>, item: &Node, what: &str, allowed: &[&str]) {
    if let Some(value) = item.as_str().filter(|value| !allowed.contains(value)) {
        checks.on(item, format!("{value:?} is no {what}"), one_of(allowed));
        checks.meaning(value, near(value, allowed));
    }
}

fn curves(checks: &mut Checks<'_>, spec: &Node) {
    for curve in each(spec, &["tls", "*", "ecdhCurves", "*"]) {
        member(checks, curve, "known curve", &["P-256", "P-384", "P-521", "X25519", "X25519MLKEM768"]);
    }
}

fn sources(checks: &mut Checks<'_>, spec: &Node) {
    for source in items(spec, "sources") {
        let action = text(source, "action");
        // Without permissions the action is what counts; with both, another rule speaks.
        if items(source, "permissions").is_empty() && !ACTIONS.contains(&action) {
            let message = if action.is_empty() {
                "a source needs an action or permissions".into()
            } else {
                format!("action cannot be {action:?}")
            };
            checks.at(source, "action", message, one_of(ACTIONS));
            checks.meaning(action, near(action, ACTIONS));
        }
        for method in each(source, &["permissions", "*", "http", "methods", "*"]) {
            member(checks, method, "method of HTTP", METHODS);
        }
    }
}

fn routes(checks: &mut Checks<'_>, spec: &Node) {
    for method in each(spec, &["routes", "*", "match", "http", "methods", "*"]) {
        if method.as_str().is_some_and(|name| !METHODS.contains(&name.to_uppercase().as_str())) {
            member(checks, method, "method of HTTP", METHODS);
            checks.when_synced();
        }
    }
    for destination in each(spec, &["routes", "*", "destination"]) {
        retries(checks, destination);
    }
}

fn retries(checks: &mut Checks<'_>, map: &Node) {
    for condition in items(map, "retryOn").iter().filter(|it| it.as_str().is_some_and(|it| !RETRIES.contains(&it))) {
        member(checks, condition, "condition of a retry", RETRIES);
        checks.when_synced();
    }
}
