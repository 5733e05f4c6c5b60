//! MSH323 `gateway-policy-target-unknown`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::gateway_api::{BACKEND_POLICIES, GROUP, Reference};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Services;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH323",
    name: "gateway-policy-target-unknown",
    summary: "A policy is for a Service, or a port of one, that does not exist",
    why: "
The policy is attached to nothing: `TargetNotFound`. Backends that should be spoken to by TLS are spoken to in plain text.

The target is looked for in the policy's own namespace. A `sectionName` is the *name* of a port of the Service, not its
number.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: users, namespace: shop }
spec:
  targetRefs: [{ group: '', kind: Service, name: users, sectionName: '443' }]
  validation: { wellKnownCACertificates: System, hostname: users.example.com }
---
apiVersion: v1
kind: Service
metadata: { name: users, namespace: shop }
spec: { ports: [{ name: https, port: 443 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: users, namespace: shop }
spec:
  targetRefs: [{ group: '', kind: Service, name: users, sectionName: https }]
  validation: { wellKnownCACertificates: System, hostname: users.example.com }
---
apiVersion: v1
kind: Service
metadata: { name: users, namespace: shop }
spec: { ports: [{ name: https, port: 443 }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",
        "https://gateway-api.sigs.k8s.io/geps/gep-713/",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for policy in BACKEND_POLICIES.into_iter().flat_map(|kind| world.of(kind)) {
        for node in policy.items(&["spec", "targetRefs"]) {
            let Some(target) = Reference::read(node, policy.namespace_or_default(), SERVICE) else { continue };
            // It can only be beside the policy.
            let target = Reference { namespace: policy.namespace_or_default(), ..target };
            findings.extend(check(world, rule, &services, policy, &target));
        }
    }
    findings
}

fn check(
    world: &World,
    rule: &RuleInfo,
    services: &Services,
    policy: &Resource,
    target: &Reference<'_>,
) -> Option<Finding> {
    if target.kind != SERVICE {
        return of_kind(rule, policy, target);
    }
    let Reference { namespace, name, .. } = *target;
    let Some(service) = services.get(namespace, name) else {
        let near = nearest(name, services.within(namespace).iter().map(|service| &*service.object.name));
        let message = format!("namespace {namespace:?} has no Service {name:?}");
        let finding = meant(
            rule.finding(policy, target.place("name"), message),
            policy,
            name,
            near,
            "a policy is for a Service of its own namespace; put it beside that",
        );
        let assumed = format!("namespace {namespace:?} has no Service {name:?} outside the input either");
        return of_missing(world, world.covers(SERVICE, namespace), finding, &assumed);
    };
    let section = target.section()?;
    let names = || service.ports.iter().map(|port| &*port.name).filter(|name| !name.is_empty());
    if service.ports.is_empty() || names().any(|name| name == section) {
        return None;
    }
    let of_number = service.ports.iter().find(|port| port.number.to_string() == section);
    let message = format!("{} has no port named {section:?}", service.object);
    let finding = rule.finding(policy, target.place("sectionName"), message);
    let finding = match of_number.map(|port| &*port.name) {
        Some("") => finding.with_help("give the port a name in the Service, and say that"),
        Some(name) => finding.with_help(format!("say its name: {name:?}")),
        None => {
            let otherwise = "say the name of a port of the Service, or leave it out for all ports";
            meant(finding, policy, section, nearest(section, names()), otherwise)
        }
    };
    Some(finding.with_related(&service.object, service.object.head(), "the Service"))
}

/// What is known of other kinds: those of Kubernetes cannot be a target, and those of the Gateway API are one for hardly any
/// controller.
fn of_kind(rule: &RuleInfo, policy: &Resource, target: &Reference<'_>) -> Option<Finding> {
    let severity = match target.kind.group {
        "" | "v1" | "apps" => Severity::Error,
        "core" | GROUP => Severity::Warning,
        _ => return None,
    };
    let of = if target.kind.group.is_empty() { "the core group".into() } else { format!("{:?}", target.kind.group) };
    let message = format!("a {} is for Services, and this is a {} of {of}", policy.kind, target.kind.name);
    let place = target.node.get("kind").map_or(target.node.span, |kind: &Node| kind.span);
    let finding =
        rule.finding(policy, place, message).with_help("name a Service by \"group: ''\" and \"kind: Service\"");
    Some(finding.as_bad_as(severity))
}
