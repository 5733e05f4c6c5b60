//! MSH621 `consul-set-by-annotation`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, has, is_set};
use crate::analyze::kinds::{PROXY_DEFAULTS, SERVICE_DEFAULTS};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH621",
    name: "consul-set-by-annotation",
    summary: "ServiceDefaults or ProxyDefaults set what only annotations of pods set",
    why: "
Whether the traffic of a pod goes through its proxy transparently, and by which port, is settled when the proxy is injected, so
it is told by annotations of the pod: `consul.hashicorp.com/transparent-proxy` and
`consul.hashicorp.com/transparent-proxy-outbound-listener-port`. The admission webhook refuses the fields of the same meaning,
which are there for Consul elsewhere.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http, mode: transparent }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults",
        "https://developer.hashicorp.com/consul/docs/k8s/annotations-and-labels",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(PROXY_DEFAULTS, check), (SERVICE_DEFAULTS, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    if has(spec, "mode") {
        let help = "annotate the pods with consul.hashicorp.com/transparent-proxy instead";
        checks.at(spec, "mode", "the mode of proxies cannot be set here", help);
    }
    for proxy in each(spec, &["transparentProxy"]).into_iter().filter(|it| is_set(it, "outboundListenerPort")) {
        let help = "annotate the pods with consul.hashicorp.com/transparent-proxy-outbound-listener-port instead";
        checks.at(proxy, "outboundListenerPort", "the port of proxies cannot be set here", help);
    }
}
