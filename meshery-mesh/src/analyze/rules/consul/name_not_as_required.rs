//! MSH618 `consul-name-not-as-required`.

use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{
    CONSUL_MESH, CONTROL_PLANE_REQUEST_LIMIT, EXPORTED_SERVICES, PROXY_DEFAULTS, RATE_LIMIT, SAMENESS_GROUP,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH618",
    name: "consul-name-not-as-required",
    summary: "An object of which Consul has one has another name, or is in another namespace, than it must",
    why: "
Consul has one configuration of the mesh, of all proxies and of limits, under a name that is given: `mesh`, `global`,
`controlplanerequestlimit`. The admission webhook refuses any other, and a SamenessGroup outside the namespace `default`. The
ExportedServices are called like the admin partition, `default` without Consul Enterprise: another name is a warning, for the
name of the partition is not seen.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ProxyDefaults
metadata: { name: default, namespace: consul }
spec: { config: { protocol: http } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ProxyDefaults
metadata: { name: global, namespace: consul }
spec: { config: { protocol: http } }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/proxy-defaults",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/control-plane-request-limit",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

const NAMES: [(Kind<'static>, &str); 5] = [
    (CONSUL_MESH, "mesh"),
    (CONTROL_PLANE_REQUEST_LIMIT, "controlplanerequestlimit"),
    (EXPORTED_SERVICES, "default"),
    (PROXY_DEFAULTS, "global"),
    (RATE_LIMIT, "global"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, name) in NAMES {
        // What has no name yet is for the API server to refuse.
        for object in world.of(kind).iter().filter(|object| !object.name.is_empty() && *object.name != *name) {
            let message = format!("the {} must be called {name:?}", kind.name);
            let finding = rule.finding(object, object.head(), message).with_help(format!("rename it to {name}"));
            findings.push(if kind == EXPORTED_SERVICES {
                let assumed = format!("no admin partition is called {:?}", &*object.name);
                finding.as_bad_as(Severity::Warning).assuming(assumed)
            } else {
                finding
            });
        }
    }
    let is_outside = |group: &&Arc<Resource>| group.namespace_or_default() != "default";
    for group in world.of(SAMENESS_GROUP).iter().filter(is_outside) {
        let place = group.root.at(&["metadata", "namespace"]).map_or(group.head(), |namespace| namespace.span);
        let message = "a SamenessGroup must be in the namespace \"default\"";
        findings.push(rule.finding(group, place, message).with_help("move it to the namespace default"));
    }
    findings
}
