//! MSH513 `kuma-load-balancing-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, list, of_kinds, present, text, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH513",
    name: "kuma-load-balancing-invalid",
    summary: "How requests are spread over instances or zones contradicts itself",
    why: "
Zones to fail over to are named where the type asks for them, and nowhere else: `Any` means all, `None` means none. Weights of
affinity are given to all tags or to none. A MeshService is of one zone, so that nothing fails over from it to another; and
for a route nothing but what is hashed can be set. The control plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshLoadBalancingStrategy
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to:
  - targetRef: { kind: Mesh }
    default: { localityAwareness: { crossZone: { failover: [{ to: { type: Only } }] } } }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshLoadBalancingStrategy
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to:
  - targetRef: { kind: Mesh }
    default: { localityAwareness: { crossZone: { failover: [{ to: { type: Only, zones: [east] } }] } } }",
    references: &["https://kuma.io/docs/latest/policies/meshloadbalancingstrategy/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["MeshLoadBalancingStrategy"], |spec, flaws| {
        for entry in list(spec, "to") {
            let Some(conf) = present(entry, "default") else { continue };
            let target = present(entry, "targetRef").unwrap_or(entry);
            if text(target, "kind") == "MeshHTTPRoute" {
                for node in ["loadBalancer", "localityAwareness"].iter().filter_map(|name| present(conf, name)) {
                    flaws.add(node, "this cannot be set for a route", "keep hashPolicies alone");
                }
            } else {
                locality(conf, target, flaws);
            }
            hashes(conf, flaws);
        }
    })
}

fn locality(conf: &Node, target: &Node, flaws: &mut Flaws<'_>) {
    for local in walk(conf, "localityAwareness.localZone") {
        let tags = list(local, "affinityTags");
        for tag in tags.iter().filter(|tag| text(tag, "key").is_empty()) {
            flaws.add(
                present(tag, "key").unwrap_or(tag),
                "the tag has no key",
                "name a tag of proxies, as topology.kubernetes.io/zone",
            );
        }
        let weighed = tags.iter().filter(|tag| present(tag, "weight").is_some()).count();
        if let Some(node) = local.get("affinityTags").filter(|_| weighed > 0 && weighed < tags.len()) {
            flaws.add(node, "some tags have a weight, and some have none", "give a weight to all or to none");
        }
    }
    for node in walk(conf, "localityAwareness.crossZone") {
        let is_chosen = ["labels", "sectionName"].iter().any(|name| target.get(name).is_some_and(|it| !it.is_empty()));
        if text(target, "kind") == "MeshService" && is_chosen {
            flaws.add(
                node,
                "a MeshService is of one zone, so that nothing fails over from it",
                "use a MeshMultiZoneService",
            );
        }
        for failover in list(node, "failover") {
            fail_over(failover, flaws);
        }
    }
}

fn fail_over(failover: &Node, flaws: &mut Flaws<'_>) {
    if let Some(from) = present(failover, "from") {
        let zones = list(from, "zones");
        if zones.is_empty() {
            flaws.add(
                present(from, "zones").unwrap_or(from),
                "no zone is named to fail over from",
                "name zones, or remove from",
            );
        }
        for zone in zones.iter().filter(|zone| zone.is_empty()) {
            flaws.add(zone, "the zone has no name", "name a zone, or remove it");
        }
    }
    let Some(to) = present(failover, "to") else { return };
    let (kind, zones) = (text(to, "type"), list(to, "zones"));
    let at = present(to, "zones").unwrap_or(to);
    match kind {
        "Any" | "None" if !zones.is_empty() => {
            flaws.add(
                at,
                format!("zones are named, and the type {kind} takes none"),
                "use the type Only or AnyExcept, or remove zones",
            );
        }
        "Only" | "AnyExcept" if zones.is_empty() => {
            flaws.add(at, format!("the type {kind} needs zones"), "name zones");
        }
        _ => {}
    }
}

fn hashes(conf: &Node, flaws: &mut Flaws<'_>) {
    let in_types = ["loadBalancer.ringHash.hashPolicies", "loadBalancer.maglev.hashPolicies"];
    for node in in_types.into_iter().flat_map(|path| walk(conf, path)) {
        if present(conf, "hashPolicies").is_some() {
            flaws.add(node, "what is hashed is said above as well", "keep hashPolicies of default");
        }
    }
    let lists = ["hashPolicies[]", "loadBalancer.ringHash.hashPolicies[]", "loadBalancer.maglev.hashPolicies[]"];
    for policy in lists.into_iter().flat_map(|path| walk(conf, path)) {
        if let Some(node) = present(policy, "type").filter(|node| node.as_str() == Some("SourceIP")) {
            // Kuma 2 took it, if it was set as a connection is.
            if present(policy, "connection").is_none() {
                flaws.add(node, "the type SourceIP is gone", "use Connection with connection: { sourceIP: true }");
            }
        }
        for path in walk(policy, "cookie.path") {
            if !path.as_str().is_none_or(|path| path.starts_with('/')) {
                flaws.add(path, "the path of a cookie begins with a slash", "write it as /path");
            }
        }
    }
}
