//! MSH509 `kuma-type-without-settings`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, of_kinds, present, text, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH509",
    name: "kuma-type-without-settings",
    summary: "Something names its type and lacks what the type is set by",
    why: "
A backend, a filter, a source of a secret says by `type` which of its fields counts. Where that one is missing the others are
not read in its place: a backend `type: Tcp` with `file` sends logs nowhere. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { backends: [{ type: Tcp, file: { path: /dev/stdout } }] } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { backends: [{ type: File, file: { path: /dev/stdout } }] } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshaccesslog/",
        "https://kuma.io/docs/latest/policies/meshtrace/",
        "https://kuma.io/docs/latest/policies/meshhttproute/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// A type, and the field that it is set by.
type Choice = (&'static str, &'static str);
/// Where something is chosen by its type, and what there is to choose from.
type Place = (&'static str, &'static [Choice]);

const LOGS: &[Choice] = &[("File", "file"), ("Tcp", "tcp"), ("OpenTelemetry", "openTelemetry")];
const FORMATS: &[Choice] = &[("Plain", "plain"), ("Json", "json")];
const TRACES: &[Choice] = &[("Zipkin", "zipkin"), ("Datadog", "datadog"), ("OpenTelemetry", "openTelemetry")];
const METRICS: &[Choice] = &[("Prometheus", "prometheus"), ("OpenTelemetry", "openTelemetry")];
const HASHES: &[Choice] = &[
    ("Header", "header"),
    ("Cookie", "cookie"),
    ("QueryParameter", "queryParameter"),
    ("FilterState", "filterState"),
    ("Connection", "connection"),
];
const FILTERS: &[Choice] = &[
    ("RequestHeaderModifier", "requestHeaderModifier"),
    ("ResponseHeaderModifier", "responseHeaderModifier"),
    ("RequestRedirect", "requestRedirect"),
    ("URLRewrite", "urlRewrite"),
    ("RequestMirror", "requestMirror"),
];
const PROVIDERS: &[Choice] = &[("Bundled", "bundled"), ("Spire", "spire"), ("Extension", "extension")];
const BUNDLES: &[Choice] = &[("Pem", "pem")];
const PATHS: &[Choice] = &[("ReplaceFullPath", "replaceFullPath"), ("ReplacePrefixMatch", "replacePrefixMatch")];

/// Where in the settings of a policy choices stand.
const SETTINGS: &[(&str, &[Place])] = &[
    ("MeshAccessLog", &[("backends[]", LOGS), ("backends[].file.format", FORMATS), ("backends[].tcp.format", FORMATS)]),
    ("MeshTrace", &[("backends[]", TRACES)]),
    ("MeshMetric", &[("backends[]", METRICS)]),
    (
        "MeshLoadBalancingStrategy",
        &[
            ("hashPolicies[]", HASHES),
            ("loadBalancer.ringHash.hashPolicies[]", HASHES),
            ("loadBalancer.maglev.hashPolicies[]", HASHES),
        ],
    ),
];

/// Where in a spec choices stand.
const OTHERS: &[(&str, &[Place])] = &[
    (
        "MeshHTTPRoute",
        &[
            ("to[].rules[].default.filters[]", FILTERS),
            ("to[].rules[].default.filters[].requestRedirect.path", PATHS),
            ("to[].rules[].default.filters[].urlRewrite.path", PATHS),
        ],
    ),
    ("MeshIdentity", &[("provider", PROVIDERS)]),
    ("MeshTrust", &[("caBundles[]", BUNDLES)]),
];

/// Where secrets come from, and which field each source is set by and names something in.
const SOURCES: [(&str, &str, &str); 4] = [
    ("File", "file", "path"),
    ("EnvVar", "envVar", "name"),
    ("Secret", "secretRef", "name"),
    ("InsecureInline", "insecureInline", "value"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, choices) in SETTINGS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| {
            for conf in confs(spec) {
                check(conf, choices, flaws);
            }
        }));
    }
    for (kind, choices) in OTHERS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| check(spec, choices, flaws)));
    }
    findings.extend(of_kinds(world, rule, &["MeshExternalService", "MeshIdentity"], secrets));
    findings.extend(of_kinds(world, rule, &["MeshRetry"], predicates));
    findings.extend(of_kinds(world, rule, &["MeshAccessLog", "MeshMetric", "MeshTrace"], open_telemetry));
    findings
}

fn check(holder: &Node, choices: &[Place], flaws: &mut Flaws<'_>) {
    for (path, choices) in choices {
        for node in walk(holder, path) {
            let named = text(node, "type");
            let field = choices.iter().find(|(name, _)| *name == named).map(|(_, field)| *field);
            if let Some(field) = field.filter(|field| present(node, field).is_none()) {
                flaws.add(
                    node,
                    format!("the type is {named}, and there is no {field}"),
                    format!("add {field}, or name the type of what is there"),
                );
                // Nobody looks whether there is a path to write.
                if *choices == PATHS {
                    flaws.is_taken();
                }
            }
        }
    }
}

fn secrets(spec: &Node, flaws: &mut Flaws<'_>) {
    let paths = ["tls.verification.caCert", "tls.verification.clientCert", "tls.verification.clientKey"];
    let own = ["provider.bundled.ca.certificate", "provider.bundled.ca.privateKey"];
    for node in paths.into_iter().chain(own).flat_map(|path| walk(spec, path)) {
        let named = text(node, "type");
        let Some((_, field, name)) = SOURCES.iter().find(|(source, ..)| *source == named) else { continue };
        match present(node, field) {
            None => flaws.add(node, format!("the type is {named}, and there is no {field}"), format!("add {field}")),
            Some(source) if present(source, name).is_none_or(Node::is_empty) => {
                flaws.add(source, format!("{field} has no {name}"), format!("add {name}"));
            }
            Some(_) => {}
        }
    }
}

fn predicates(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        for node in walk(conf, "http.hostSelection[]") {
            match text(node, "predicate") {
                "OmitHostsWithTags" if present(node, "tags").is_none() => {
                    flaws.add(node, "hosts are left out by tags, and there are none", "add tags");
                }
                "OmitPreviousPriorities" => {
                    let often = present(node, "updateFrequency");
                    if often.is_none_or(|often| often.as_int().is_some_and(|often| often <= 0)) {
                        let at = often.unwrap_or(node);
                        flaws.add(
                            at,
                            "priorities are left out, and never looked at again",
                            "set updateFrequency to a number from 1",
                        );
                    }
                }
                _ => {}
            }
        }
    }
}

/// A collector is named by a reference, or up to Kuma 2 by an address, and never by both.
fn open_telemetry(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        for node in walk(conf, "backends[].openTelemetry") {
            let endpoint = present(node, "endpoint").filter(|endpoint| !endpoint.is_empty());
            let Some(reference) = present(node, "backendRef") else {
                if endpoint.is_none() {
                    flaws.add(
                        node,
                        "no collector is named",
                        "add backendRef: { kind: MeshOpenTelemetryBackend, labels: … }",
                    );
                }
                continue;
            };
            if let Some(endpoint) = endpoint {
                flaws.add(endpoint, "a collector is named both by backendRef and by endpoint", "keep backendRef");
            }
            let (name, labels) =
                (text(reference, "name"), present(reference, "labels").is_some_and(|it| !it.is_empty()));
            if name.is_empty() && !labels {
                flaws.add(reference, "the reference chooses no collector", "add labels, as kuma.io/display-name");
            } else if !name.is_empty() && labels {
                flaws.add(reference, "the reference chooses both by name and by labels", "keep labels");
            }
        }
    }
}
