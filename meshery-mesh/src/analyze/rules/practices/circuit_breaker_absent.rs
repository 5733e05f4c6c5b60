//! MSH834 `circuit-breaker-absent`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::kinds::{DESTINATION_RULE, SERVICE_ENTRY};
use crate::analyze::neutral::{Mesh, Upstreams};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH834",
    name: "circuit-breaker-absent",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A host outside is called without any limit of connections and without outlier detection",
    why: "
What is outside the mesh fails and slows down without the mesh having a say. Without a limit of connections and pending
requests, clients pile up requests until they fail themselves; without outlier detection they keep on calling an address
that only fails.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: payments, namespace: shop }
spec:
  hosts: [payments.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: 443, name: tls, protocol: TLS }]",
    good: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: payments, namespace: shop }
spec:
  hosts: [payments.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: 443, name: tls, protocol: TLS }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: payments, namespace: shop }
spec:
  host: payments.example.com
  trafficPolicy: { connectionPool: { tcp: { maxConnections: 100 } } }",
    references: &[
        "https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/",
        "https://kuma.io/docs/latest/policies/meshcircuitbreaker/",
    ],
    meshes: &["istio", "kuma"],
    run,
    ..Rule::NEW
};

const EXTERNAL: Kind<'_> = Kind::new("kuma.io", "MeshExternalService");
const BREAKER: Kind<'_> = Kind::new("kuma.io", "MeshCircuitBreaker");

/// A host outside: its name, where it is named, and which kind limits it.
type Outside<'a> = (Mesh, &'a Arc<Resource>, &'a str, meshery_core::Span, Kind<'static>);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let upstreams = world.view::<Upstreams>();
    let limited = upstreams.iter().filter(|upstream| upstream.pool.is_some() || upstream.outlier.is_some());
    let limited: BTreeSet<(Mesh, &str)> = limited.map(|upstream| (upstream.mesh, &*upstream.host)).collect();
    let is_limited = |mesh: Mesh, host: &str| {
        let ends = host.char_indices().filter_map(|(at, c)| (c == '.').then(|| host.get(at..)).flatten());
        let mut wildcards = ends.map(|end| format!("*{end}")).chain(["*".to_owned()]);
        limited.contains(&(mesh, host))
            || (mesh == Mesh::Kuma && limited.contains(&(mesh, "")))
            || wildcards.any(|wildcard| limited.contains(&(mesh, &wildcard)))
    };
    let findings = outside(world).into_iter().filter(|(mesh, _, host, ..)| !is_limited(*mesh, host));
    let findings = findings.filter_map(|(_, object, host, place, kind)| {
        let message = format!("calls of {host:?} have no limit, and no outlier detection");
        let help = format!("set limits of connections, or outlier detection, in a {} of the host", kind.name);
        let finding = rule.finding(object, place, message).with_help(help);
        let read = !world.of(kind).is_empty();
        let severity = finding.severity;
        let finding = of_missing(world, read, finding, &format!("no {} outside the input is for it", kind.name))?;
        Some(finding.as_bad_as(severity))
    });
    findings.collect()
}

fn outside(world: &World) -> Vec<Outside<'_>> {
    let mut found = Vec::new();
    for object in world.of(SERVICE_ENTRY) {
        let is_within = object.text(&["spec", "location"]) == Some("MESH_INTERNAL");
        // What has no addresses of its own is passed through to where the client goes.
        let has_endpoints = !matches!(object.text(&["spec", "resolution"]), None | Some("NONE"));
        for host in object.items(&["spec", "hosts"]).iter().filter(|_| !is_within && has_endpoints) {
            found.extend(host.as_str().map(|name| (Mesh::Istio, object, name, host.span, DESTINATION_RULE)));
        }
    }
    for object in world.of(EXTERNAL) {
        let place = object.root.at(&["spec", "endpoints"]).filter(|it: &&Node| !it.is_empty());
        found.extend(place.map(|place| (Mesh::Kuma, object, &*object.name, place.span, BREAKER)));
    }
    found
}
