//! MSH511 `kuma-match-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, list, of_kinds, present, text, top_kind, walk};
use crate::analyze::values::{dns, spiffe};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH511",
    name: "kuma-match-invalid",
    summary: "A match of clients matches nothing, or its settings cannot depend on who the client is",
    why: "
A match names a client by its SPIFFE ID, `spiffe://trust.domain/path`, or a connection by its server name. One with neither
matches nothing. What is settled before the client has shown who it is cannot be told for some clients only: timeouts of the
connection, limits of connections. So it is with what a route cannot decide. The control plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { allow: [{ spiffeID: { type: Exact, value: default.mesh.local/ns/shop } }] } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { allow: [{ spiffeID: { type: Prefix, value: 'spiffe://default.mesh.local/ns/shop' } }] } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshtrafficpermission/",
        "https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// What is settled before it is known who the client is.
const UNCONDITIONAL: [(&str, &[&str]); 2] = [
    (
        "MeshTimeout",
        &[
            "connectionTimeout",
            "idleTimeout",
            "http.requestHeadersTimeout",
            "http.maxStreamDuration",
            "http.maxConnectionDuration",
        ],
    ),
    ("MeshRateLimit", &["local.tcp"]),
];

/// What a route cannot decide.
const NOT_OF_ROUTES: [&str; 4] =
    ["connectionTimeout", "idleTimeout", "http.maxStreamDuration", "http.maxConnectionDuration"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshTrafficPermission"], |spec, flaws| {
        for list in ["allow", "allowWithShadowDeny", "deny"] {
            for node in walk(spec, &format!("rules[].default.{list}[]")) {
                check(node, flaws);
            }
        }
    });
    findings.extend(of_kinds(world, rule, &["MeshAccessLog"], |spec, flaws| {
        for node in walk(spec, "rules[].matches[]") {
            check(node, flaws);
        }
    }));
    let kinds = ["MeshFaultInjection", "MeshRateLimit", "MeshTimeout"];
    findings.extend(of_kinds(world, rule, &kinds, |spec, flaws| {
        for entry in list(spec, "rules") {
            rules(entry, flaws);
        }
    }));
    findings.extend(of_kinds(world, rule, &["MeshTimeout"], |spec, flaws| {
        if top_kind(spec) == "MeshHTTPRoute" {
            for conf in walk(spec, "to[].default") {
                forbid(conf, &NOT_OF_ROUTES, "a route cannot decide this", flaws);
            }
        }
    }));
    findings
}

fn rules(entry: &Node, flaws: &mut Flaws<'_>) {
    let matches = list(entry, "matches");
    for node in matches {
        check(node, flaws);
        let Some(identity) = present(node, "spiffeID") else {
            if present(node, "sni").is_none() {
                flaws.add(node, "the match matches nothing", "add spiffeID or sni");
            }
            continue;
        };
        if !matches!(text(identity, "type"), "Exact" | "Prefix") {
            let at = present(identity, "type").unwrap_or(identity);
            flaws.add(at, "it is not said how the SPIFFE ID is compared", "set type to Exact or Prefix");
        }
    }
    let Some(conf) = present(entry, "default").filter(|_| matches.iter().any(|it| present(it, "spiffeID").is_some()))
    else {
        return;
    };
    let fields = UNCONDITIONAL.iter().find(|(kind, _)| *kind == &*flaws.resource.kind).map(|(_, fields)| *fields);
    let message = "this is settled before the client has shown who it is, and the rule is for some clients";
    forbid(conf, fields.unwrap_or_default(), message, flaws);
}

fn forbid(conf: &Node, paths: &[&str], message: &str, flaws: &mut Flaws<'_>) {
    for node in paths.iter().flat_map(|path| walk(conf, path)) {
        flaws.add(node, message, "remove it here");
    }
}

fn check(node: &Node, flaws: &mut Flaws<'_>) {
    if let Some(identity) = present(node, "spiffeID") {
        let at = present(identity, "value").unwrap_or(identity);
        if let Some(fault) = spiffe::fault(text(identity, "value")) {
            flaws.add(at, format!("it is no SPIFFE ID: {fault}"), "write it as spiffe://trust.domain/path");
        }
    }
    if let Some(sni) = present(node, "sni") {
        let at = present(sni, "value").unwrap_or(sni);
        if !dns::is_subdomain(text(sni, "value")) {
            flaws.add(at, "it is no server name", "use a name of lower case letters, digits, dashes and dots");
        }
        if text(sni, "type") != "Exact" {
            flaws.add(present(sni, "type").unwrap_or(sni), "server names are compared exactly", "set type to Exact");
        }
    }
}
