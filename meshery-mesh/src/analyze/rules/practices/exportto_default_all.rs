//! MSH836 `exportto-default-all`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::{DESTINATION_RULE, SERVICE, SERVICE_ENTRY, SIDECAR, VIRTUAL_SERVICE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH836",
    name: "exportto-default-all",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "Every proxy of a large mesh is told of every host",
    why: "
Unless an object says to whom it is exported, or a Sidecar what its workloads call, each proxy gets the routes and endpoints
of all hosts of all namespaces. Memory and the work of each change grow with the square of the mesh, and a VirtualService of
one team changes the calls of all others.

It is told of once, from 50 hosts in more than one namespace on, where no Sidecar, no `exportTo` and no default of the mesh
limits anything.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: many, namespace: shop }
spec:
  hosts: [a0.io, a1.io, a2.io, a3.io, a4.io, a5.io, a6.io, a7.io, a8.io, a9.io, b0.io, b1.io, b2.io, b3.io, b4.io, b5.io,
    b6.io, b7.io, b8.io, b9.io, c0.io, c1.io, c2.io, c3.io, c4.io, c5.io, c6.io, c7.io, c8.io, c9.io, d0.io, d1.io, d2.io,
    d3.io, d4.io, d5.io, d6.io, d7.io, d8.io, d9.io, e0.io, e1.io, e2.io, e3.io, e4.io, e5.io, e6.io, e7.io, e8.io, e9.io]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: blog, namespace: press }
spec: { hosts: [blog.io], http: [{ route: [{ destination: { host: blog.io } }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: blog, namespace: press }
spec: { hosts: [blog.io], exportTo: ['.'], http: [{ route: [{ destination: { host: blog.io } }] }] }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration",
        "https://istio.io/latest/docs/ops/configuration/mesh/configuration-scoping/",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

/// From how many hosts on a mesh is large.
const LARGE: usize = 50;
const DEFAULTS: [&str; 3] =
    ["defaultServiceExportTo", "defaultVirtualServiceExportTo", "defaultDestinationRuleExportTo"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let kinds = [VIRTUAL_SERVICE, DESTINATION_RULE, SERVICE_ENTRY];
    let objects = || kinds.into_iter().flat_map(|kind| world.of(kind));
    let config = world.view::<MeshConfig>();
    let told = |key: &str| config.get(&[key]).is_some_and(|it| !it.is_empty());
    let is_limited = !world.of(SIDECAR).is_empty()
        || DEFAULTS.iter().any(|key| told(key))
        || config.get(&["discoverySelectors"]).is_some_and(|it| !it.is_empty())
        || objects().any(|object| !object.items(&["spec", "exportTo"]).is_empty())
        || world.of(SERVICE).iter().any(|service| service.annotation("networking.istio.io/exportTo").is_some());
    if is_limited {
        return Vec::new();
    }
    let entries = world.of(SERVICE_ENTRY).iter().map(|entry| entry.items(&["spec", "hosts"]).len()).sum::<usize>();
    let hosts = world.of(SERVICE).len() + entries;
    let all = objects().chain(world.of(SERVICE));
    let namespaces: BTreeSet<&str> = all.map(|object| object.namespace_or_default()).collect();
    if hosts < LARGE || namespaces.len() < 2 {
        return Vec::new();
    }
    let first = objects().next().map(|object| {
        let place = object.root.get("spec").map_or(object.head(), |spec: &Node| spec.span);
        let message = format!("nothing limits who is told of the {hosts} hosts in {} namespaces", namespaces.len());
        let help = "put a Sidecar into the root namespace, or say exportTo";
        rule.finding(object, place, message).with_help(help)
    });
    first.into_iter().collect()
}
