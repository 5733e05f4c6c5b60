//! MSH615 `consul-subset-unknown`.

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::consul::{Checks, ServiceObjects, at, each, text};
use crate::analyze::kinds::{SERVICE_RESOLVER, SERVICE_ROUTER, SERVICE_SPLITTER};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH615",
    name: "consul-subset-unknown",
    summary: "A subset is named that no ServiceResolver of the service defines",
    why: "
A ServiceRouter, a ServiceSplitter or a ServiceResolver sends requests to a subset of a service. Which instances are in it only
the ServiceResolver of that service says, and without it Consul refuses the entry when it is synced. What a ServiceResolver
says of its own subsets is a warning, since the admission webhook lets it pass.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 90, serviceSubset: v1 }, { weight: 10, serviceSubset: v3 }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: 
  subsets:
    v1: { filter: Service.Meta.version == v1 }
    v2: { filter: Service.Meta.version == v2 }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 90, serviceSubset: v1 }, { weight: 10, serviceSubset: v2 }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: 
  subsets:
    v1: { filter: Service.Meta.version == v1 }
    v2: { filter: Service.Meta.version == v2 }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-splitter",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// Where services are named with a subset.
const PLACES: &[(Kind<'static>, &[&str])] = &[
    (SERVICE_ROUTER, &["spec", "routes", "*", "destination"]),
    (SERVICE_SPLITTER, &["spec", "splits", "*"]),
    (SERVICE_RESOLVER, &["spec", "redirect"]),
    (SERVICE_RESOLVER, &["spec", "failover", "*"]),
    (SERVICE_RESOLVER, &["spec", "failover", "*", "targets", "*"]),
];

/// What says that a service is looked up elsewhere, where other resolvers may be.
const ELSEWHERE: [&str; 6] = ["namespace", "partition", "peer", "datacenter", "datacenters", "samenessGroup"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let objects = world.view::<ServiceObjects>();
    let mut findings = Vec::new();
    for (kind, path) in PLACES {
        for object in world.of(*kind) {
            for target in each(&object.root, path) {
                findings.extend(check(world, rule, &objects, object, target));
            }
        }
    }
    for object in world.of(SERVICE_RESOLVER) {
        findings.extend(own(rule, object));
    }
    findings
}

fn check(
    world: &World,
    rule: &RuleInfo,
    objects: &ServiceObjects,
    object: &Resource,
    target: &Node,
) -> Option<Finding> {
    let subset = text(target, "serviceSubset");
    let is_elsewhere = ELSEWHERE.iter().any(|key| target.get(key).is_some_and(|it| !it.is_empty()));
    if subset.is_empty() || is_elsewhere {
        return None;
    }
    let service = Some(text(target, "service")).filter(|name| !name.is_empty()).unwrap_or(&object.name);
    let is_own = object.kind() == SERVICE_RESOLVER && *service == *object.name;
    let resolver = objects.resolver(service, object.namespace_or_default()).map(AsRef::as_ref);
    let resolver = if is_own { Some(object) } else { resolver };
    let known = resolver.map(subsets).unwrap_or_default();
    if known.contains(&subset) {
        return None;
    }
    let mut checks = Checks::new(rule, object);
    let message = format!("no ServiceResolver of {service} defines the subset {subset:?}");
    checks.at(target, "serviceSubset", message, DEFINE);
    checks.meaning(subset, nearest(subset, known.iter().copied()));
    let finding = checks.findings.pop()?;
    if is_own {
        return Some(finding.as_bad_as(Severity::Warning));
    }
    let finding = match resolver {
        Some(other) => finding.with_related(other, other.head(), "has other subsets of the service"),
        None => finding,
    };
    let assumed = format!("no ServiceResolver outside the input defines subsets of {service:?}");
    of_missing(world, resolver.is_some(), finding, &assumed)
}

const DEFINE: &str = "define the subset in the ServiceResolver of the service";

/// The subset by default and the subsets that fail over are the resolver's own.
fn own(rule: &RuleInfo, object: &Resource) -> Vec<Finding> {
    let mut checks = Checks::new(rule, object);
    let known = subsets(object);
    let Some(spec) = at(&object.root, &["spec"]) else { return Vec::new() };
    let default = text(spec, "defaultSubset");
    if !default.is_empty() && !known.contains(&default) {
        let message = format!("the resolver does not define the subset {default:?}");
        checks.at(spec, "defaultSubset", message, DEFINE);
        checks.meaning(default, nearest(default, known.iter().copied()));
        checks.when_synced();
    }
    for failover in each(spec, &["failover"]) {
        let names = failover.fields().iter().map(|field| &*field.key);
        for name in names.filter(|name| *name != "*" && !known.contains(name)) {
            let message = format!("the resolver does not define the subset {name:?} that it has a failover for");
            let span = failover.fields().iter().find(|field| &*field.key == name).map(|field| field.key_span);
            let finding = rule.finding(object, span.unwrap_or(failover.span), message);
            checks.findings.push(finding.with_help(DEFINE));
            checks.meaning(name, nearest(name, known.iter().copied()));
            checks.when_synced();
        }
    }
    checks.findings
}

fn subsets(resolver: &Resource) -> Vec<&str> {
    let subsets = resolver.root.at(&["spec", "subsets"]).map(Node::fields).unwrap_or_default();
    subsets.iter().map(|field| &*field.key).collect()
}
