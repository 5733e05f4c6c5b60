//! MSH623 `consul-destination-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::values::dns::is_domain;
use crate::analyze::consul::{Checks, checked, each, has};
use crate::analyze::kinds::SERVICE_DEFAULTS;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH623",
    name: "consul-destination-invalid",
    summary: "A destination outside the mesh has an address that is none",
    why: "
ServiceDefaults with a destination stand for something outside the mesh, reached by IP addresses or names of hosts. The admission
webhook refuses other addresses, patterns with `*` among them. A destination has no upstreams: Consul's servers refuse both
together.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: db, namespace: shop }
spec: { destination: { addresses: ['*.example.com'], port: 5432 } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: db, namespace: shop }
spec: { destination: { addresses: [db.example.com], port: 5432 } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_DEFAULTS, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    for node in each(spec, &["destination", "addresses", "*"]) {
        let Some(address) = node.as_str() else { continue };
        // An address of version 6 is a name in DNS as well, as lenient as DNS is.
        if address.is_empty() || address.contains('*') || !is_domain(address) {
            let message = format!("{address:?} is no IP address and no name of a host");
            checks.on(node, message, "write an IP address, or the name of one host");
        }
    }
    if has(spec, "destination") && has(spec, "upstreamConfig") {
        let message = "a destination outside the mesh has no upstreams";
        checks.at(spec, "upstreamConfig", message, "take upstreamConfig away, or the destination");
        checks.when_synced();
    }
}
