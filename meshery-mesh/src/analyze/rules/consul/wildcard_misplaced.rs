//! MSH629 `consul-wildcard-misplaced`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, each, items, text};
use crate::analyze::kinds::{
    EXPORTED_SERVICES, INGRESS_GATEWAY, SERVICE_DEFAULTS, SERVICE_INTENTIONS, TERMINATING_GATEWAY,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH629",
    name: "consul-wildcard-misplaced",
    summary: "A wildcard of Consul's stands where none may",
    why: "
`*` stands for all services or all namespaces, alone and where it is allowed. Nothing is exported to all partitions, peers or
sameness groups, and no intention is about clients of all of them: the admission webhook refuses that. As a part of a name
Consul's servers refuse it in intentions, and in a namespace of services that gateways serve.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ExportedServices
metadata: { name: default, namespace: consul }
spec: { services: [{ name: web, consumers: [{ peer: '*' }] }] }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ExportedServices
metadata: { name: default, namespace: consul }
spec: { services: [{ name: web, consumers: [{ peer: east }] }] }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/exported-services",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
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
            (INGRESS_GATEWAY, ingress),
            (SERVICE_DEFAULTS, defaults),
            (SERVICE_INTENTIONS, intentions),
            (TERMINATING_GATEWAY, terminating),
        ],
    )
}

fn exported(checks: &mut Checks<'_>, spec: &Node) {
    for consumer in each(spec, &["services", "*", "consumers", "*"]) {
        for (key, what) in [("partition", "partition"), ("peer", "peer"), ("samenessGroup", "sameness group")] {
            if text(consumer, key) == "*" {
                let message = format!("nothing can be exported to every {what}");
                checks.at(consumer, key, message, format!("name each {what}"));
            }
        }
    }
}

fn refuse(checks: &mut Checks<'_>, map: &Node, key: &str, message: &str) {
    checks.at(map, key, message, "write the whole name");
    checks.when_synced();
}

fn ingress(checks: &mut Checks<'_>, spec: &Node) {
    for service in each(spec, &["listeners", "*", "services", "*"]) {
        if text(service, "namespace") == "*" {
            refuse(checks, service, "namespace", "a gateway serves services of a namespace that is named");
        }
    }
}

fn terminating(checks: &mut Checks<'_>, spec: &Node) {
    for service in items(spec, "services") {
        if text(service, "namespace") == "*" {
            refuse(checks, service, "namespace", "a gateway serves services of a namespace that is named");
        }
    }
}

/// The name of the object is the service's.
fn defaults(checks: &mut Checks<'_>, _: &Node) {
    if &*checks.object.name == "*" {
        let root = checks.object.root.clone();
        let metadata = at(&root, &["metadata"]).unwrap_or(&root);
        refuse(checks, metadata, "name", "ServiceDefaults are for one service");
    }
}

fn intentions(checks: &mut Checks<'_>, spec: &Node) {
    for party in at(spec, &["destination"]).into_iter().chain(items(spec, "sources")) {
        for key in ["name", "namespace"] {
            let value = text(party, key);
            if value != "*" && value.contains('*') {
                refuse(checks, party, key, "a wildcard is the whole name or none of it");
            }
        }
        let name = text(party, "name");
        if text(party, "namespace") == "*" && name != "*" && !name.is_empty() {
            refuse(checks, party, "name", "one service cannot be in all namespaces");
        }
        for key in ["partition", "peer", "samenessGroup"] {
            if text(party, key).contains('*') {
                checks.at(party, key, "a wildcard stands for services and namespaces only", "write the whole name");
            }
        }
    }
}
