//! MSH614 `consul-subset-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, is_filter, text};
use crate::analyze::kinds::SERVICE_RESOLVER;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH614",
    name: "consul-subset-invalid",
    summary: "A subset of a ServiceResolver has a name or a filter that Consul does not take",
    why: "
The name of a subset becomes a part of a name in DNS: small letters, digits, and hyphens within. Its filter is an expression
over instances of the service, such as `Service.Meta.version == v1`. The admission webhook refuses anything else.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { subsets: { v1: { filter: Service.Meta.version = v1 } } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { subsets: { v1: { filter: Service.Meta.version == v1 } } }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver",
        "https://developer.hashicorp.com/consul/api-docs/features/filtering",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_RESOLVER, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    let Some(subsets) = at(spec, &["subsets"]) else { return };
    for field in subsets.fields() {
        if !is_name(&field.key) {
            let message = format!("{:?} is no name of a subset", &*field.key);
            checks.at(subsets, &field.key, message, "use small letters, digits, and hyphens within");
        }
        let filter = text(&field.value, "filter");
        if !filter.is_empty() && !is_filter(filter) {
            let message = format!("{filter:?} is no filter");
            checks.at(&field.value, "filter", message, "write it as `Service.Meta.version == v1`");
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    is_end(name.as_bytes().first()) && is_end(name.as_bytes().last()) && name.bytes().all(is_inner)
}
