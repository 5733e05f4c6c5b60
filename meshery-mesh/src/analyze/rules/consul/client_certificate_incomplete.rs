//! MSH625 `consul-client-certificate-incomplete`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, is_set, items};
use crate::analyze::kinds::TERMINATING_GATEWAY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH625",
    name: "consul-client-certificate-incomplete",
    summary: "A linked service has a client certificate without its key, or the key without the certificate",
    why: "
A terminating gateway that presents a certificate needs the certificate and its key; the admission webhook refuses one without
the other. It needs the authority of the service too: without `caFile` Consul's servers refuse the entry.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: TerminatingGateway
metadata: { name: egress, namespace: shop }
spec: { services: [{ name: db, caFile: /tls/ca.crt, certFile: /tls/tls.crt }] }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: TerminatingGateway
metadata: { name: egress, namespace: shop }
spec: { services: [{ name: db, caFile: /tls/ca.crt, certFile: /tls/tls.crt, keyFile: /tls/tls.key }] }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/terminating-gateway"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(TERMINATING_GATEWAY, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    for service in items(spec, "services") {
        match (is_set(service, "certFile"), is_set(service, "keyFile")) {
            (true, false) => checks.at(service, "certFile", "certFile needs keyFile", "add the key of the certificate"),
            (false, true) => checks.at(service, "keyFile", "keyFile needs certFile", "add the certificate of the key"),
            (true, true) if !is_set(service, "caFile") => {
                checks.at(service, "caFile", "certFile and keyFile need caFile", "add the authority of the service");
                checks.when_synced();
            }
            _ => {}
        }
    }
}
