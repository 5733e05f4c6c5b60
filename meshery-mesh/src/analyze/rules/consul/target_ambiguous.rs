//! MSH610 `consul-target-ambiguous`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, is_set, items, text};
use crate::analyze::kinds::{
    EXPORTED_SERVICES, SAMENESS_GROUP, SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_RESOLVER,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH610",
    name: "consul-target-ambiguous",
    summary: "A service is said to be in two places of Consul's that exclude each other",
    why: "
A service is in the local cluster, in another admin partition, in another datacenter, behind a peering, or in whatever a
sameness group has. These exclude each other where they say one thing in two ways: the admission webhook refuses a source of
an intention, a consumer, a member, an override, a redirect or a target of a failover that names two of them. What is behind a
peering or in a sameness group has no subsets that could be named from here.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: web, namespace: shop }
spec: { destination: { name: web }, sources: [{ name: shop, peer: east, partition: east, action: allow }] }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: web, namespace: shop }
spec: { destination: { name: web }, sources: [{ name: shop, peer: east, action: allow }] }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/exported-services",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(
        world,
        rule,
        &[
            (EXPORTED_SERVICES, exported),
            (SAMENESS_GROUP, sameness),
            (SERVICE_DEFAULTS, service),
            (SERVICE_INTENTIONS, intentions),
            (SERVICE_RESOLVER, resolver),
        ],
    )
}

/// Of each pair at most one is set; the first pair that is not so is enough.
fn exclude(checks: &mut Checks<'_>, map: &Node, pairs: &[(&str, &str)]) {
    if let Some((one, other)) = pairs.iter().find(|(one, other)| is_set(map, one) && is_set(map, other)) {
        checks.at(map, other, format!("{one} and {other} exclude each other"), "keep one of them");
    }
}

fn exported(checks: &mut Checks<'_>, spec: &Node) {
    let pairs = [("partition", "peer"), ("partition", "samenessGroup"), ("peer", "samenessGroup")];
    for consumer in each(spec, &["services", "*", "consumers", "*"]) {
        exclude(checks, consumer, &pairs);
    }
}

fn sameness(checks: &mut Checks<'_>, spec: &Node) {
    for member in items(spec, "members") {
        exclude(checks, member, &[("partition", "peer")]);
    }
}

fn service(checks: &mut Checks<'_>, spec: &Node) {
    for upstream in each(spec, &["upstreamConfig", "overrides", "*"]) {
        exclude(checks, upstream, &[("namespace", "peer"), ("partition", "peer")]);
    }
}

fn intentions(checks: &mut Checks<'_>, spec: &Node) {
    let pairs = [("peer", "partition"), ("samenessGroup", "partition"), ("samenessGroup", "peer")];
    for source in items(spec, "sources") {
        exclude(checks, source, &pairs);
    }
}

fn resolver(checks: &mut Checks<'_>, spec: &Node) {
    for redirect in each(spec, &["redirect"]) {
        let pairs = [
            ("samenessGroup", "serviceSubset"),
            ("samenessGroup", "partition"),
            ("samenessGroup", "datacenter"),
            ("peer", "serviceSubset"),
            ("peer", "partition"),
            ("peer", "datacenter"),
        ];
        exclude(checks, redirect, &pairs);
        // Datacenters know each other's default partition only.
        if is_set(redirect, "datacenter") && !["", "default"].contains(&text(redirect, "partition")) {
            let message = "a redirect goes to another datacenter or to another partition";
            checks.at(redirect, "partition", message, "take the datacenter away, or the partition");
        }
    }
    for failover in each(spec, &["failover", "*"]) {
        let pairs =
            [("samenessGroup", "datacenters"), ("samenessGroup", "serviceSubset"), ("samenessGroup", "targets")];
        exclude(checks, failover, &pairs);
        for target in items(failover, "targets") {
            let pairs =
                [("peer", "serviceSubset"), ("peer", "partition"), ("peer", "datacenter"), ("partition", "datacenter")];
            exclude(checks, target, &pairs);
        }
    }
}
