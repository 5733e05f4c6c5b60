//! MSH612 `consul-failover-contradictory`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, has, is_set, items};
use crate::analyze::kinds::SERVICE_RESOLVER;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH612",
    name: "consul-failover-contradictory",
    summary: "A failover of a ServiceResolver says nothing, or says it twice",
    why: "
A failover names another service or subset, datacenters, or a list of targets each with its own place. The admission webhook
refuses one that says nothing, one with targets beside a service, a subset or datacenters, and a datacenter without a name.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { failover: { '*': { service: web-next, targets: [{ datacenter: dc2 }] } } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { failover: { '*': { targets: [{ service: web-next, datacenter: dc2 }] } } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_RESOLVER, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    for field in at(spec, &["failover"]).map(Node::fields).unwrap_or_default() {
        let failover = &field.value;
        let all = ["service", "serviceSubset", "namespace", "datacenters", "targets", "samenessGroup"];
        if !all.iter().any(|key| is_set(failover, key)) && !has(failover, "policy") {
            let message = format!("the failover for {:?} must say where to", &*field.key);
            checks.at(at(spec, &["failover"]).unwrap_or(spec), &field.key, message, "name a service or targets");
        }
        for key in ["datacenters", "serviceSubset", "service"] {
            if is_set(failover, "targets") && is_set(failover, key) {
                let message = format!("{key} and targets exclude each other");
                checks.at(failover, key, message, format!("move {key} into each target"));
            }
        }
        for datacenter in items(failover, "datacenters").iter().filter(|it| it.is_empty()) {
            checks.on(datacenter, "a datacenter needs a name", "name it, or take it away");
        }
    }
}
